import type { Data } from '../definition/data';
import type { Json } from '../kernel/json';
import type { SqlEngine, TableName } from '../runtime/ports';
import { duckdb } from '../runtime/sql/dialects/duckdb';

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
    const { data } = this;
    const names = featureNames(data);
    const event = `TRY_CAST(${duckdb.identifier(data.timestamp)} AS TIMESTAMP)`;
    const key = data.key === undefined ? 'CAST(rowid AS VARCHAR)' : `CAST(${duckdb.identifier(data.key)} AS VARCHAR)`;
    const columns = names.map((name) => `, ${duckdb.identifier(name)}`).join('');
    const rows = await this.engine.query(
      `SELECT ${key} AS mlp_key, epoch_ms(${event}) AS mlp_at${columns} FROM ${duckdb.table(this.events)} ` +
        `WHERE ${event} >= ${duckdb.timestamp(this.from * 1000)} ORDER BY mlp_at, mlp_key LIMIT ${CHUNK} OFFSET ${this.offset}`,
    );
    this.offset += rows.length;
    this.ended = rows.length < CHUNK;
    this.chunk.push(
      ...rows.map((row) => ({
        key: String(row['mlp_key']),
        at: Number(row['mlp_at']) / 1000,
        instance: Object.fromEntries(names.map((name) => [name, plain(row[name])])),
      })),
    );
  }
}

/** A value of the engine as JSON holds it. */
function plain(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  return value === null || value === undefined ? null : String(value);
}
