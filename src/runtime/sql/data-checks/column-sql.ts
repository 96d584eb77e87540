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

type Parts = Omit<ColumnSql, 'readable' | 'value'>;

/**
 * Text is cast only once it matches the grammar, so a file with other values than declared is counted and never fails.
 *
 * @param raw the stored value
 * @param value where a query below has made the typed value already: parsing text is what costs, and is done once a cell
 */
export function columnSql(
  dialect: SqlDialect,
  checked: CheckedColumn,
  raw: string,
  format: Data['format'],
  value?: string,
): ColumnSql {
  const { family, column } = checked;
  const isText = family === 'text';
  const trimmed = isText ? `TRIM(${raw})` : raw;
  const isNumber = column.type === 'number' || column.type === 'integer';
  const double = isNumber && value !== undefined ? value : doubleSql(dialect, checked, raw, trimmed);
  const infinite = `(${dialect.isNaN(double)} OR ${dialect.isInfinite(double)})`;
  const saysSo = dialect.matches(trimmed, grammar.NON_FINITE_NUMBER);
  const parts = {
    present: isText && format === 'csv' ? `${trimmed} <> ''` : `${raw} IS NOT NULL`,
    double,
    nonFinite: isText ? `CASE WHEN ${double} IS NULL THEN ${saysSo} ELSE ${infinite} END` : infinite,
    text: isText ? raw : family === 'number' ? dialect.numberText(double) : dialect.toText(raw),
    instant: column.type === 'timestamp' && value !== undefined ? value : instantSql(dialect, checked, raw, trimmed),
  };
  const readable = readableSql(dialect, checked, trimmed, parts);
  return { ...parts, readable, value: value ?? valueSql(dialect, checked, raw, trimmed, parts) };
}

function doubleSql(dialect: SqlDialect, { family }: CheckedColumn, raw: string, trimmed: string): string {
  if (family === 'text') {
    return `CASE WHEN ${dialect.matches(trimmed, grammar.FINITE_NUMBER)} THEN ${dialect.toDouble(trimmed)} END`;
  }
  return dialect.toDouble(family === 'integer' || family === 'number' ? raw : 'NULL');
}

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
  const matches = (pattern: string): string => dialect.matches(trimmed, pattern);
  const nonFinite = matches(grammar.NON_FINITE_NUMBER);
  if (column.type === 'number') return `CASE WHEN ${parts.double} IS NULL THEN ${nonFinite} ELSE TRUE END`;
  if (column.type === 'integer') {
    return `CASE WHEN ${parts.double} IS NULL THEN ${nonFinite} ELSE ${matches(grammar.INTEGER)} END`;
  }
  if (column.type === 'boolean') return `(${matches(grammar.TRUE_TEXT)} OR ${matches(grammar.FALSE_TEXT)})`;
  return `${parts.instant} IS NOT NULL`;
}

function valueSql(
  dialect: SqlDialect,
  { column, fit, family }: CheckedColumn,
  raw: string,
  trimmed: string,
  parts: Parts,
): string {
  const matches = (pattern: string): string => dialect.matches(trimmed, pattern);
  if (column.type === 'number' || column.type === 'integer') return parts.double;
  if (column.type === 'timestamp') return parts.instant;
  if (column.type !== 'boolean') return family === 'text' ? `CASE WHEN ${parts.present} THEN ${raw} END` : parts.text;
  if (fit === 'stored') return raw;
  if (fit === 'zeroOne') return `CASE ${trimmed} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END`;
  if (fit === 'unlike') return 'CAST(NULL AS BOOLEAN)';
  return `CASE WHEN ${matches(grammar.TRUE_TEXT)} THEN TRUE WHEN ${matches(grammar.FALSE_TEXT)} THEN FALSE END`;
}
