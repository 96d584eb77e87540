import type { TaskEvent } from '../../contract/events';
import { pipelineInputSchema } from '../../contract/events';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { writeExperiment } from './experiment-record';
import { finishRetraining } from './finish-retraining';
import type { UseCaseFunction } from './ports';
import { at, optionalText } from './read-event';
import { noteRunEnd } from './run-log';

/** Why a run ended without a version: bad data, a gate that did not pass, or a step that failed. */
function causeOf(event: TaskEvent): { readonly kind: AlarmKind; readonly step: string; readonly text: string } {
  const message = optionalText(event, 'error.message');
  if (message !== null) {
    return { kind: 'pipelineFailure', step: optionalText(event, 'error.step') ?? 'unknown', text: message };
  }
  const verdict = optionalText(event, 'validation.verdict');
  if (verdict === 'fail') {
    const reasons = at(event.state, 'validation.reasons');
    return { kind: 'dataViolations', step: 'validate', text: Array.isArray(reasons) ? reasons.join('; ') : 'bad data' };
  }
  const gate = optionalText(event, 'gate.verdict');
  if (gate !== null && gate !== 'pass') {
    return { kind: 'gateFailure', step: 'gate', text: optionalText(event, 'gate.explanation') ?? gate };
  }
  return { kind: 'pipelineFailure', step: 'unknown', text: 'the run ended without a reason' };
}

/** Longest text in a record; the whole of it is in the step's own log. */
const MAX_TEXT = 4000;

/** Records why a run ended without a version, tells people, frees the retraining state, and leaves what was tried as an experiment. */
export const recordFailure: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'ledger' | 'experiments' | 'metrics' | 'notifier' | 'clock'
> = async (event, ports) => {
  const { kind, step, text } = causeOf(event);
  const { commit, decisionId, startedBy } = pipelineInputSchema.parse(event.state);
  const now = ports.clock.now();
  await appendToLedger(ports.ledger, {
    at: new Date(now * 1000).toISOString(),
    actor: startedBy,
    action: 'pipelineFailed',
    model: ports.model,
    version: null,
    commit,
    dataDigest: optionalText(event, 'validation.train.digest'),
    verdict: kind === 'gateFailure' ? optionalText(event, 'gate.verdict') : 'fail',
    details: { event: `failure:${event.run}`, run: event.run, step, reason: text.slice(0, MAX_TEXT) },
  });
  // The gate said no to a model that was trained well: that is no failure of the run.
  await finishRetraining(ports, decisionId, kind === 'gateFailure' ? 'rejected' : 'failed');
  const startedAt = at(event.state, 'validation.startedAt');
  await ports.metrics.emit(
    [
      { name: 'PipelineSuccess', value: 0, dimensions: {} },
      ...(await noteRunEnd(ports, event, false, now)),
      ...(typeof startedAt === 'number'
        ? [{ name: 'PipelineDuration' as const, value: now - startedAt, dimensions: {} }]
        : []),
    ],
    now,
  );
  await ports.notifier.notify({
    severity: 'ticket',
    kind,
    subject: `${ports.model}: training run ${event.run} left no version (${step})`,
    text,
    runbook: null,
  });
  // Last, and again with the rest where it fails: that there is no version is in the ledger by then, and people know.
  await writeExperiment(ports, event, { outcome: kind, version: null, endedAtSeconds: now });
  return answer({ kind, step, reason: text });
};
