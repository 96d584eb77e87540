import type { Data } from '../../../definition/data';
import type { Task } from '../../../kernel/metric-catalogue';
import { PREDICTION_COLUMN } from '../../../runtime/core/drift';
import { storageFamily } from '../../../runtime/sql/data-checks';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../../runtime/usecases';
import type { HistoryOptions } from '../options';
import { instantSql } from './event-time';
import type { RecognisedFile } from './recognise';

/** Columns of recorded rows beside those of captures. */
export const RECORDED_COLUMNS = {
  /** Place in the files, read one after the other; from 1. */
  row: 'mlp_row',
  /** The version's name, as text. */
  versionName: 'mlp_version_name',
  latencyMs: 'mlp_latency_ms',
  failed: 'mlp_failed',
  label: 'mlp_label',
  /** When the label came to be known, where that is recorded. */
  labelAt: 'mlp_label_at',
} as const;

const id = duckdb.identifier;

/** A column's values as the names of classes: 1, 1.0 and true are `1`, `1` and `true`. */
function classText(column: string, type: string): string {
  const value = id(column);
  if (storageFamily(type) !== 'number') return duckdb.toText(value);
  const number = `CAST(${value} AS DOUBLE)`;
  return `(CASE WHEN ${duckdb.isFinite(number)} THEN ${duckdb.numberText(number)} END)`;
}

/** A label: a number for regressions, else the name of a class. */
export const labelSql = (column: string, type: string, task: Task): string =>
  task === 'regression' ? duckdb.toDouble(id(column)) : classText(column, type);

/** An answer as captures hold it; of a binary classifier that tells classes only, 1 or 0. */
function predictionSql(column: string, type: string, task: Task, { label }: Data): string {
  if (task === 'regression') return duckdb.toDouble(id(column));
  if (task === 'multiclassClassification') return classText(column, type);
  if (storageFamily(type) === 'number') return duckdb.toDouble(id(column));
  const text = classText(column, type);
  const positive = label.positive === undefined ? ['1', 'true'] : [String(label.positive)];
  return `(CASE WHEN ${text} IN (${positive.map(duckdb.text).join(', ')}) THEN 1.0 WHEN ${text} IS NOT NULL THEN 0.0 END)`;
}

function failedSql({ column, header }: RecognisedFile): string {
  const { failed, status } = column;
  if (failed !== null) return `COALESCE(TRY_CAST(${id(failed)} AS BOOLEAN), FALSE)`;
  if (status === null) return 'FALSE';
  // Errors of the server, as the clouds count them; a client's mistake is none.
  return storageFamily(header.get(status) ?? '') === 'text'
    ? `(lower(${id(status)}) IN ('error', 'failed', 'failure', 'timeout') OR COALESCE(TRY_CAST(${id(status)} AS INTEGER) >= 500, FALSE))`
    : `COALESCE(${id(status)} >= 500, FALSE)`;
}

/** The SELECT of a file of predictions or of a reference: one shape for all of them, and the definition's own columns. */
export function recordedSelect(
  recognised: RecognisedFile,
  source: string,
  { data, task }: { readonly data: Data; readonly task: Task },
  spread: HistoryOptions['spread'],
): string {
  const { header, column } = recognised;
  const typeOf = (name: string): string => header.get(name) ?? '';
  const apart = new Set([data.key, data.timestamp, data.label.column, ...Object.values(column)]);
  const own = Object.keys(data.columns).filter((name) => header.has(name) && !apart.has(name));
  const or = (name: string | null, sql: (name: string) => string, type: string): string =>
    name === null ? `CAST(NULL AS ${type})` : sql(name);
  const columns: readonly (readonly [string, string])[] = [
    [CAPTURE_COLUMNS.key, or(column.key, (name) => classText(name, typeOf(name)), 'VARCHAR')],
    [CAPTURE_COLUMNS.eventTime, or(column.time, (name) => instantSql(name, typeOf(name), spread), 'TIMESTAMP')],
    [RECORDED_COLUMNS.versionName, or(column.version, (name) => classText(name, typeOf(name)), 'VARCHAR')],
    [
      PREDICTION_COLUMN,
      or(
        column.prediction,
        (name) => predictionSql(name, typeOf(name), task, data),
        task === 'multiclassClassification' ? 'VARCHAR' : 'DOUBLE',
      ),
    ],
    [RECORDED_COLUMNS.latencyMs, or(column.latency, (name) => duckdb.toDouble(id(name)), 'DOUBLE')],
    [RECORDED_COLUMNS.failed, failedSql(recognised)],
    [
      RECORDED_COLUMNS.label,
      or(column.label, (name) => labelSql(name, typeOf(name), task), task === 'regression' ? 'DOUBLE' : 'VARCHAR'),
    ],
    [RECORDED_COLUMNS.labelAt, or(column.labelTime, (name) => instantSql(name, typeOf(name), undefined), 'TIMESTAMP')],
    ...own.map((name) => [name, id(name)] as const),
  ];
  return `SELECT ${columns.map(([name, sql]) => `${sql} AS ${id(name)}`).join(', ')} FROM ${source}`;
}

/** The SELECT of a file of labels. */
export function labelSelect({ header, column }: RecognisedFile, source: string, task: Task): string {
  const typeOf = (name: string): string => header.get(name) ?? '';
  const at =
    column.labelTime === null
      ? 'CAST(NULL AS TIMESTAMP)'
      : instantSql(column.labelTime, typeOf(column.labelTime), undefined);
  return `SELECT ${classText(column.key!, typeOf(column.key!))} AS ${id(CAPTURE_COLUMNS.key)}, ${labelSql(column.label!, typeOf(column.label!), task)} AS ${id(RECORDED_COLUMNS.label)}, ${at} AS ${id(RECORDED_COLUMNS.labelAt)} FROM ${source}`;
}
