import type { SqlDialect } from './dialect';
import { badRequest } from './errors';

/** A half-open window of event time: `startMillis <= column < endMillis`, in milliseconds since the epoch. */
export interface TimeRange {
  /** A timestamp column of the engine's own type, in UTC. */
  readonly column: string;
  readonly startMillis: number;
  readonly endMillis: number;
}

/** The rows that are read: a table, view or attached file, and the window of event time. */
export interface TableSource {
  /** Qualified name, outermost part first: `[table]`, `[schema, table]`, `[project, dataset, table]`. */
  readonly table: readonly string[];
  /** Null reads all rows. Rows without an event time are in no window. */
  readonly range: TimeRange | null;
}

/**
 * FROM and WHERE of a source. The bare column is compared with literals, so that engines can skip files and partitions.
 * @throws OperationError when the table has no name or the window ends before it starts
 */
export function fromSource(dialect: SqlDialect, { table, range }: TableSource): string {
  if (table.length === 0) throw badRequest('table', table, 'a name of at least one part', 'name the table to read');
  const from = `FROM ${dialect.table(table)}`;
  return range === null ? from : `${from} WHERE ${withinRange(dialect, dialect.identifier(range.column), range)}`;
}

/** The condition that an instant is within the half-open window. */
export function withinRange(
  dialect: SqlDialect,
  timestamp: string,
  { startMillis, endMillis }: Omit<TimeRange, 'column'>,
): string {
  if (!(startMillis <= endMillis)) {
    throw badRequest('range', { startMillis, endMillis }, 'a start that is not after the end', 'swap start and end');
  }
  return `${timestamp} >= ${dialect.timestamp(startMillis)} AND ${timestamp} < ${dialect.timestamp(endMillis)}`;
}
