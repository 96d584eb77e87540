/**
 * What is stored of a table so that another table can be compared with it, without its rows.
 *
 * A `ReferenceProfile` is made once, from the training data at registration, and stored beside the model version. A
 * `WindowProfile` is made for each window, on the reference's binning. Both are plain JSON: every number is finite,
 * every count a whole number of 0 or more, and nothing is a `Map`, a `Date`, `NaN` or an infinity.
 */

/** Version of the formulas and of this format; a profile of another version is refused, never compared. */
export const DRIFT_FORMULA_VERSION = 1;
/** Least share of a bin in a logarithm: an empty bin counts as this share, and the shares are then renormalised. */
export const SHARE_FLOOR = 1e-4;
/** A value that holds at least this share of a numeric column's finite values has a bin of its own. */
export const HEAVY_SHARE = 0.1;
/** A categorical column keeps counts of at most this many categories … */
export const TOP_CATEGORIES = 20;
/** … each with at least this share of the values that are not null. */
export const TOP_CATEGORY_SHARE = 0.005;
/** A column with more distinct categories than this keeps the most frequent ones as known, and cannot tell what is unseen. */
export const KNOWN_CATEGORIES = 1000;
/** A quantile sketch has this many steps: 101 quantiles, 0, 0.01 … 1. */
export const SKETCH_STEPS = 100;

/** Column types of which a profile is made; `boolean` and `string` are profiled as categories. */
export type ProfileColumnType = 'number' | 'integer' | 'category' | 'boolean' | 'string';

/** A column to profile. */
export interface ProfileColumn {
  readonly name: string;
  readonly type: ProfileColumnType;
}

/** Of the finite values; `standardDeviation` is the sample's (n − 1), 0 for one value. Report only: no verdict reads them. */
export interface Moments {
  readonly mean: number;
  readonly standardDeviation: number;
  readonly min: number;
  readonly max: number;
}

/** A value and how many rows have it. */
export interface ValueCount<T> {
  readonly value: T;
  readonly count: number;
}

/**
 * What both sides count of a numeric column:
 * `rows = nulls + nans + positiveInfinities + negativeInfinities + Σ heavy + Σ bins`.
 */
export interface NumericCounts {
  readonly rows: number;
  readonly nulls: number;
  readonly nans: number;
  readonly positiveInfinities: number;
  readonly negativeInfinities: number;
  /**
   * Rows per bin of finite values that are not heavy; one more than there are edges. Bin 0 is `(−∞, e_0)`, bin i is
   * `[e_{i−1}, e_i)`, the last is `[e_last, ∞)`. Infinities are not counted here but in their own two fields.
   */
  readonly binCounts: readonly number[];
  /** Null when there is no finite value. */
  readonly moments: Moments | null;
  /**
   * The quantiles 0, 0.01 … 1 of the finite values (heavy ones too) by linear interpolation between order statistics
   * (SQL's `quantile_cont`, numpy's default), ascending, `SKETCH_STEPS + 1` of them. Null when there is no finite value.
   */
  readonly quantiles: readonly number[] | null;
}

/** A numeric column of the reference. */
export interface NumericReference extends NumericCounts {
  readonly kind: 'numeric';
  readonly name: string;
  readonly type: 'number' | 'integer';
  /**
   * The quantiles 1/bins … (bins − 1)/bins of all finite values by linear interpolation, without duplicates, strictly
   * ascending; empty when there is no finite value.
   */
  readonly edges: readonly number[];
  /** Values with a share of at least `HEAVY_SHARE` of the finite values, ascending by value; taken out of `binCounts`. */
  readonly heavy: readonly ValueCount<number>[];
}

/** A numeric column of a window, counted on the reference's edges and heavy values. */
export interface NumericWindow extends NumericCounts {
  readonly kind: 'numeric';
  readonly name: string;
  /** Rows with the reference's heavy value of the same index. */
  readonly heavyCounts: readonly number[];
}

/**
 * A categorical column of the reference. Categories are text: a boolean is `true` or `false`, a number as it is
 * written in JSON (`1`, `2.5`). `rows = nulls + Σ top + otherCount`.
 */
export interface CategoricalReference {
  readonly kind: 'categorical';
  readonly name: string;
  readonly type: 'category' | 'boolean' | 'string';
  readonly rows: number;
  /** Missing values; for a numeric category also NaN. */
  readonly nulls: number;
  /** The most frequent categories, by falling count, then rising value (by code point). */
  readonly top: readonly ValueCount<string>[];
  /** Rows with a category that is not in `top`. */
  readonly otherCount: number;
  /**
   * Of `otherCount`, the rows whose category has only this one row in the whole reference. By Good and Turing (1953)
   * their share is what a new sample of the same table is expected to show of unseen categories.
   */
  readonly otherSingletons: number;
  /** Every category there is (also those of `top`), ascending by code point; the `KNOWN_CATEGORIES` most frequent of more. */
  readonly known: readonly string[];
  /** False when there are more categories than `known` holds; then no value of a window counts as unseen. */
  readonly knownComplete: boolean;
}

/** A categorical column of a window. `rows = nulls + Σ topCounts + otherCount + unseenCount`. */
export interface CategoricalWindow {
  readonly kind: 'categorical';
  readonly name: string;
  readonly rows: number;
  readonly nulls: number;
  /** Rows with the reference's top category of the same index. */
  readonly topCounts: readonly number[];
  /** Rows with a category that the reference knows but does not have in `top`; all others when `knownComplete` is false. */
  readonly otherCount: number;
  /** Rows with a category that the reference has never seen; 0 when `knownComplete` is false. */
  readonly unseenCount: number;
  /** The window's own most frequent categories (≤ `TOP_CATEGORIES`, same order as the reference's): for column identity. */
  readonly top: readonly ValueCount<string>[];
}

export type ColumnReference = NumericReference | CategoricalReference;
export type ColumnWindow = NumericWindow | CategoricalWindow;

/** From what a reference was made. */
export interface ReferenceOrigin {
  /** Digest of the data, as the registry records it (`sha256:…`). */
  readonly dataDigest: string;
  readonly source: 'training' | 'previousWindow';
}

/** The stored reference of one model version. */
export interface ReferenceProfile {
  readonly formulaVersion: number;
  /** `SHARE_FLOOR` when the profile was made. */
  readonly shareFloor: number;
  /** Number of quantile bins asked for; a column has fewer where its quantiles coincide. */
  readonly bins: number;
  readonly origin: ReferenceOrigin;
  readonly rows: number;
  readonly columns: readonly ColumnReference[];
  /** The model's answers on the reference: a probability, a number or a class; null when they are not watched. */
  readonly prediction: ColumnReference | null;
}

/** What a window covers: half-open, ISO 8601 instants in UTC. */
export interface WindowSpan {
  readonly start: string;
  readonly end: string;
}

/** One window of live data, counted on the binning of the reference with `referenceDigest`. */
export interface WindowProfile {
  readonly formulaVersion: number;
  /** `origin.dataDigest` of the reference on whose binning this was counted. */
  readonly referenceDigest: string;
  readonly span: WindowSpan;
  readonly rows: number;
  /** By name; a column that the window lacks is absent. */
  readonly columns: readonly ColumnWindow[];
  readonly prediction: ColumnWindow | null;
}
