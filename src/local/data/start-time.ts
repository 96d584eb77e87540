import type { Data } from '../../definition/data';
import { durationSeconds } from '../../kernel/duration';
import { OperationError } from '../../kernel/problem';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { midnightFrom, monthFrom } from './calendar';

/** The time that the events of a model span, epoch seconds. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly rows: number;
}

const eventTime = (data: Data): string => `TRY_CAST(${duckdb.identifier(data.timestamp)} AS TIMESTAMP)`;

/** @throws OperationError `noEvents` when no row has a time */
export async function spanOf(engine: SqlEngine, events: TableName, data: Data): Promise<Span> {
  const event = eventTime(data);
  const [row] = await engine.query(
    `SELECT epoch_ms(MIN(${event})) AS first_ms, epoch_ms(MAX(${event})) AS last_ms, COUNT(${event}) AS row_count FROM ${duckdb.table(events)}`,
  );
  const rows = Number(row?.['row_count'] ?? 0);
  if (rows === 0) throw notEnough(data, 'no row with a time that can be read');
  return { first: Number(row?.['first_ms']) / 1000, last: Number(row?.['last_ms']) / 1000, rows };
}

/**
 * When a platform on one machine begins, if nobody says: at the first begin of a month (UTC) by which `data.minRows` labels
 * have arrived, so that the months after it are whole; in data of less than that, at the first midnight.
 * @throws OperationError `notEnoughEvents` when there would be nothing to train on, or nothing to replay
 */
export async function defaultStart(engine: SqlEngine, events: TableName, data: Data, span: Span): Promise<number> {
  const event = eventTime(data);
  const [row] = await engine.query(
    `SELECT epoch_ms(MAX(event_at)) AS due_ms, COUNT(*) AS row_count FROM (SELECT ${event} AS event_at FROM ${duckdb.table(events)} WHERE ${event} IS NOT NULL ORDER BY event_at LIMIT ${Math.max(1, data.minRows)})`,
  );
  const have = Number(row?.['row_count'] ?? 0);
  const due = Number(row?.['due_ms']) / 1000 + durationSeconds(data.label.delay);
  const start = [monthFrom(due), midnightFrom(due)].find((candidate) => candidate < span.last);
  if (have >= data.minRows && start !== undefined) return start;
  throw notEnough(data, `${have} labels in all, the last one due at ${new Date(due * 1000).toISOString()}`);
}

const notEnough = (data: Data, got: string): OperationError =>
  new OperationError({
    code: 'notEnoughEvents',
    path: `data.source.local: ${data.source.local ?? ''}`,
    got,
    expected: `${data.minRows} labels (data.minRows), and events after them to replay`,
    fix: 'lower data.minRows, give more data, or say when to begin',
  });
