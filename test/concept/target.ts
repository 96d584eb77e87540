/** What of a record is the same on every target. */
export interface Decided {
  readonly at: string;
  readonly action: string;
  readonly version: string | null;
  readonly verdict: string | null;
  /** Reason code of a decision, kind of an incident; null where the record has none. */
  readonly code: string | null;
}

/** An alarm of the platform that began to fire. */
export interface AlarmBegun {
  /** The plan's id: `quality-mae-decay`. */
  readonly id: string;
  readonly at: string;
}

/** What a monitoring job said of a window. */
export interface Judged {
  readonly job: 'drift' | 'quality';
  readonly at: string;
  readonly champion: number | null;
  readonly verdict: string;
  /** Rows that were judged: captured requests, or matured labels. */
  readonly rows: number;
  /** Distances by column, or metrics by name. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** A version that was trained: its frozen rows and its model, by what they are and not by how they are stored. */
export interface Trained {
  readonly version: number;
  readonly run: string;
  /** SHA-256 of the frozen rows, sorted, every value as text. */
  readonly trainRows: string;
  readonly testRows: string;
  /** SHA-256 by file of the model. */
  readonly model: Readonly<Record<string, string>>;
  readonly gate: string;
  readonly atRelease: Readonly<Record<string, number>>;
}

/** How a release ended: `released`, `rolledBack`, `rejected`; null while it goes on. */
export interface Release {
  readonly version: number;
  readonly outcome: string | null;
  /** Steps that it took, each once, in order. */
  readonly steps: readonly string[];
}

/** All that a target has to show at the end. */
export interface Story {
  readonly records: readonly Decided[];
  readonly chainHolds: boolean;
  readonly alarms: readonly AlarmBegun[];
  readonly windows: readonly Judged[];
  readonly versions: readonly Trained[];
  readonly releases: readonly Release[];
  readonly champion: string | null;
}

/**
 * A platform that lives through recorded events in virtual time. Everything happens by itself: schedules, alarms, retraining,
 * releases. A target only lets time pass.
 */
export interface ConceptTarget {
  /** Trains the first version on what has arrived by the start, and releases it. */
  releaseFirst(): Promise<void>;
  /** Lets time pass up to an instant (ISO 8601); recorded events are sent to what serves as they happen. */
  advanceTo(instant: string): Promise<void>;
  story(): Promise<Story>;
  close(): Promise<void>;
}
