/**
 * Labels and predictions of n rows in columns, one entry a row, as the metrics read them.
 * Every number in a sample is finite; rows that are not are refused before (see rows.ts).
 */
export type Sample = BinarySample | MulticlassSample | RegressionSample;

export interface BinarySample {
  readonly task: 'binaryClassification';
  readonly rows: number;
  /** 1 where the label is the positive class, else 0. */
  readonly labels: Uint8Array;
  /** 1 where the positive class is predicted, else 0. */
  readonly predictions: Uint8Array;
  /** Predicted probability of the positive class, in [0, 1]; null when the model gives none. */
  readonly probabilities: Float64Array | null;
}

export interface MulticlassSample {
  readonly task: 'multiclassClassification';
  readonly rows: number;
  /** Names of the classes in labels and predictions; both columns hold positions in this list. */
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
  /** Predicted probability of the row's true class, in [0, 1]; null when the model gives none. */
  readonly labelProbabilities: Float64Array | null;
}

export interface RegressionSample {
  readonly task: 'regression';
  readonly rows: number;
  readonly labels: Float64Array;
  readonly predictions: Float64Array;
}

/** How often each row counts: all ones for the sample itself, the draw counts for a resample. */
export type RowCounts = Uint16Array;

/**
 * A metric made ready for one sample (sorted, losses computed), so that many resamples are cheap.
 * Null where the metric has no value on the counted rows, such as auc with one class only.
 */
export type PreparedMetric = (counts: RowCounts) => number | null;

/** Every row once. */
export function onceEach(rows: number): RowCounts {
  return new Uint16Array(rows).fill(1);
}
