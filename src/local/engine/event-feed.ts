import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';

/** One event of the source: what a client would send, when. */
export interface ReplayedEvent {
  readonly key: string;
  /** Epoch seconds. */
  readonly at: number;
  /** The features. */
  readonly instance: Readonly<Record<string, Json>>;
}

const CHUNK = 2000;

/** Names of the model's inputs: features, without key, time and label. */
export const featureNames = ({ columns, key, timestamp, label }: Data): string[] =>
  Object.entries(columns)
    .filter(([name, column]) => column.feature && name !== key && name !== timestamp && name !== label.column)
    .map(([name]) => name);

/** The events of a source in the order of time, read in chunks. Rows without a readable time never happen. */
export class EventFeed {
  private chunk: ReplayedEvent[] = [];
  private ended = false;
  private offset = 0;

  /** @param from epoch seconds; the first event is at this time or later */
  constructor(
    private readonly engine: SqlEngine,
    private readonly events: TableName,
    private readonly data: Data,
    private readonly from: number,
  ) {}

  /** The events before `until` that were not taken yet. */
  async take(until: number): Promise<ReplayedEvent[]> {
    const taken: ReplayedEvent[] = [];
    for (;;) {
      const place = this.chunk.findIndex(({ at }) => at >= until);
      taken.push(...this.chunk.splice(0, place === -1 ? this.chunk.length : place));
      if (place !== -1 || this.ended) return taken;
      await this.load();
    }
  }

  private async load(): Promise<void> {
    const from = `${eventTime(this.data)} >= ${duckdb.timestamp(this.from * 1000)}`;
    const events = await select(
      this.engine,
      this.events,
      this.data,
      `WHERE ${from} ORDER BY mlp_at, mlp_key LIMIT ${CHUNK} OFFSET ${this.offset}`,
    );
    this.offset += events.length;
    this.ended = events.length < CHUNK;
    this.chunk.push(...events);
  }
}

/** The newest events before an instant, newest first. */
export function eventsBefore(
  engine: SqlEngine,
  events: TableName,
  data: Data,
  before: number,
  limit: number,
): Promise<ReplayedEvent[]> {
  const past = `${eventTime(data)} < ${duckdb.timestamp(before * 1000)}`;
  return select(engine, events, data, `WHERE ${past} ORDER BY mlp_at DESC, mlp_key LIMIT ${limit}`);
}

const eventTime = (data: Data): string => `TRY_CAST(${duckdb.identifier(data.timestamp)} AS TIMESTAMP)`;

async function select(engine: SqlEngine, events: TableName, data: Data, rest: string): Promise<ReplayedEvent[]> {
  const names = featureNames(data);
  const key = data.key === undefined ? 'CAST(rowid AS VARCHAR)' : `CAST(${duckdb.identifier(data.key)} AS VARCHAR)`;
  const columns = names.map((name) => `, ${duckdb.identifier(name)}`).join('');
  const rows = await engine.query(
    `SELECT ${key} AS mlp_key, epoch_ms(${eventTime(data)}) AS mlp_at${columns} FROM ${duckdb.table(events)} ${rest}`,
  );
  return rows.map((row) => ({
    key: String(row['mlp_key']),
    at: Number(row['mlp_at']) / 1000,
    instance: Object.fromEntries(names.map((name) => [name, plain(row[name])])),
  }));
}

/** A value of the engine as JSON holds it. */
function plain(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  return value === null || value === undefined ? null : String(value);
}
