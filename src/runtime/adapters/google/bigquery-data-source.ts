import { createHash } from 'node:crypto';
import type { GoogleData } from '../../../contract/google';
import { OperationError } from '../../../kernel/problem';
import type { DataSource, TableName } from '../../ports/data-source';
import type { SqlDialect } from '../../sql/dialect';
import type { BigQuerySqlEngine } from './bigquery-sql-engine';
import { type CaptureColumns, captureQuery } from './capture-view';
import type { GcsBucket } from './gcs-bucket';
import { asInstant } from './time-column';

export interface BigQueryDataOptions {
  readonly project: string;
  /** Dataset of the model, in which tables over files and views are made. */
  readonly dataset: string;
  /** Raw captures in that dataset; empty while nothing serves. */
  readonly captureTable: string;
  readonly captureColumns: CaptureColumns;
  readonly data: GoogleData;
}

const FORMATS = { csv: 'CSV', jsonl: 'NEWLINE_DELIMITED_JSON', parquet: 'PARQUET' } as const;
type Extension = keyof typeof FORMATS;
const EXPORT_FORMATS = { csv: 'CSV', jsonl: 'JSON', parquet: 'PARQUET' } as const satisfies Record<Extension, string>;
/** Parts that Cloud Storage composes in one call. */
const COMPOSE_PARTS = 32;
const DIGEST_OF_NOTHING = `sha256:${createHash('sha256').digest('hex')}`;

/** A model's data in BigQuery, or files in Cloud Storage that BigQuery reads; frozen sets go to the artifact bucket. */
export class BigQueryDataSource implements DataSource {
  constructor(
    private readonly engine: BigQuerySqlEngine,
    private readonly bucket: GcsBucket,
    private readonly dialect: SqlDialect,
    private readonly options: BigQueryDataOptions,
  ) {}

  async table(): Promise<TableName> {
    return this.withTimes('source', await this.located('source', this.options.data.source));
  }

  async labels(): Promise<TableName | undefined> {
    const { labels } = this.options.data;
    return labels === null ? undefined : this.withTimes('labels', await this.located('labels', labels));
  }

  async capture(): Promise<TableName> {
    const { project, dataset, captureTable, captureColumns, data } = this.options;
    const view = [project, dataset, 'capture_rows'];
    const query = captureQuery(this.dialect, [project, dataset, captureTable], captureColumns, data);
    await this.engine.query(`CREATE OR REPLACE VIEW ${this.dialect.table(view)} AS ${query}`);
    return view;
  }

  async freeze(sql: string, key: string): Promise<{ rows: number; digest: string; uri: string }> {
    const extension = extensionOf(key);
    const parts = `${key}.parts`;
    await this.clear(parts);
    const options = [
      `uri=${this.dialect.text(`${this.bucket.uri(parts)}/part-*`)}`,
      `format=${this.dialect.text(EXPORT_FORMATS[extension])}`,
      'overwrite=true',
      // One header stands above all parts.
      ...(extension === 'csv' ? ['header=false'] : []),
    ];
    const { statistics } = await this.engine.run(`EXPORT DATA OPTIONS(${options.join(', ')}) AS ${sql}`);
    const exported = await this.bucket.list(`${parts}/part-`);
    if (extension === 'csv') {
      const { columns } = await this.engine.run(`SELECT * FROM (${sql}) mlp_rows LIMIT 0`);
      const header = `${columns.map((name) => csvCell(name)).join(',')}\n`;
      await this.bucket.write(`${parts}/0-header`, Buffer.from(header));
      exported.unshift(`${parts}/0-header`);
    }
    if (extension === 'parquet' && exported.length > 1) throw tooManyFiles(this.bucket.uri(key), exported.length);
    await this.join(key, exported, parts);
    await this.clear(parts);
    const digest = (await this.bucket.digest(key)) ?? DIGEST_OF_NOTHING;
    return { rows: exportedRows(statistics), digest, uri: this.bucket.uri(key) };
  }

  async frozen(key: string): Promise<TableName> {
    const name = `frozen_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
    return this.overFiles(name, this.bucket.uri(key), extensionOf(key));
  }

  private async located(name: string, address: string): Promise<TableName> {
    const table = /^bq:\/\/([^.]+)\.([^.]+)\.(.+)$/.exec(address);
    if (table) return table.slice(1);
    const files = address.endsWith('/') ? `${address}*` : address;
    return this.overFiles(name, files, this.options.data.format);
  }

  /**
   * The table, or a view of it in which the event's time is an instant: everything compares it with instants. A table of somebody
   * else is always read through a view: what columns it has is asked of its dataset, and access to one table says nothing there.
   */
  private async withTimes(name: string, table: TableName): Promise<TableName> {
    const { project, dataset, data } = this.options;
    const isOurs = table[0] === project && table[1] === dataset;
    const timestamp = data.timestamp?.toLowerCase();
    // Names of columns are the same in any case.
    const found = (await this.engine.columnsOf(table)).find((one) => one.name.toLowerCase() === timestamp);
    const column = this.dialect.identifier(found?.name ?? 'none');
    const instant = found && asInstant(this.dialect, found.type, column);
    if (isOurs && instant === undefined) return table;
    const view = [project, dataset, `${name}_rows`];
    const selected = instant === undefined ? '*' : `* REPLACE (${instant} AS ${column})`;
    const query = `SELECT ${selected} FROM ${this.dialect.table(table)}`;
    await this.engine.query(`CREATE OR REPLACE VIEW ${this.dialect.table(view)} AS ${query}`);
    return view;
  }

  /** A table over files; BigQuery finds its columns anew each time, so that a change of the files is seen. */
  private async overFiles(name: string, uri: string, extension: Extension): Promise<TableName> {
    const table = [this.options.project, this.options.dataset, name];
    const options = [
      `format=${this.dialect.text(FORMATS[extension])}`,
      `uris=[${this.dialect.text(uri)}]`,
      ...(extension === 'csv' ? ['skip_leading_rows=1', 'allow_quoted_newlines=TRUE'] : []),
    ];
    await this.engine.query(
      `CREATE OR REPLACE EXTERNAL TABLE ${this.dialect.table(table)} OPTIONS(${options.join(', ')})`,
    );
    return table;
  }

  /** Joins parts into one object, in rounds of as many as one call takes; the last call makes the object. */
  private async join(key: string, parts: readonly string[], folder: string): Promise<void> {
    let left = parts;
    for (let round = 0; left.length > COMPOSE_PARTS; round++) {
      const joined: string[] = [];
      for (let from = 0; from < left.length; from += COMPOSE_PARTS) {
        const name = `${folder}/joined-${round}-${String(joined.length).padStart(6, '0')}`;
        await this.bucket.compose(name, left.slice(from, from + COMPOSE_PARTS));
        joined.push(name);
      }
      left = joined;
    }
    if (left.length === 0) await this.bucket.write(key, new Uint8Array());
    else await this.bucket.compose(key, left);
  }

  private async clear(folder: string): Promise<void> {
    for (const key of await this.bucket.list(`${folder}/`)) await this.bucket.remove(key);
  }
}

function extensionOf(key: string): Extension {
  const extension = key.split('.').at(-1) ?? '';
  if (Object.hasOwn(FORMATS, extension)) return extension as Extension;
  throw new OperationError({
    code: 'unknownFormat',
    path: key,
    got: extension,
    expected: Object.keys(FORMATS).join(', '),
    fix: 'end the key with one of these',
  });
}

/** `statistics.query.exportDataStatistics.rowCount`. */
function exportedRows(statistics: { readonly [key: string]: unknown }): number {
  const query = statistics['query'] as { exportDataStatistics?: { rowCount?: string } } | undefined;
  return Number(query?.exportDataStatistics?.rowCount ?? 0);
}

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const tooManyFiles = (uri: string, files: number): OperationError =>
  new OperationError({
    code: 'frozenSetTooLarge',
    path: uri,
    got: `${files} Parquet files`,
    expected: 'one: Parquet files cannot be joined',
    fix: 'set data.format to csv or jsonl, or train on a smaller window',
  });
