import type { ModelDefinition } from '../../definition/platform';
import type { ModelPlan } from '../../plan/plan';
import type { ModelHistory } from './history/model-history';
import type { ReplayedRelease } from './replay/release-replay';

/** What could not be judged with what is recorded, and what was taken for granted: nobody should read silence as health. */
export function notesOf(
  { recorded, truth, serving, data }: ModelHistory,
  { monitoring }: ModelDefinition,
  { drift, retraining, endpoint }: ModelPlan,
  unknown: readonly number[],
  releases: readonly ReplayedRelease[],
): string[] {
  const notes: string[] = [];
  const without = (condition: boolean, note: string): void => {
    if (condition) notes.push(note);
  };
  const has = (series: string): boolean => serving?.has.has(series) === true;
  const watchesLatency = endpoint.alarms.some(({ metric }) => metric.name === 'Latency');
  const countsErrors = has('Errors') && has('Requests');
  without(recorded === null, 'no predictions are recorded: drift, quality, retraining and releases are not judged');
  without(drift === null, 'the definition has no drift section: neither drift nor quality is watched');
  without(retraining === null, 'the definition has no retraining section: nothing would be trained again');
  if (recorded !== null && monitoring.quality !== undefined) {
    without(
      data.key === undefined,
      'the data has no key: labels cannot be joined with predictions, and quality is not judged',
    );
    without(truth.rows === 0, 'no labels are recorded: quality is not judged');
  }
  without(
    watchesLatency && recorded?.hasLatency !== true && !has('Latency p99') && !has('Latency p50'),
    'no latency is recorded (latency_ms, or a metric Latency p99): alarms on latency are not judged',
  );
  without(
    recorded?.hasFailures !== true && !countsErrors,
    'no failures are recorded (failed, status, or metrics Errors and Requests): alarms on errors are not judged',
  );
  without(
    monitoring.costPerPrediction !== undefined,
    'what serving costs is not recorded: the cost of a prediction is not judged',
  );
  if (releases.length > 0) {
    without(
      recorded?.hasLatency !== true,
      'releases are looked at without latencies, so that none could be promoted by this policy',
    );
    without(recorded?.hasFailures !== true, 'releases are looked at as if no request had failed');
  }
  const names = unknown.map((version) => recorded?.versions[version - 1] ?? String(version)).join(', ');
  without(
    unknown.length > 0,
    `${names}: taken to be trained on everything before; how it answered then is not known, so that neither drift of its answers nor decay since its release is judged, unless --reference has rows of that version`,
  );
  return notes;
}
