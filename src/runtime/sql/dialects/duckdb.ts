import type { SqlDialect, ValueMaps } from '../dialect';
import { nextDown } from '../doubles';
import { badLiteral } from '../errors';
import { doubleQuoted, exponentForm, integerDigits, singleQuoted, utcText } from '../literals';

function number(value: number): string {
  if (Number.isFinite(value)) return exponentForm(value);
  return `CAST('${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}' AS DOUBLE)`;
}

const list = (values: readonly string[]): string => `[${values.join(', ')}]`;
const finite = (double: string): string => `COALESCE(isfinite(${double}), FALSE)`;

const valueMaps: ValueMaps = {
  collect: (value) => `histogram(${value})`,
  // Lists sort structs field by field: a negative count first makes the order "falling count, then rising value".
  top: (map, limit) =>
    `to_json(list_transform(list_slice(list_sort(list_transform(map_entries(${map}), lambda e: {n: -CAST(e.value AS BIGINT), v: e.key})), 1, ${integerDigits(limit)}), lambda e: {"value": e.v, "count": -e.n}))`,
  countsOf: (map, values) =>
    `to_json(list_transform(CAST(${list(values.map(singleQuoted))} AS VARCHAR[]), lambda k: COALESCE(${map}[k], 0)))`,
  countWithin: (map, values) =>
    `CAST(COALESCE(list_sum(list_transform(list_filter(map_entries(${map}), lambda e: list_contains(CAST(${list(values.map(singleQuoted))} AS VARCHAR[]), e.key)), lambda e: e.value)), 0) AS BIGINT)`,
  singletons: (map) => `COALESCE(len(list_filter(map_values(${map}), lambda n: n = 1)), 0)`,
};

/**
 * One quantile in the sorted list `a`, of the level `p`, as `quantileOfSorted` has it. `quantile_cont` weighs the two ends, so
 * that of two equal ones it makes 0.32000000000000006 out of 0.32: a cut beside the value, which puts all rows that have it into
 * another bin than on other engines.
 */
function interpolated(a: string): string {
  const rank = `(p * (len(${a}) - 1))`;
  const low = `${a}[CAST(floor(${rank}) AS BIGINT) + 1]`;
  const high = `${a}[CAST(least(floor(${rank}) + 2, len(${a})) AS BIGINT)]`;
  const part = `(${rank} - floor(${rank}))`;
  return (
    `CASE WHEN ${low} = ${high} THEN ${low} WHEN isfinite(${high} - ${low}) THEN ${low} + ${part} * (${high} - ${low}) ` +
    `ELSE ${low} * (1 - ${part}) + ${high} * ${part} END`
  );
}

/** DuckDB 1.5, embedded. The adapter sets the session's time zone to UTC. */
export const duckdb: SqlDialect = {
  name: 'duckdb',
  maxStatementBytes: Number.POSITIVE_INFINITY,
  identifier: doubleQuoted,
  table: (parts) => parts.map(doubleQuoted).join('.'),
  describe: (parts) =>
    `SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM ${parts.map(doubleQuoted).join('.')})`,

  text: singleQuoted,
  number,
  integer: (value) => `CAST(${integerDigits(value)} AS BIGINT)`,
  boolean: (value) => (value ? 'TRUE' : 'FALSE'),
  timestamp: (epochMillis) => `TIMESTAMP '${utcText(epochMillis)}'`,

  toDouble: (expr) => `TRY_CAST(${expr} AS DOUBLE)`,
  toText: (expr) => `CAST(${expr} AS VARCHAR)`,
  numberText: (double) =>
    `CASE WHEN ${double} = trunc(${double}) AND abs(${double}) < 1E15 THEN CAST(CAST(${double} AS BIGINT) AS VARCHAR) ELSE CAST(${double} AS VARCHAR) END`,
  toTimestamp: (value) => `CAST(TRY_CAST(${value} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)`,

  isNaN: (double) => `COALESCE(isnan(${double}), FALSE)`,
  isInfinite: (double) => `COALESCE(isinf(${double}), FALSE)`,
  isFinite: finite,
  matches: (value, pattern) => `regexp_matches(${value}, ${singleQuoted(pattern)})`,
  epochMillis: (timestamp) => `epoch_ms(${timestamp})`,
  addMillis: (timestamp, millis) => `(${timestamp} + to_milliseconds(${integerDigits(millis)}))`,

  countIf: (condition) => `COUNT(*) FILTER (WHERE ${condition})`,
  smallestTexts: (value, condition, limit) =>
    `to_json(min(${value}, ${integerDigits(limit)}) FILTER (WHERE ${condition}))`,

  // DuckDB's bins are (…, bound], ours [cut, …): the bound is the double just below the cut. The map has one entry a
  // bound because the last one is +∞. NaN must not reach it: the binary search would put it anywhere.
  histogram: (double, cutPoints) => {
    if (cutPoints.length === 0) throw badLiteral('cutPoints', cutPoints, 'at least one cut point');
    const bounds = [-Infinity, ...cutPoints.map(nextDown), Number.MAX_VALUE, Infinity];
    return {
      row: `NULLIF(${double}, ${number(Number.NaN)})`,
      state: (row) => `histogram(${row}, ${list(bounds.map(number))})`,
      finish: (state) => `to_json(map_values(${state}))`,
    };
  },
  quantiles: (double, levels, mode) => ({
    row: `CASE WHEN isfinite(${double}) THEN ${double} END`,
    state: (row) =>
      mode === 'exact'
        ? `list_sort(list(${row}) FILTER (WHERE ${row} IS NOT NULL))`
        : `approx_quantile(${row}, CAST(${list(levels.map(number))} AS FLOAT[]))`,
    finish: (state) =>
      mode === 'exact'
        ? `CASE WHEN ${state} IS NOT NULL THEN to_json(list_transform(${list(levels.map(number))}, lambda p: ${interpolated(state)})) END`
        : `to_json(${state})`,
  }),
  valueMaps,
};
