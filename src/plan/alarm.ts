import { METRICS, type MetricName } from '../contract/metrics';
import type { AlarmKind } from '../kernel/alarm-kinds';
import type { AlarmPlan, MetricPlan } from './plan';

/** Where the runbook of an alarm kind is; constructs that are used alone link to the rendered file's name. */
export type RunbookLink = (kind: AlarmKind) => string;

export const localRunbook: RunbookLink = (kind) => `runbooks/${kind}.md`;

type AlarmInput = Omit<AlarmPlan, 'runbook' | 'abortsRelease' | 'datapoints' | 'missingData'> &
  Partial<Pick<AlarmPlan, 'abortsRelease' | 'datapoints' | 'missingData'>>;

/** An alarm of the plan. One datapoint decides unless more are asked for; no data is never healthy. */
export function alarm(input: AlarmInput, runbook: RunbookLink): AlarmPlan {
  return {
    ...input,
    datapoints: input.datapoints ?? { breaching: 1, of: 1 },
    missingData: input.missingData ?? 'insufficient',
    abortsRelease: input.abortsRelease ?? false,
    runbook: runbook(input.kind),
  };
}

/** A metric of the plan; its unit and emitters come from the vocabulary. */
export function metric(name: MetricName, dimensions: Readonly<Record<string, string>> = {}): MetricPlan {
  const spec = METRICS[name];
  return { name, unit: spec.unit, dimensions, emittedBy: spec.emittedBy };
}
