/** The engines whose SQL is written here. Athena's is that of Trino, which it is built on. */
export const DIALECT_NAMES = ['duckdb', 'athena', 'bigquery'] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/**
 * How exactly a quantile is wanted: `exact` sorts all values in one place, `approximate` is the engine's own sketch,
 * whose memory does not grow with the rows.
 */
export type QuantileMode = 'exact' | 'approximate';

/**
 * What differs between the engines' SQL, as text. Arguments named `expr`, `double`, `text`, `timestamp` and `condition`
 * are SQL; names and values of users only come in through `identifier`, `table` and the literals, which escape them.
 * Instants are timestamps without zone in UTC (DuckDB, Athena) or BigQuery's TIMESTAMP. Every result is one line.
 */
export interface SqlDialect {
  readonly name: DialectName;

  /** A quoted name of a column or an alias. @throws OperationError when it is empty or holds a NUL */
  identifier(name: string): string;
  /** A quoted, qualified name of a table, outermost part first: `[catalog, schema, table]`. */
  table(parts: readonly string[]): string;

  /** A string literal. @throws OperationError when it holds a NUL, which no engine can hold in a statement */
  text(value: string): string;
  /** A double literal that reads back as the very same double; NaN and the infinities too. */
  number(value: number): string;
  /** A 64 bit integer literal. @throws OperationError when it is no integer or does not fit */
  integer(value: number | bigint): string;
  boolean(value: boolean): string;
  /** An instant, from milliseconds since the epoch. @throws OperationError outside the years 1 to 9999 */
  timestamp(epochMillis: number): string;

  /** As a double, NULL where it is none. */
  toDouble(expr: string): string;
  /** As text; booleans become `true` and `false`, integers decimal digits. */
  toText(expr: string): string;
  /** ISO 8601 text as an instant, UTC where the text names no offset; NULL where it is none. */
  toTimestamp(text: string): string;

  /** TRUE or FALSE, never NULL. */
  isNaN(double: string): string;
  /** TRUE for either infinity, else FALSE, never NULL. */
  isInfinite(double: string): string;
  /** TRUE or FALSE, never NULL: NULL and NaN are not finite. */
  isFinite(double: string): string;
  /** TRUE when the pattern (the part of RE2 that is also Java's) is found anywhere in the text; NULL of NULL. */
  matches(text: string, pattern: string): string;
  /** Milliseconds since the epoch, rounded down, as an integer. */
  epochMillis(timestamp: string): string;
  addMillis(timestamp: string, millis: number): string;

  /** Aggregate: the rows where the condition is TRUE; 0 of no rows. */
  countIf(condition: string): string;
  /**
   * Aggregate: JSON text of `cutPoints.length + 1` counts. Count 0 is below the first cut point, count i is
   * `[cutPoints[i-1], cutPoints[i])`, the last is from the last cut point on. NULL is not counted.
   * @param double finite or NULL
   * @param cutPoints finite, strictly ascending, at least one
   */
  histogram(double: string, cutPoints: readonly number[]): string;
  /**
   * Aggregate: JSON text of `categories.length + 1` counts, in the order given, then all other values. NULL is not counted.
   * @param categories distinct, at least one
   */
  categoryCounts(text: string, categories: readonly string[]): string;
  /**
   * Aggregate: JSON text of a list with one quantile a level, or NULL of no values. `exact` interpolates linearly
   * (R's type 7) where the engine has it as an aggregate; BigQuery has not, and answers `approximate` for both.
   * @param double finite or NULL
   * @param levels in [0, 1], ascending
   */
  quantiles(double: string, levels: readonly number[], mode: QuantileMode): string;
  /** Aggregate: JSON text of the `limit` smallest texts where the condition is TRUE, ascending, or NULL of none. */
  smallestTexts(text: string, condition: string, limit: number): string;
  /**
   * A FROM item that turns each row of `from` into one row a member: columns `name` (the member's) and `value` (its text).
   * All members are read in one pass over `from`.
   */
  unpivot(from: string, members: readonly { readonly name: string; readonly value: string }[]): string;
}
