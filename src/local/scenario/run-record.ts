import type { RunDocument } from '../engine/run-store';
import { failureOf } from '../report/run-failure';
import type { DrillRecord } from './drill-record';

/** A run as a record tells it. */
export function runRecord(run: RunDocument): DrillRecord['runs'][number] {
  const { workflow, name, startedAt, at, outcome, next, state } = run;
  const over = outcome !== 'running';
  const decisionId = state['decisionId'];
  return {
    workflow,
    name,
    startedAt,
    endedAt: over ? at : null,
    outcome,
    endedWith: over ? next : null,
    reason: failureOf(run),
    version: typeof state['version'] === 'number' ? state['version'] : null,
    byDecision: typeof decisionId === 'string',
  };
}
