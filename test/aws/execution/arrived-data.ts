import { createHash } from 'node:crypto';
import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import type { DataSource, TableName } from '../../../src/runtime/ports';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import type { Objects } from './objects';

/** A table of DuckDB as the data of a model, in the place of Athena; frozen sets are objects of a bucket. */
export class ArrivedData implements DataSource {
  constructor(
    private readonly engine: DuckDbSqlEngine,
    private readonly name: string,
    private readonly objects: Objects,
    private readonly bucket: string,
    /** Table of captured requests, for monitoring. */
    private readonly captured?: string,
  ) {}

  async table(): Promise<TableName> {
    return [this.name];
  }

  async capture(): Promise<TableName> {
    if (this.captured === undefined) throw new RangeError('a pipeline reads no captured requests');
    return [this.captured];
  }

  async labels(): Promise<undefined> {
    return undefined;
  }

  async freeze(sql: string, key: string): Promise<{ rows: number; digest: string; uri: string }> {
    const table = duckdb.table(await this.frozen(key));
    await this.engine.query(`CREATE OR REPLACE TABLE ${table} AS ${sql}`);
    const rows = await this.engine.query(`SELECT * FROM ${table}`);
    const lines = key.endsWith('.csv')
      ? [Object.keys(rows[0] ?? {}).join(','), ...rows.map((row) => Object.values(row).map(asText).join(','))]
      : rows.map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).map(([k, v]) => [k, asJson(v)]))));
    const body = `${lines.join('\n')}\n`;
    this.objects.put(this.bucket, key, body);
    const digest = createHash('sha256').update(body).digest('hex');
    return { rows: rows.length, digest: `sha256:${digest}`, uri: `s3://${this.bucket}/${key}` };
  }

  async frozen(key: string): Promise<TableName> {
    return [`frozen_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`];
  }
}

const asJson = (value: unknown): unknown =>
  value instanceof Date ? value.toISOString() : typeof value === 'bigint' ? Number(value) : value;
const asText = (value: unknown): string => String(asJson(value) ?? '');
