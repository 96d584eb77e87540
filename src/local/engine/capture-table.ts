import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { CAPTURE_COLUMNS } from '../../runtime/usecases';
import { featureNames, type ReplayedEvent } from './event-feed';

/** A request that was answered, as it is kept. */
export interface CapturedRow {
  readonly event: Pick<ReplayedEvent, 'key' | 'instance'>;
  /** Epoch seconds. */
  readonly at: number;
  readonly version: number;
  readonly prediction: number | string | null;
}

/** The engine of a captured table: statements, and rows in bulk. */
export interface RowsEngine {
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** Appends rows with one value a column of the table, in its order; all of them or none. */
  append(table: string, rows: Iterable<readonly unknown[]>): Promise<void>;
}

/** Captured requests of a model in DuckDB: the columns that use cases expect, and the inputs with their own types. */
export class CaptureTable {
  readonly name: TableName;
  private readonly names: readonly string[];
  private held: CapturedRow[] = [];
  private types: ReadonlyMap<string, string> | undefined;

  /** @param holds rows are written when somebody reads them; a process that ends before loses them */
  constructor(
    private readonly engine: RowsEngine,
    model: string,
    private readonly data: Data,
    private readonly holds: boolean,
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
    if (this.holds) for (const row of rows) this.held.push(row);
    else await this.write(rows);
  }

  /** The engine for those who read the table: all rows are there. */
  reader(): SqlEngine {
    const describe = duckdb.describe(this.name);
    let columns: Record<string, unknown>[] | undefined;
    return {
      query: async (sql) => {
        // The table stays as it was created.
        if (sql === describe) {
          columns ??= await this.engine.query(sql);
          return columns;
        }
        if (sql.includes(this.name[0]!)) await this.write(this.held.splice(0));
        return this.engine.query(sql);
      },
      close: async () => undefined,
    };
  }

  private async write(rows: readonly CapturedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const { data, names } = this;
    this.types ??= await this.columnTypes();
    const { types } = this;
    await this.engine.append(
      this.name[0]!,
      rows.map(({ event, at, version, prediction }): (Json | Date)[] => [
        data.key === undefined ? null : event.key,
        new Date(at * 1000),
        version,
        fitting(prediction, types.get(CAPTURE_COLUMNS.prediction)),
        ...names.map((name) => fitting(event.instance[name] ?? null, types.get(name))),
      ]),
    );
  }

  private async columnTypes(): Promise<ReadonlyMap<string, string>> {
    const columns = await this.engine.query(duckdb.describe(this.name));
    return new Map(columns.map((column) => [String(column['name']), String(column['type'])]));
  }

  /** Forgets events from an instant on: they will happen again. */
  async forgetFrom(seconds: number): Promise<void> {
    await this.engine.query(
      `DELETE FROM ${duckdb.table(this.name)} WHERE ${duckdb.identifier(CAPTURE_COLUMNS.eventTime)} >= ${duckdb.timestamp(seconds * 1000)}`,
    );
  }
}

const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBER = /^(DOUBLE|FLOAT|REAL|DECIMAL.*)$/;

/**
 * A value as its column holds it: missing where it does not fit. A client may send anything, and what a version has answered
 * stays answered.
 */
function fitting(value: Json, type: string | undefined): Json {
  if (value === null || type === undefined) return value;
  if (WHOLE.test(type)) return Number.isSafeInteger(value) ? value : null;
  if (NUMBER.test(type)) return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (type === 'BOOLEAN') return typeof value === 'boolean' ? value : null;
  if (type === 'VARCHAR') return typeof value === 'string' ? value : JSON.stringify(value);
  const isDay = type === 'DATE' || type.startsWith('TIMESTAMP');
  return !isDay || (typeof value === 'string' && Number.isFinite(Date.parse(value))) ? value : null;
}
