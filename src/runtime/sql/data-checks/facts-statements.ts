import { MAX_KEYS } from '../../core/data-checks/facts';
import { type RowCheck, rowCheckId } from '../../core/data-checks/row-checks';
import type { SqlDialect } from '../dialect';
import { acrossRowsCount, acrossRowsKeys } from './across-rows';
import { type CheckedTable, typedRows } from './typed-rows';
import { isAcrossRows, violationSql } from './violation';

/** More classes than any label has; a label with more is a mistake, and the rest would be fetched for nothing. */
export const MAX_LABELS = 10_000;

/** Name of the result column with the count of the check at this place. */
export function countName(index: number): string {
  return `violations_${index}`;
}

/**
 * One row: `row_count`, `newest_ms` (of the events up to `newestBeforeMs`, or NULL) and a count a check. Rules within a row
 * are counted in one pass over the source; each rule across rows groups it once more.
 */
export function countsStatement(
  dialect: SqlDialect,
  table: CheckedTable,
  checks: readonly RowCheck[],
  newestBeforeMs: number,
): string {
  const rows = typedRows(dialect, table);
  const instant = rows.column(table.data.timestamp)?.instant;
  const newest =
    instant === undefined
      ? 'NULL'
      : dialect.epochMillis(`MAX(CASE WHEN ${instant} <= ${dialect.timestamp(newestBeforeMs)} THEN ${instant} END)`);
  const within = checks.flatMap((check, index) =>
    isAcrossRows(check)
      ? []
      : [`COUNT(CASE WHEN ${violationSql(dialect, rows, check)} THEN 1 END) AS ${countName(index)}`],
  );
  const across = checks.flatMap((check, index) =>
    isAcrossRows(check) ? [`(${acrossRowsCount(table, rows, check)}) AS ${countName(index)}`] : [],
  );
  const counts = ['COUNT(*) AS row_count', `${newest} AS newest_ms`, ...within];
  const inner = `SELECT ${counts.join(', ')} FROM (${rows.sql}) mlp_rows`;
  return across.length === 0 ? inner : `SELECT mlp_counts.*, ${across.join(', ')} FROM (${inner}) mlp_counts`;
}

/** Rows `label`, `row_count`: the classes of the label, most frequent first; undefined when it was not found. */
export function labelsStatement(dialect: SqlDialect, table: CheckedTable): string | undefined {
  const rows = typedRows(dialect, table);
  const label = rows.column(table.data.label.column);
  if (label === undefined) return undefined;
  return (
    `SELECT ${label.text} AS label, COUNT(*) AS row_count FROM (${rows.sql}) mlp_rows WHERE ${label.present} ` +
    `GROUP BY ${label.text} ORDER BY row_count DESC, label LIMIT ${MAX_LABELS}`
  );
}

/**
 * Rows `check_id`, `row_key`: up to `MAX_KEYS` keys a check, the first in the order of their text. Undefined when the data has
 * no key, or no check is given. Run it for the checks that have violations; it reads only what these need.
 */
export function keysStatement(
  dialect: SqlDialect,
  table: CheckedTable,
  checks: readonly RowCheck[],
): string | undefined {
  const rows = typedRows(dialect, table);
  const key = table.data.key === undefined ? undefined : rows.column(table.data.key)?.text;
  if (key === undefined || checks.length === 0) return undefined;
  return checks
    .map((check) => {
      const offending = isAcrossRows(check)
        ? acrossRowsKeys(table, rows, check, key)
        : `SELECT ${key} AS mlp_key FROM (${rows.sql}) mlp_rows WHERE ${violationSql(dialect, rows, check)}`;
      const first =
        `SELECT DISTINCT mlp_key FROM (${offending}) mlp_offending WHERE mlp_key IS NOT NULL ` +
        `ORDER BY mlp_key LIMIT ${MAX_KEYS}`;
      return `SELECT ${dialect.text(rowCheckId(check))} AS check_id, mlp_key AS row_key FROM (${first}) mlp_first`;
    })
    .join(' UNION ALL ');
}
