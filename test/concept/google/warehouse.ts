import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Data } from '../../../src/definition/data';
import { durationSeconds } from '../../../src/kernel/duration';
import { type CapturedRow, CaptureTable } from '../../../src/local/engine/capture-table';
import { csvScan } from '../../../src/runtime/adapters/local/csv-scan';
import { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import type { DataSource, TableName } from '../../../src/runtime/ports';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import type { Buckets } from '../../google/execution/buckets';
import { EXAMPLE } from '../definition';

const EVENTS = 'hourly';
const id = duckdb.identifier;

/**
 * DuckDB in the place of BigQuery, which nothing on this machine can stand for: the table of events, of which a row is there
 * when its label is due, and the captured requests. Data sets are frozen into a bucket as BigQuery exports them.
 */
export class Warehouse implements DataSource {
  private constructor(
    readonly sql: DuckDbSqlEngine,
    private readonly captured: CaptureTable,
    private readonly data: Data,
    private readonly buckets: Buckets,
    private readonly bucket: string,
    private readonly now: () => number,
  ) {}

  /** @param now milliseconds since the epoch */
  static async open(data: Data, buckets: Buckets, bucket: string, now: () => number): Promise<Warehouse> {
    const file = join(EXAMPLE, data.source.local!);
    const sql = await DuckDbSqlEngine.open({
      database: ':memory:',
      files: [],
      folders: [join(file, '..')],
      memoryLimitMiB: 256,
      spillFolder: null,
      threads: 1,
    });
    await sql.query(`CREATE TABLE ${EVENTS} AS SELECT * FROM ${await csvScan(sql, file, data)}`);
    const captured = new CaptureTable(sql, 'demand', data, false);
    await captured.create([EVENTS], 'DOUBLE');
    return new Warehouse(sql, captured, data, buckets, bucket, now);
  }

  capturedRows(rows: readonly CapturedRow[]): Promise<void> {
    return this.captured.add(rows);
  }

  async table(): Promise<TableName> {
    const { timestamp, label } = this.data;
    const due = duckdb.addMillis(`CAST(${id(timestamp)} AS TIMESTAMP)`, durationSeconds(label.delay) * 1000);
    await this.sql.query(
      `CREATE OR REPLACE TEMP VIEW arrived AS SELECT * FROM ${EVENTS} WHERE ${due} <= ${duckdb.timestamp(this.now())}`,
    );
    return ['arrived'];
  }

  async capture(): Promise<TableName> {
    return this.captured.name;
  }

  async labels(): Promise<undefined> {
    return undefined;
  }

  async freeze(sql: string, key: string): Promise<{ rows: number; digest: string; uri: string }> {
    const table = duckdb.table(await this.frozen(key));
    await this.sql.query(`CREATE OR REPLACE TABLE ${table} AS ${sql}`);
    const rows = await this.sql.query(`SELECT * FROM ${table}`);
    const lines = key.endsWith('.csv')
      ? [Object.keys(rows[0] ?? {}).join(','), ...rows.map((row) => Object.values(row).map(asCell).join(','))]
      : rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).map(([k, v]) => [k, asField(v)]))));
    const body = `${lines.join('\n')}\n`;
    this.buckets.put(this.bucket, key, body);
    const digest = createHash('sha256').update(body).digest('hex');
    return { rows: rows.length, digest: `sha256:${digest}`, uri: `gs://${this.bucket}/${key}` };
  }

  async frozen(key: string): Promise<TableName> {
    return [`frozen_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`];
  }

  close(): Promise<void> {
    return this.sql.close();
  }
}

/** BigQuery writes an instant as `2011-03-01 00:00:00 UTC`. */
const asInstant = (value: Date): string => `${value.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A field of a JSON export: "INT64 data types are encoded as JSON strings to preserve 64-bit precision". */
const asField = (value: unknown): unknown =>
  value instanceof Date ? asInstant(value) : typeof value === 'bigint' ? String(value) : value;

const asCell = (value: unknown): string => {
  const text = String(asField(value) ?? '');
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
