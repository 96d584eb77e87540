import type { SqlDialect } from '../dialect';
import type { CheckedTable, TypedRows } from './typed-rows';
import type { AcrossRows } from './violation';

/**
 * The values a check across rows groups by, and which rows take part. Doubles and families that engines cannot group by are
 * compared as text; missing values are no repetition of each other, but equal in a row that is there twice.
 */
function grouping({ header }: CheckedTable, rows: TypedRows, check: AcrossRows): { by: string[]; where: string } {
  if (check.rule === 'duplicateRows') return { by: header.map(rows.grouped), where: 'TRUE' };
  const found = header.find(({ name }) => name === check.column);
  const present = rows.column(check.column)?.present;
  if (found === undefined || present === undefined) return { by: [], where: 'FALSE' };
  return { by: [rows.grouped(found)], where: `COALESCE(${present}, FALSE)` };
}

/**
 * A query for the number of rows that break the check. Of a value that must be unique, all rows count: nobody knows which is
 * the right one. Of rows that are equal in all columns, one is as good as any other: only the surplus counts.
 */
export function acrossRowsCount(table: CheckedTable, rows: TypedRows, check: AcrossRows): string {
  const { by, where } = grouping(table, rows, check);
  if (by.length === 0) return 'SELECT 0';
  const counted = check.rule === 'duplicateRows' ? 'mlp_copies - 1' : 'mlp_copies';
  return (
    `SELECT COALESCE(SUM(${counted}), 0) FROM (SELECT COUNT(*) AS mlp_copies FROM (${rows.sql}) mlp_rows ` +
    `WHERE ${where} GROUP BY ${by.join(', ')} HAVING COUNT(*) > 1) mlp_repeated`
  );
}

/** A query for the column `mlp_key`, the keys (`key`, SQL over the typed rows) of the rows that break the check. */
export function acrossRowsKeys(table: CheckedTable, rows: TypedRows, check: AcrossRows, key: string): string {
  const { by, where } = grouping(table, rows, check);
  const from = `FROM (${rows.sql}) mlp_rows WHERE ${by.length === 0 ? 'FALSE' : where}`;
  if (by.length === 0) return `SELECT ${key} AS mlp_key ${from}`;
  const repeated = `${from} GROUP BY ${by.join(', ')} HAVING COUNT(*) > 1`;
  if (check.rule === 'duplicateRows') return `SELECT MIN(${key}) AS mlp_key ${repeated}`;
  return `SELECT ${key} AS mlp_key ${from} AND ${by[0]} IN (SELECT ${by[0]} ${repeated})`;
}

/** TRUE on the rows that break the check, else FALSE; a window over the query's columns. */
export function acrossRowsFlag(dialect: SqlDialect, table: CheckedTable, rows: TypedRows, check: AcrossRows): string {
  const { by, where } = grouping(table, rows, check);
  if (by.length === 0) return dialect.boolean(false);
  const partition = `PARTITION BY ${by.join(', ')}`;
  if (check.rule === 'duplicateRows') return `(ROW_NUMBER() OVER (${partition}) > 1)`;
  return `(${where} AND COUNT(*) OVER (${partition}) > 1)`;
}
