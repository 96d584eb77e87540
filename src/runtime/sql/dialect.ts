/** The engines whose SQL is written here. Athena's is that of Trino, which it is built on. */
export const DIALECT_NAMES = ['duckdb', 'athena', 'bigquery'] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/**
 * How a quantile is found. `exact` interpolates linearly between order statistics (R's type 7, numpy's default) and holds
 * all values of the column at once. `approximate` is the engine's own sketch, whose memory does not grow with the rows:
 * a t-digest on DuckDB and Athena, APPROX_QUANTILES on BigQuery.
 */
export const QUANTILE_MODES = ['exact', 'approximate'] as const;
export type QuantileMode = (typeof QUANTILE_MODES)[number];

/** An aggregate in the three places in which its parts stand: per row, over the rows, and on the one row that is left. */
export interface ColumnAggregate {
  /** Scalar of a row. */
  readonly row: string;
  /** Aggregate over the rows; `row` is the name under which the scalar comes. */
  state(row: string): string;
  /** Scalar of the result; `state` is the name under which the aggregate comes. */
  finish(state: string): string;
}

/** Counts of all values of a text column in one map, on engines that can aggregate one. */
export interface ValueMaps {
  /** Aggregate: the map from value to rows; NULL is not counted. */
  collect(text: string): string;
  /** JSON text of `[{"value", "count"}]`: the most frequent, by falling count, then rising value by code point. */
  top(map: string, limit: number): string;
  /** JSON text of a list: the rows of each value, 0 where there is none. */
  countsOf(map: string, values: readonly string[]): string;
  /** The rows of all the values together. */
  countWithin(map: string, values: readonly string[]): string;
  /** How many values have one row only. */
  singletons(map: string): string;
}

/**
 * What differs between the engines' SQL, as text. Arguments named `expr`, `double`, `text`, `timestamp` and `condition`
 * are SQL; names and values of users only come in through `identifier`, `table` and the literals, which escape them.
 * Comparisons with NaN differ: DuckDB has it above all numbers, the others have every comparison FALSE. Test `isNaN` first.
 * Instants are timestamps without zone in UTC (DuckDB, Athena) or BigQuery's TIMESTAMP.
 */
export interface SqlDialect {
  readonly name: DialectName;
  /** Largest statement that the engine takes, in bytes of UTF-8. */
  readonly maxStatementBytes: number;

  /** A quoted name of a column or an alias. @throws OperationError when it is empty or holds a NUL */
  identifier(name: string): string;
  /** A quoted, qualified name of a table, outermost part first: `[catalog, schema, table]`. */
  table(parts: readonly string[]): string;
  /**
   * A query for the columns of a table in their order: `name` and `type` (the engine's spelling).
   * @throws OperationError when the engine needs a qualified name and the table has none
   */
  describe(parts: readonly string[]): string;

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
  /** As text; booleans become `true` and `false`, integers decimal digits. For doubles see `numberText`. */
  toText(expr: string): string;
  /** A finite double as text: whole numbers below 1e15 as their digits (`3`), others as the engine writes them. */
  numberText(double: string): string;
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
  /** Milliseconds since the epoch as an integer; a fraction of one is dropped. */
  epochMillis(timestamp: string): string;
  /** The instant so many whole milliseconds later; earlier when negative. */
  addMillis(timestamp: string, millis: number): string;

  /** Aggregate: the rows where the condition is TRUE; 0 of no rows. */
  countIf(condition: string): string;
  /** Aggregate: JSON text of the `limit` smallest texts where the condition is TRUE, ascending, or NULL of none. */
  smallestTexts(text: string, condition: string, limit: number): string;
  /**
   * JSON text of `cutPoints.length + 3` counts, of k cut points c: −∞; below c_0; `[c_0, c_1)` … `[c_(k−2), c_(k−1))`;
   * from c_(k−1) on; +∞. The infinities are in their own counts alone. NULL and NaN are not counted. NULL of no rows.
   * @param cutPoints finite, strictly ascending, at least one
   */
  histogram(double: string, cutPoints: readonly number[]): ColumnAggregate;
  /**
   * JSON text of a list with one quantile of the finite values a level, or NULL of no finite values.
   * @param levels in [0, 1], ascending
   */
  quantiles(double: string, levels: readonly number[], mode: QuantileMode): ColumnAggregate;
  /** Null where the engine has no aggregate that makes a map (BigQuery): values are counted by grouping there. */
  readonly valueMaps: ValueMaps | null;
}
