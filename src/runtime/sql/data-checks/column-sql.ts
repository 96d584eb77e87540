import type { Data } from '../../../definition/data';
import type { CheckedColumn } from '../../core/data-checks/columns';
import * as grammar from '../../core/data-checks/value-grammar';
import type { SqlDialect } from '../dialect';

/** What rules ask of a column, as SQL over its raw value. Conditions may be NULL; who counts or filters closes them. */
export interface ColumnSql {
  /** There is a value. An empty or blank field of CSV is none. */
  readonly present: string;
  /** The value can be read as the declared type. */
  readonly readable: string;
  /** As a finite double or an infinity of the engine; NULL where it is none. */
  readonly double: string;
  /** The value is NaN or infinite. */
  readonly nonFinite: string;
  /** As the text with which categories and patterns are compared; numbers as JSON writes them. */
  readonly text: string;
  /** As an instant of the engine; NULL where it is none. */
  readonly instant: string;
  /** As the declared type, for expressions; NULL where it cannot be read. */
  readonly value: string;
}

/** Text is cast only once it matches the grammar, so a file with other values than declared is counted and never fails. */
export function columnSql(dialect: SqlDialect, checked: CheckedColumn, raw: string, format: Data['format']): ColumnSql {
  const { family } = checked;
  const isText = family === 'text';
  const trimmed = isText ? `TRIM(${raw})` : raw;
  const matches = (pattern: string): string => dialect.matches(trimmed, pattern);
  const numeric = family === 'integer' || family === 'number';
  const double = isText
    ? `CASE WHEN ${matches(grammar.FINITE_NUMBER)} THEN ${dialect.toDouble(trimmed)} END`
    : numeric
      ? dialect.toDouble(raw)
      : dialect.toDouble('NULL');
  const notFinite = `(${dialect.isNaN(double)} OR ${dialect.isInfinite(double)})`;
  const parts = {
    present: isText && format === 'csv' ? `${trimmed} <> ''` : `${raw} IS NOT NULL`,
    double,
    nonFinite: isText ? `(${matches(grammar.NON_FINITE_NUMBER)} OR ${notFinite})` : notFinite,
    text: isText ? raw : family === 'number' ? dialect.numberText(double) : dialect.toText(raw),
    instant: instantSql(dialect, checked, raw, trimmed),
  };
  const readable = readableSql(dialect, checked, trimmed, parts);
  return { ...parts, readable, value: valueSql(checked, raw, trimmed, parts, matches) };
}

type Parts = Omit<ColumnSql, 'readable' | 'value'>;

function instantSql(dialect: SqlDialect, { family }: CheckedColumn, raw: string, trimmed: string): string {
  if (family === 'text') {
    const short = dialect.matches(trimmed, grammar.INSTANT_WITHOUT_SECONDS);
    const whole = `CASE WHEN ${short} THEN SUBSTR(${trimmed}, 1, 16) || ':00' || SUBSTR(${trimmed}, 17) ELSE ${trimmed} END`;
    return `CASE WHEN ${dialect.matches(trimmed, grammar.INSTANT)} THEN ${dialect.toTimestamp(whole)} END`;
  }
  return family === 'timestamp' || family === 'date' ? `CAST(${raw} AS TIMESTAMP)` : 'CAST(NULL AS TIMESTAMP)';
}

function readableSql(dialect: SqlDialect, checked: CheckedColumn, trimmed: string, parts: Parts): string {
  const { fit, column } = checked;
  if (fit === 'stored') return 'TRUE';
  if (fit === 'unlike') return 'FALSE';
  if (fit === 'whole') return `(${parts.nonFinite} OR ${parts.double} = FLOOR(${parts.double}))`;
  if (fit === 'zeroOne') return `${parts.double} IN (${dialect.number(0)}, ${dialect.number(1)})`;
  const any = (...patterns: string[]): string =>
    `(${patterns.map((one) => dialect.matches(trimmed, one)).join(' OR ')})`;
  if (column.type === 'number') return any(grammar.FINITE_NUMBER, grammar.NON_FINITE_NUMBER);
  if (column.type === 'integer') return any(grammar.INTEGER, grammar.NON_FINITE_NUMBER);
  if (column.type === 'boolean') return any(grammar.TRUE_TEXT, grammar.FALSE_TEXT);
  return `${parts.instant} IS NOT NULL`;
}

function valueSql(
  { column, fit, family }: CheckedColumn,
  raw: string,
  trimmed: string,
  parts: Parts,
  matches: (pattern: string) => string,
): string {
  if (column.type === 'number' || column.type === 'integer') return parts.double;
  if (column.type === 'timestamp') return parts.instant;
  if (column.type !== 'boolean') return family === 'text' ? `CASE WHEN ${parts.present} THEN ${raw} END` : parts.text;
  if (fit === 'stored') return raw;
  if (fit === 'zeroOne') return `CASE ${trimmed} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END`;
  if (fit === 'unlike') return 'CAST(NULL AS BOOLEAN)';
  return `CASE WHEN ${matches(grammar.TRUE_TEXT)} THEN TRUE WHEN ${matches(grammar.FALSE_TEXT)} THEN FALSE END`;
}
