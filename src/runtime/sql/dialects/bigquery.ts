import type { SqlDialect } from '../dialect';
import { badLiteral, badRequest } from '../errors';
import { checkedName, checkedText, exponentForm, integerDigits, utcText } from '../literals';

const escaped = (value: string, quote: string): string =>
  value
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replace(/[\p{Cc}\u2028\u2029]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const identifier = (name: string): string => `\`${escaped(checkedName(name), '`')}\``;
const text = (value: string): string => `'${escaped(checkedText(value), "'")}'`;

function number(value: number): string {
  if (Number.isFinite(value)) return exponentForm(value);
  return `CAST('${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}' AS FLOAT64)`;
}

const array = (values: readonly string[]): string => `[${values.join(', ')}]`;
const finite = (double: string): string => `IFNULL(NOT IS_NAN(${double}) AND NOT IS_INF(${double}), FALSE)`;

/** APPROX_QUANTILES gives the quantiles of equal steps: with so many, every level is found to 0.001. */
const APPROXIMATE_STEPS = 1000;

/** BigQuery's GoogleSQL. */
export const bigquery: SqlDialect = {
  name: 'bigquery',
  // The quota on an unresolved query is 1 MB.
  maxStatementBytes: 1_000_000,
  identifier,
  table: (parts) => parts.map(identifier).join('.'),
  describe: (parts) => {
    const [name, ...dataset] = [...parts].reverse();
    if (name === undefined || dataset.length === 0) {
      throw badRequest('table', parts, 'a data set and a table', 'qualify the table: [project, dataset, table]');
    }
    const from = `${dataset.reverse().map(identifier).join('.')}.INFORMATION_SCHEMA.COLUMNS`;
    return `SELECT column_name AS \`name\`, data_type AS \`type\` FROM ${from} WHERE table_name = ${text(name)} ORDER BY ordinal_position`;
  },

  text,
  number,
  integer: (value) => `CAST(${integerDigits(value)} AS INT64)`,
  boolean: (value) => (value ? 'TRUE' : 'FALSE'),
  timestamp: (epochMillis) => `TIMESTAMP '${utcText(epochMillis)}+00'`,

  toDouble: (expr) => `SAFE_CAST(${expr} AS FLOAT64)`,
  toText: (expr) => `CAST(${expr} AS STRING)`,
  numberText: (double) =>
    `CASE WHEN ${double} = TRUNC(${double}) AND ABS(${double}) < 1E15 THEN CAST(CAST(${double} AS INT64) AS STRING) ELSE CAST(${double} AS STRING) END`,
  // A session may have another default time zone, so the offset is written where it lacks.
  toTimestamp: (value) =>
    `SAFE_CAST(CASE WHEN REGEXP_CONTAINS(${value}, r'^\\d{4}-\\d{2}-\\d{2}$') THEN ${value} || ' 00:00:00+00' WHEN REGEXP_CONTAINS(${value}, r'[T ].*(Z|[+-]\\d{2}(:?\\d{2})?)$') THEN ${value} ELSE ${value} || '+00' END AS TIMESTAMP)`,

  isNaN: (double) => `IFNULL(IS_NAN(${double}), FALSE)`,
  isInfinite: (double) => `IFNULL(IS_INF(${double}), FALSE)`,
  isFinite: finite,
  matches: (value, pattern) => `REGEXP_CONTAINS(${value}, ${text(pattern)})`,
  epochMillis: (timestamp) => `UNIX_MILLIS(${timestamp})`,
  addMillis: (timestamp, millis) => `TIMESTAMP_ADD(${timestamp}, INTERVAL ${integerDigits(millis)} MILLISECOND)`,

  countIf: (condition) => `COUNTIF(${condition})`,
  smallestTexts: (value, condition, limit) =>
    `TO_JSON_STRING(ARRAY_AGG(IF(${condition}, ${value}, NULL) IGNORE NULLS ORDER BY IF(${condition}, ${value}, NULL) LIMIT ${integerDigits(limit)}))`,

  histogram: (double, cutPoints) => {
    if (cutPoints.length === 0) throw badLiteral('cutPoints', cutPoints, 'at least one cut point');
    const last = cutPoints.length + 2;
    const cells = Array.from({ length: last + 1 }, (_, cell) => cell);
    return {
      row: `CASE WHEN IS_NAN(${double}) THEN NULL WHEN ${double} = ${number(-Infinity)} THEN 0 WHEN ${double} = ${number(Infinity)} THEN ${last} ELSE RANGE_BUCKET(${double}, ${array(cutPoints.map(number))}) + 1 END`,
      state: (row) => array(cells.map((cell) => `COUNTIF(${row} = ${cell})`)),
      finish: (state) => `TO_JSON_STRING(${state})`,
    };
  },
  quantiles: (double, levels, mode) => ({
    row: `IF(${finite(double)}, ${double}, NULL)`,
    state: (row) =>
      mode === 'exact'
        ? `ARRAY_AGG(${row} IGNORE NULLS ORDER BY ${row})`
        : `APPROX_QUANTILES(${row}, ${APPROXIMATE_STEPS})`,
    finish: (state) => {
      const rank = mode === 'exact' ? `p * (ARRAY_LENGTH(${state}) - 1)` : `ROUND(p * ${APPROXIMATE_STEPS})`;
      const at = (index: string): string => `${state}[OFFSET(CAST(${index} AS INT64))]`;
      const value =
        mode === 'exact'
          ? `${at(`FLOOR(${rank})`)} + (${rank} - FLOOR(${rank})) * (${at(`CEIL(${rank})`)} - ${at(`FLOOR(${rank})`)})`
          : at(rank);
      const found = `ARRAY(SELECT ${value} FROM UNNEST(${array(levels.map(number))}) AS p WITH OFFSET AS i ORDER BY i)`;
      return `IF(${state} IS NULL OR ARRAY_LENGTH(${state}) = 0, NULL, TO_JSON_STRING(${found}))`;
    },
  }),
  valueMaps: null,
};
