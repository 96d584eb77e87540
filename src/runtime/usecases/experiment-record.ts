import { pipelineInputSchema, type TaskEvent } from '../../contract/events';
import { type Json, toJson } from '../../kernel/json';
import type { ExperimentTracker, TrackedExperiment } from '../ports';
import { writeJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { Ports } from './ports';
import { at } from './read-event';
import type { VersionRecord } from './version-record';

/** One training as an experiment: what went in, and what came out. A part that a run has not come to is null. */
export interface ExperimentRecord {
  readonly format: 1;
  readonly run: string;
  /** Instant in UTC, ISO 8601. */
  readonly endedAt: string;
  /** What became of it: a version, or why there is none. */
  readonly outcome: string;
  readonly version: number | null;
  readonly startedBy: string;
  readonly cause: string;
  readonly commit: string | null;
  /** What the definition gave the trainer; null for a run that was stopped from outside. */
  readonly parameters: VersionRecord['parameters'] | null;
  readonly data: { readonly train: Json; readonly test: Json };
  /** What the training job said of itself: image or command, name, duration. */
  readonly training: Json;
  readonly artifactDigest: Json;
  /** The trainer's `metrics.json`. */
  readonly metrics: Json;
  /** Verdict, explanation and checks; all of it is in `gate.json`. */
  readonly gate: Json;
  /** The cloud's own name of the experiment, where the target has them. */
  readonly shownAs: string | null;
  /** Why the cloud does not show it. The record is what counts: no run fails for that. */
  readonly notShown: string | null;
}

/** What the definition gave the trainer. A run from before an update of its platform has arguments of before, which lack it. */
export function parametersOf({ arguments: fixed }: TaskEvent): VersionRecord['parameters'] {
  const { hyperparameters, seed } = fixed as Partial<NonNullable<VersionRecord['parameters']>>;
  return hyperparameters === undefined || seed === undefined ? undefined : { hyperparameters, seed };
}

/**
 * Leaves the record of a run that has ended beside its other files: candidates that the gate refused are what the next ones are
 * compared with. The same on every target; what a cloud shows of it among its own experiments is beside it.
 */
export async function writeExperiment(
  { artifacts, model, experiments }: Pick<Ports, 'artifacts' | 'model' | 'experiments'>,
  event: TaskEvent,
  { outcome, version, endedAtSeconds }: { outcome: string; version: number | null; endedAtSeconds: number },
): Promise<void> {
  const { run, state } = event;
  const { startedBy, cause, commit } = pipelineInputSchema.parse(state);
  const found = (path: string): Json => at(state, path) ?? null;
  const parameters = parametersOf(event) ?? null;
  const data = { train: found('validation.train'), test: found('validation.test') };
  const metrics = found('evaluation.metrics');
  const gate = found('gate');
  const shown = await show(experiments, {
    model,
    run,
    complete: gate !== null || version !== null,
    parameters: {
      ...parameters?.hyperparameters,
      ...(parameters && { seed: parameters.seed }),
      startedBy,
      cause,
      commit,
      outcome,
      version,
      trainDigest: found('validation.train.digest'),
      testDigest: found('validation.test.digest'),
      artifactDigest: found('evaluation.artifactDigest'),
    },
    metrics,
  });
  const record: ExperimentRecord = {
    format: 1,
    run,
    endedAt: new Date(endedAtSeconds * 1000).toISOString(),
    outcome,
    version,
    startedBy,
    cause,
    commit,
    parameters,
    data,
    training: found('training'),
    artifactDigest: found('evaluation.artifactDigest'),
    metrics,
    gate,
    ...shown,
  };
  await writeJson(artifacts, artifactKeys.experiment(run), toJson(record));
}

async function show(
  experiments: ExperimentTracker | undefined,
  experiment: TrackedExperiment,
): Promise<Pick<ExperimentRecord, 'shownAs' | 'notShown'>> {
  if (experiments === undefined) return { shownAs: null, notShown: null };
  try {
    return { shownAs: await experiments.track(experiment), notShown: null };
  } catch (error) {
    return { shownAs: null, notShown: error instanceof Error ? error.message : String(error) };
  }
}
