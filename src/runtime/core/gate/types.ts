import type { Evaluation } from '../../../definition/evaluation';
import type { Task } from '../../../kernel/metric-catalogue';
import type { Prediction, Scalar } from '../metrics/rows';

/** One row of the frozen test set with what both models say of it. */
export interface ScoredRow {
  /** Identifies the row; rows are put in the order of their keys' text before anything is drawn. */
  readonly key: string | number;
  /** The truth; null where it is not known, which never passes. */
  readonly label: Scalar | null;
  readonly candidate: Prediction | null;
  /** The champion's answer for the same row; left out when there is no champion. */
  readonly champion?: Prediction | null;
  /** Values of the columns that slices and fairness name. */
  readonly slices?: Readonly<Record<string, Scalar | null>>;
}

/** Value of a `custom.<name>` metric, computed by the trainer: a point, without rows to resample. */
export interface CustomMetricValue {
  readonly metric: string;
  /** Left out: the whole test set. */
  readonly slice?: SliceId;
  readonly candidate: number;
  readonly champion?: number;
}

export interface SliceId {
  readonly column: string;
  readonly value: string;
}

/** What happened when the candidate was loaded where it will serve, and queried. */
export interface ServingSmokeResult {
  readonly loaded: boolean;
  /** Rows that were sent. */
  readonly rowsQueried: number;
  /** Rows without a valid answer. */
  readonly failures: number;
  /** 99th percentile of the answers' latency; null when none was measured. */
  readonly latencyP99Ms: number | null;
}

export interface GateInput {
  readonly task: Task;
  readonly evaluation: Evaluation;
  /** The class that counts as positive in binary classification; 1 or true when it is not given. */
  readonly positive?: Scalar;
  readonly rows: readonly ScoredRow[];
  /** Digest of the test set that each model was scored on. */
  readonly candidate: { readonly testSetDigest: string };
  /** Null: there is no champion, and the version is stamped `firstVersion`. */
  readonly champion: { readonly testSetDigest: string } | null;
  readonly custom?: readonly CustomMetricValue[];
  /** Null: the check was not made, which never passes. */
  readonly serving: ServingSmokeResult | null;
  /** Same rows, policy and seed give the same result to the last bit. */
  readonly seed: number | string;
}

/**
 * - pass: shown to hold
 * - fail: shown not to hold, or what was handed in cannot be judged (another test set, a value that is not finite, a missing metric)
 * - inconclusive: these rows, or the lack of a result, do not tell
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

export type CheckKind = 'input' | 'absolute' | 'champion' | 'fairness' | 'serving';
export type Comparator = '>=' | '>' | '<=' | '<';

/** One-sided bounds, each at the confidence of its own; null where the rows give no finite bound. */
export interface Interval {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly confidencePercent: number;
  readonly method: IntervalMethod;
}

/**
 * - pairedBootstrap: percentile bounds of seeded resamples, the same rows for both models
 * - pairedBootstrapAndExact: the further out of that and a bound that holds for few errors too (ADR 5)
 */
export type IntervalMethod = 'pairedBootstrap' | 'pairedBootstrapAndExact';

/** One thing that was judged. */
export interface GateCheck {
  /** Stable name: `metric/auc/min`, `slice/region=north/auc/champion`, `fairness/gender/recall`, `input/labels`, `serving/latency`. */
  readonly id: string;
  readonly kind: CheckKind;
  readonly metric: string | null;
  readonly slice: SliceId | null;
  /** False: only a failure counts, an inconclusive result does not hold the candidate back. */
  readonly required: boolean;
  readonly verdict: Verdict;
  /** The candidate's value (fairness: the gap; serving: milliseconds or rows; input: rows at fault). */
  readonly value: number | null;
  readonly championValue: number | null;
  /** What was compared with the bound: candidate − champion in a champion check, else `value`. */
  readonly compared: number | null;
  readonly comparator: Comparator | null;
  readonly bound: number | null;
  readonly interval: Interval | null;
  /** Rows that the value is of; null for a custom metric and for serving. */
  readonly rows: number | null;
  /** For inconclusive: about how many such rows would decide, in four of five cases; null when more rows do not help or nobody can say. */
  readonly rowsNeeded: number | null;
  /** One sentence for a person. */
  readonly explanation: string;
}

export interface GateResult {
  readonly verdict: Verdict;
  readonly firstVersion: boolean;
  readonly primary: { readonly metric: string; readonly value: number | null; readonly championValue: number | null };
  readonly checks: readonly GateCheck[];
  /** What was left out on purpose: bounds against a champion that is not there, slices that are too small. */
  readonly notes: readonly string[];
  /** The verdict and its reasons in a sentence or two. */
  readonly explanation: string;
}
