import type { SqlDialect } from './dialect';
import { countIn, numberIn, onlyRow, type ReplyRow } from './reply';

/** How old a table's newest event is. */
export interface Freshness {
  readonly rows: number;
  /** Rows without an event time. */
  readonly withoutTime: number;
  /** Rows with an event time after now: a skewed clock. They make nothing fresh. */
  readonly fromTheFuture: number;
  /** Newest event time up to now, ISO 8601 in UTC; null when there is none. */
  readonly newest: string | null;
  /** Null when there is no event; never negative. */
  readonly ageSeconds: number | null;
}

/** One row about the event times of a table. `timestamp` is a column of the engine's own timestamp type, in UTC. */
export function freshnessStatement(
  dialect: SqlDialect,
  table: readonly string[],
  timestamp: string,
  nowMillis: number,
): string {
  const at = dialect.identifier(timestamp);
  const now = dialect.timestamp(nowMillis);
  const newest = dialect.epochMillis(`MAX(CASE WHEN ${at} <= ${now} THEN ${at} END)`);
  return `SELECT COUNT(*) AS row_count, COUNT(${at}) AS timed, ${dialect.countIf(`${at} > ${now}`)} AS future, ${newest} AS newest FROM ${dialect.table(table)}`;
}

/** The age out of the reply to `freshnessStatement` of the same `nowMillis`. @throws OperationError when it is not its reply */
export function freshnessFromRows(rows: readonly ReplyRow[], nowMillis: number): Freshness {
  const row = onlyRow(rows);
  const total = countIn(row, 'row_count');
  const newest = numberIn(row, 'newest');
  return {
    rows: total,
    withoutTime: total - countIn(row, 'timed'),
    fromTheFuture: countIn(row, 'future'),
    newest: newest === null ? null : new Date(newest).toISOString(),
    ageSeconds: newest === null ? null : (nowMillis - newest) / 1000,
  };
}
