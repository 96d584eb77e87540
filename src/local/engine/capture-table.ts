import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../runtime/usecases';
import { featureNames, type ReplayedEvent } from './event-feed';

/** A request that was answered, as it is kept. */
export interface CapturedRow {
  readonly event: ReplayedEvent;
  readonly version: number;
  readonly prediction: number | string | null;
}

/** Captured requests of a model in DuckDB: the columns that use cases expect, and the inputs with their own types. */
export class CaptureTable {
  readonly name: TableName;
  private readonly names: readonly string[];

  constructor(
    private readonly engine: SqlEngine,
    model: string,
    private readonly data: Data,
  ) {
    this.name = [`capture_${model}`];
    this.names = featureNames(data);
  }

  /** Creates the table where there is none; inputs have the types that the events have. */
  async create(events: TableName, predictionType: 'DOUBLE' | 'VARCHAR'): Promise<void> {
    const { key, eventTime, version, prediction } = CAPTURE_COLUMNS;
    const id = duckdb.identifier;
    const inputs = this.names.map((name) => `, ${id(name)}`).join('');
    await this.engine.query(
      `CREATE TABLE IF NOT EXISTS ${duckdb.table(this.name)} AS SELECT CAST(NULL AS VARCHAR) AS ${id(key)}, ` +
        `CAST(NULL AS TIMESTAMP) AS ${id(eventTime)}, CAST(NULL AS INTEGER) AS ${id(version)}, ` +
        `CAST(NULL AS ${predictionType}) AS ${id(prediction)}${inputs} FROM ${duckdb.table(events)} LIMIT 0`,
    );
  }

  async add(rows: readonly CapturedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const values = rows.map(({ event, version, prediction }) => {
      const key = this.data.key === undefined ? 'NULL' : duckdb.text(event.key);
      const inputs = this.names.map((name) => literal(event.instance[name] ?? null));
      return `(${[key, duckdb.timestamp(event.at * 1000), String(version), literal(prediction), ...inputs].join(', ')})`;
    });
    await this.engine.query(`INSERT INTO ${duckdb.table(this.name)} VALUES ${values.join(', ')}`);
  }

  /** Forgets events from an instant on: they will happen again. */
  async forgetFrom(seconds: number): Promise<void> {
    await this.engine.query(
      `DELETE FROM ${duckdb.table(this.name)} WHERE ${duckdb.identifier(CAPTURE_COLUMNS.eventTime)} >= ${duckdb.timestamp(seconds * 1000)}`,
    );
  }
}

function literal(value: Json): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return duckdb.number(value);
  if (typeof value === 'boolean') return duckdb.boolean(value);
  return duckdb.text(String(value));
}
