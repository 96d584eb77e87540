import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import { EVENT_COLUMNS, eventInstant } from '../../runtime/adapters/local/event-columns';
import type { TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import type { RowsEngine } from './capture-table';
import { plainJson } from './plain-json';

/** One event of the source: what a client would send, when. */
export interface ReplayedEvent {
  readonly key: string;
  /** When the request comes, by the gateway's clock; epoch seconds. */
  readonly at: number;
  /** When it happened, by the client's clock; epoch seconds. */
  readonly happenedAt: number;
  /** The features. */
  readonly instance: Readonly<Record<string, Json>>;
}

const CHUNK = 2000;

/** Names of the model's inputs: features, without key, time and label. */
export const featureNames = ({ columns, key, timestamp, label }: Data): string[] =>
  Object.entries(columns)
    .filter(([name, column]) => column.feature && name !== key && name !== timestamp && name !== label.column)
    .map(([name]) => name);

/** The events of a source in the order in which they arrive, read in chunks. Rows without a readable time never happen. */
export class EventFeed {
  private chunk: ReplayedEvent[] = [];
  private next = 0;
  private ended = false;
  private offset = 0;

  /** @param from epoch seconds; the first event arrives at this time or later */
  constructor(
    private readonly engine: Pick<RowsEngine, 'query'>,
    private readonly events: TableName,
    private readonly data: Data,
    private readonly from: number,
  ) {}

  /** The events that arrive before `until` and were not taken yet. */
  async take(until: number): Promise<ReplayedEvent[]> {
    const taken: ReplayedEvent[] = [];
    for (;;) {
      for (let event = this.chunk[this.next]; event !== undefined; event = this.chunk[this.next]) {
        if (event.at >= until) return taken;
        taken.push(event);
        this.next += 1;
      }
      if (this.ended) return taken;
      await this.load();
    }
  }

  private async load(): Promise<void> {
    const from = `${arrival} >= ${duckdb.timestamp(this.from * 1000)}`;
    this.chunk = await select(
      this.engine,
      this.events,
      this.data,
      `WHERE ${from} ORDER BY mlp_at, mlp_key LIMIT ${CHUNK} OFFSET ${this.offset}`,
    );
    this.next = 0;
    this.offset += this.chunk.length;
    this.ended = this.chunk.length < CHUNK;
  }
}

/** The newest events that arrived before an instant, newest first. */
export function eventsBefore(
  engine: Pick<RowsEngine, 'query'>,
  events: TableName,
  data: Data,
  before: number,
  limit: number,
): Promise<ReplayedEvent[]> {
  const past = `${arrival} < ${duckdb.timestamp(before * 1000)}`;
  return select(engine, events, data, `WHERE ${past} ORDER BY mlp_at DESC, mlp_key LIMIT ${limit}`);
}

const arrival = duckdb.identifier(EVENT_COLUMNS.arrivesAt);

async function select(
  engine: Pick<RowsEngine, 'query'>,
  events: TableName,
  data: Data,
  rest: string,
): Promise<ReplayedEvent[]> {
  const names = featureNames(data);
  const key = data.key === undefined ? 'CAST(rowid AS VARCHAR)' : `CAST(${duckdb.identifier(data.key)} AS VARCHAR)`;
  const columns = names.map((name) => `, ${duckdb.identifier(name)}`).join('');
  const rows = await engine.query(
    `SELECT ${key} AS mlp_key, epoch_ms(${arrival}) AS mlp_at, epoch_ms(${eventInstant(data)}) AS mlp_happened${columns} FROM ${duckdb.table(events)} ${rest}`,
  );
  return rows.map((row) => ({
    key: String(row['mlp_key']),
    at: Number(row['mlp_at']) / 1000,
    happenedAt: Number(row['mlp_happened']) / 1000,
    instance: Object.fromEntries(names.map((name) => [name, plainJson(row[name])])),
  }));
}
