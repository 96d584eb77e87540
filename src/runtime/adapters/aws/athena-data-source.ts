import { createHash } from 'node:crypto';
import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { PREFIXES, TABLES } from '../../../contract/aws';
import type { Data } from '../../../definition/data';
import type { Task } from '../../../kernel/metric-catalogue';
import { OperationError } from '../../../kernel/problem';
import { type CaptureWindow, type DataSource, MOST_LEAD_SECONDS, type TableName } from '../../ports/data-source';
import type { SqlDialect } from '../../sql/dialect';
import type { AthenaSqlEngine } from './athena-sql-engine';
import type { BucketLocation } from './bucket-location';
import { type CaptureColumns, captureHour, captureQuery } from './capture-view';
import { deploymentVersions } from './endpoint-layout';
import { copyObject, digestOfObject } from './object-transfer';

export interface AthenaDataOptions {
  readonly location: BucketLocation;
  readonly database: string;
  readonly captureColumns: CaptureColumns;
  readonly hasLabels: boolean;
  /** Column with the time of the event; texts in it are read as times. */
  readonly timestamp: string;
  /** Needed for captures alone. */
  readonly model?: { readonly task: Task; readonly data: Data };
}

/** How Athena writes a frozen set: CSV itself it writes only as the result of a query, so that its table is Parquet. */
const TABLE_FORMATS = { csv: 'PARQUET', parquet: 'PARQUET', jsonl: 'JSON' } as const;
type Extension = keyof typeof TABLE_FORMATS;
const HOUR = 3600;

/**
 * Where the table of a CSV lies: not below the CSV's own name, since a training job is given all objects whose keys begin with
 * that (`S3Prefix`), and would read Parquet as rows.
 */
function tableFolder(key: string): string {
  const slash = key.lastIndexOf('/') + 1;
  return `${key.slice(0, slash)}tables/${key.slice(slash)}/`;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A model's data in the Glue catalogue; what is computed of them lies in the artifact bucket. */
export class AthenaDataSource implements DataSource {
  constructor(
    private readonly engine: AthenaSqlEngine,
    private readonly client: S3Client,
    private readonly dialect: SqlDialect,
    private readonly options: AthenaDataOptions,
  ) {}

  async table(): Promise<TableName> {
    return this.withTimes(TABLES.source);
  }

  async labels(): Promise<TableName | undefined> {
    return this.options.hasLabels ? this.withTimes(TABLES.labels) : undefined;
  }

  /** Each reader has a view of its own: that of another one's window would hide rows. */
  async capture(window?: CaptureWindow): Promise<TableName> {
    const { model, database, captureColumns } = this.options;
    if (model === undefined) throw new RangeError('captures need the data section and the task of the model');
    const deployments = (await this.folders(`${PREFIXES.capture}/`)).filter((name) => deploymentVersions(name));
    // SageMaker's folders are by the time at which was asked, and a file may begin in the hour before.
    const since = window === undefined ? null : captureHour(window.sinceSeconds - MOST_LEAD_SECONDS - HOUR);
    return this.view(
      `${TABLES.capture}_rows${window === undefined ? '' : `_${window.reader}`}`,
      captureQuery(this.dialect, database, captureColumns, model, deployments, since),
    );
  }

  async frozen(key: string): Promise<TableName> {
    return [this.options.database, `frozen_${hash(key).slice(0, 16)}`];
  }

  async freeze(sql: string, key: string): Promise<{ rows: number; digest: string; uri: string }> {
    const extension = key.slice(key.lastIndexOf('.') + 1) as Extension;
    const table = await this.frozen(key);
    const folder = extension === 'csv' ? tableFolder(key) : `${key}/`;
    await this.engine.execute(`DROP TABLE IF EXISTS ${table.map((part) => `\`${part}\``).join('.')}`);
    await this.empty(folder);
    await this.engine.execute(
      `CREATE TABLE ${this.dialect.table(table)} WITH (format = '${TABLE_FORMATS[extension]}', external_location = ${this.dialect.text(this.uri(folder))}) AS ${sql}`,
    );
    const [counted] = await this.engine.query(`SELECT COUNT(*) AS n FROM ${this.dialect.table(table)}`);
    if (extension === 'csv') await this.writeCsv(sql, key);
    const parts = extension === 'csv' ? [key] : await this.keys(folder);
    const digests: string[] = [];
    for (const part of parts) digests.push(await this.digest(part));
    const digest = parts.length === 1 ? digests[0]! : hash(digests.sort().join('\n'));
    return { rows: Number(counted?.['n']), digest: `sha256:${digest}`, uri: this.uri(key) };
  }

  /** Athena's own result file is the CSV: with a header, in the order of the query. */
  private async writeCsv(sql: string, key: string): Promise<void> {
    const { output } = await this.engine.execute(sql);
    const { bucket, prefix } = this.options.location;
    await copyObject(this.client, output ?? '', { Bucket: bucket, Key: prefix + key });
  }

  /** The table, or a view of it in which the event's time is a time and not a text (CSV). */
  private async withTimes(name: string): Promise<TableName> {
    const { database, timestamp } = this.options;
    const table = [database, name];
    const columns = await this.engine.query(this.dialect.describe(table));
    if (columns.length === 0) {
      throw new OperationError({
        code: 'tableNotFound',
        path: `athena.${table.join('.')}`,
        got: 'no columns',
        expected: 'the table of the data, which the construct makes in the Glue catalogue',
        fix: 'look whether the table was deleted, or whether the handler may read it (Lake Formation); deploy again',
      });
    }
    const isText = columns.some((one) => one['name'] === timestamp && String(one['type']).startsWith('varchar'));
    if (!isText) return table;
    const selected = columns.map((one) => {
      const column = this.dialect.identifier(String(one['name']));
      return one['name'] === timestamp ? `${this.dialect.toTimestamp(column)} AS ${column}` : column;
    });
    return this.view(`${name}_rows`, `SELECT ${selected.join(', ')} FROM ${this.dialect.table(table)}`);
  }

  private async view(name: string, sql: string): Promise<TableName> {
    const table = [this.options.database, name];
    await this.engine.execute(`CREATE OR REPLACE VIEW ${this.dialect.table(table)} AS ${sql}`);
    return table;
  }

  private uri(key: string): string {
    const { bucket, prefix } = this.options.location;
    return `s3://${bucket}/${prefix}${key}`;
  }

  private async keys(folder: string): Promise<string[]> {
    const { bucket, prefix } = this.options.location;
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2(
      { client: this.client },
      { Bucket: bucket, Prefix: prefix + folder },
    )) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(prefix.length));
    }
    return keys.sort();
  }

  private async folders(folder: string): Promise<string[]> {
    const { bucket } = this.options.location;
    const names: string[] = [];
    const request = { Bucket: bucket, Prefix: folder, Delimiter: '/' };
    for await (const page of paginateListObjectsV2({ client: this.client }, request)) {
      for (const { Prefix = '' } of page.CommonPrefixes ?? []) names.push(Prefix.slice(folder.length, -1));
    }
    return names.sort();
  }

  private async empty(folder: string): Promise<void> {
    const { bucket, prefix } = this.options.location;
    const keys = await this.keys(folder);
    for (let from = 0; from < keys.length; from += 1000) {
      const Objects = keys.slice(from, from + 1000).map((key) => ({ Key: prefix + key }));
      await this.client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    }
  }

  /** Hex digest of an object; of one that is gone, that of nothing. */
  private async digest(key: string): Promise<string> {
    const { bucket, prefix } = this.options.location;
    return (
      (await digestOfObject(this.client, { Bucket: bucket, Key: prefix + key }))?.slice('sha256:'.length) ?? hash('')
    );
  }
}
