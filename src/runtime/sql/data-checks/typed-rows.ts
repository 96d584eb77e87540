import type { Data } from '../../../definition/data';
import { type CheckedColumn, checkedColumns, type FoundColumn } from '../../core/data-checks/columns';
import type { SqlDialect } from '../dialect';
import { fromSource, type TableSource } from '../table-source';
import { type ColumnSql, columnSql } from './column-sql';

/** The rows to check: where they are, and which columns were found there. */
export interface CheckedTable {
  /** A table and its window, or the text of a FROM item that somebody made for this engine. */
  readonly source: TableSource | { readonly fromItem: string };
  readonly data: Data;
  /** In the order of the data, as `foundColumns` reads them. */
  readonly header: readonly FoundColumn[];
}

/**
 * A query with one row a row of the source. Every column is there twice: raw, under a name of ours, and under its own name as
 * its declared type, which is what expressions of users are written for.
 */
export interface TypedRows {
  readonly sql: string;
  /** Name of the raw value of a column, quoted. */
  readonly raw: (column: string) => string;
  /** SQL of a checked column over the query's columns; undefined when it was not found. */
  readonly column: (name: string) => ColumnSql | undefined;
  /** The raw value in a form that every engine can group by: doubles as text. */
  readonly grouped: (column: FoundColumn) => string;
  /** A name that no column has, quoted. */
  readonly free: (name: string) => string;
}

/** A prefix that no column begins with, whatever their case. */
function freePrefix(header: readonly FoundColumn[]): string {
  let prefix = 'mlp_';
  while (header.some(({ name }) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  return prefix;
}

export function typedRows(dialect: SqlDialect, { source, data, header }: CheckedTable): TypedRows {
  const prefix = freePrefix(header);
  const places = new Map(header.map(({ name }, index) => [name, index]));
  const checked = new Map<string, CheckedColumn>(checkedColumns(data, header).map((one) => [one.name, one]));
  const raw = (name: string): string => dialect.identifier(`${prefix}raw_${places.get(name)}`);
  const column = (name: string): ColumnSql | undefined => {
    const one = checked.get(name);
    return one === undefined ? undefined : columnSql(dialect, one, raw(name), data.format, dialect.identifier(name));
  };
  const columns = header.flatMap(({ name }) => {
    const own = dialect.identifier(name);
    const one = checked.get(name);
    const value = one === undefined ? own : columnSql(dialect, one, own, data.format).value;
    return [`${own} AS ${raw(name)}`, `${value} AS ${own}`];
  });
  return {
    sql: `SELECT ${columns.join(', ')} ${'fromItem' in source ? `FROM ${source.fromItem}` : fromSource(dialect, source)}`,
    raw,
    column,
    grouped: ({ name, family }) => (family === 'number' ? dialect.toText(raw(name)) : raw(name)),
    free: (name) => dialect.identifier(`${prefix}${name}`),
  };
}
