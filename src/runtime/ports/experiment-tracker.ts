import type { Json } from '../../kernel/json';

/** Where a target has experiments of its own, in which people compare runs. */
export interface ExperimentTracker {
  /** Shows a run that has ended; a second call shows it once. @returns the cloud's own name of it */
  track(experiment: TrackedExperiment): Promise<string>;
}

export interface TrackedExperiment {
  readonly model: string;
  readonly run: string;
  /** Whether the run came to a candidate that was judged, whatever the gate said of it. */
  readonly complete: boolean;
  /** What went in, by name. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** What the trainer has measured. */
  readonly metrics: Json;
}
