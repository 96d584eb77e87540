import type { SqlDialect, ValueMaps } from '../dialect';
import { badLiteral, badRequest } from '../errors';
import {
  checkedText,
  doubleQuoted,
  exponentForm,
  hasControlCharacters,
  integerDigits,
  singleQuoted,
  utcText,
} from '../literals';

function text(value: string): string {
  if (!hasControlCharacters(value)) return singleQuoted(value);
  const escaped = checkedText(value)
    .replaceAll("'", "''")
    .replaceAll('\\', '\\\\')
    .replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `U&'${escaped}'`;
}

function number(value: number): string {
  if (Number.isFinite(value)) return exponentForm(value);
  return Number.isNaN(value) ? 'nan()' : value > 0 ? 'infinity()' : '-infinity()';
}

/** Trino's array constructor takes at most 254 values: longer ones are joined. */
const LONGEST_ARRAY = 250;

function array(values: readonly string[]): string {
  const parts: string[] = [];
  for (let start = 0; start === 0 || start < values.length; start += LONGEST_ARRAY) {
    parts.push(`ARRAY[${values.slice(start, start + LONGEST_ARRAY).join(', ')}]`);
  }
  return parts.length === 1 ? parts[0]! : `(${parts.join(' || ')})`;
}

const json = (expr: string): string => `json_format(CAST(${expr} AS JSON))`;
const texts = (values: readonly string[]): string => `CAST(${array(values.map(text))} AS ARRAY(VARCHAR))`;

/** Entries by falling count, then rising value: rows compare field by field. */
const BY_COUNT_THEN_VALUE =
  '(a, b) -> CASE WHEN a[2] > b[2] THEN -1 WHEN a[2] < b[2] THEN 1 WHEN a[1] < b[1] THEN -1 WHEN a[1] > b[1] THEN 1 ELSE 0 END';

const valueMaps: ValueMaps = {
  collect: (value) => `histogram(${value})`,
  top: (map, limit) =>
    json(
      `transform(slice(array_sort(map_entries(${map}), ${BY_COUNT_THEN_VALUE}), 1, ${integerDigits(limit)}), e -> CAST(ROW(e[1], e[2]) AS ROW("value" VARCHAR, "count" BIGINT)))`,
    ),
  countsOf: (map, values) => json(`transform(${texts(values)}, k -> COALESCE(element_at(${map}, k), 0))`),
  countWithin: (map, values) =>
    `COALESCE(reduce(${texts(values)}, BIGINT '0', (s, k) -> s + COALESCE(element_at(${map}, k), 0), s -> s), 0)`,
  singletons: (map) => `COALESCE(cardinality(filter(map_values(${map}), n -> n = 1)), 0)`,
};

/** One quantile by linear interpolation in the sorted array `a`, of the level `p`. */
const INTERPOLATED = (a: string): string => {
  const rank = `(p * (cardinality(${a}) - 1))`;
  const at = (index: string): string => `element_at(${a}, ${index})`;
  const low = `CAST(floor(${rank}) AS INTEGER) + 1`;
  return `${at(low)} + (${rank} - floor(${rank})) * (${at(`least(${low} + 1, cardinality(${a}))`)} - ${at(low)})`;
};

/** Athena engine version 3, whose SQL is Trino's. Nothing depends on the session's time zone. */
export const athena: SqlDialect = {
  name: 'athena',
  // StartQueryExecution takes a QueryString of at most this.
  maxStatementBytes: 262_144,
  identifier: doubleQuoted,
  table: (parts) => parts.map(doubleQuoted).join('.'),
  describe: (parts) => {
    const [name, schema, ...catalog] = [...parts].reverse();
    if (name === undefined || schema === undefined) {
      throw badRequest('table', parts, 'a schema and a table', 'qualify the table: [schema, table]');
    }
    const from = [...catalog.reverse().map(doubleQuoted), 'information_schema', 'columns'].join('.');
    return `SELECT column_name AS "name", data_type AS "type" FROM ${from} WHERE table_schema = ${text(schema)} AND table_name = ${text(name)} ORDER BY ordinal_position`;
  },

  text,
  number,
  integer: (value) => `BIGINT '${integerDigits(value)}'`,
  boolean: (value) => (value ? 'TRUE' : 'FALSE'),
  timestamp: (epochMillis) => `TIMESTAMP '${utcText(epochMillis)}'`,

  toDouble: (expr) => `TRY_CAST(${expr} AS DOUBLE)`,
  toText: (expr) => `CAST(${expr} AS VARCHAR)`,
  numberText: (double) =>
    `CASE WHEN ${double} = truncate(${double}) AND abs(${double}) < 1E15 THEN CAST(CAST(${double} AS BIGINT) AS VARCHAR) ELSE ${json(double)} END`,
  // from_iso8601_timestamp reads a time without an offset in the session's zone, so the offset is written where it lacks.
  toTimestamp: (value) =>
    `TRY(CAST(from_iso8601_timestamp(CASE WHEN regexp_like(${value}, '^\\d{4}-\\d{2}-\\d{2}$') THEN ${value} || 'T00:00:00Z' WHEN regexp_like(${value}, '[T ].*(Z|[+-]\\d{2}(:?\\d{2})?)$') THEN replace(${value}, ' ', 'T') ELSE replace(${value}, ' ', 'T') || 'Z' END) AT TIME ZONE 'UTC' AS TIMESTAMP(3)))`,

  isNaN: (double) => `COALESCE(is_nan(${double}), FALSE)`,
  isInfinite: (double) => `COALESCE(is_infinite(${double}), FALSE)`,
  isFinite: (double) => `COALESCE(is_finite(${double}), FALSE)`,
  matches: (value, pattern) => `regexp_like(${value}, ${text(pattern)})`,
  epochMillis: (timestamp) => `date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', ${timestamp})`,
  addMillis: (timestamp, millis) => `date_add('millisecond', ${integerDigits(millis)}, ${timestamp})`,

  countIf: (condition) => `count_if(${condition})`,
  smallestTexts: (value, condition, limit) =>
    json(`min(${value}, ${integerDigits(limit)}) FILTER (WHERE ${condition})`),

  histogram: (double, cutPoints) => {
    if (cutPoints.length === 0) throw badLiteral('cutPoints', cutPoints, 'at least one cut point');
    const last = cutPoints.length + 2;
    return {
      row: `CASE WHEN is_nan(${double}) THEN NULL WHEN ${double} = -infinity() THEN 0 WHEN ${double} = infinity() THEN ${last} ELSE width_bucket(${double}, ${array(cutPoints.map(number))}) + 1 END`,
      state: (row) => `histogram(${row})`,
      finish: (state) => json(`transform(sequence(0, ${last}), i -> COALESCE(element_at(${state}, i), 0))`),
    };
  },
  quantiles: (double, levels, mode) => ({
    row: `CASE WHEN is_finite(${double}) THEN ${double} END`,
    state: (row) =>
      mode === 'exact'
        ? `array_sort(array_agg(${row}) FILTER (WHERE ${row} IS NOT NULL))`
        : `approx_percentile(${row}, ${array(levels.map(number))})`,
    finish: (state) =>
      mode === 'exact'
        ? `IF(${state} IS NULL, NULL, ${json(`transform(${array(levels.map(number))}, p -> ${INTERPOLATED(state)})`)})`
        : json(state),
  }),
  valueMaps,
};
