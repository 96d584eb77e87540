import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Data } from '../../../definition/data';
import { OperationError } from '../../../kernel/problem';
import type { Clock, DataSource, SqlEngine, TableName } from '../../ports';
import { duckdb } from '../../sql/dialects/duckdb';
import { named, temporaryBeside } from './atomic-file';
import { csvScan } from './csv-scan';
import { EVENT_COLUMNS, eventInstant } from './event-columns';
import type { FileArtifactStore } from './file-artifact-store';

const FORMATS = { csv: 'FORMAT csv, HEADER true', parquet: 'FORMAT parquet', jsonl: 'FORMAT json' } as const;
type FrozenFormat = keyof typeof FORMATS;

export interface DuckDbDataSourceOptions {
  readonly engine: SqlEngine;
  readonly artifacts: FileArtifactStore;
  readonly clock: Clock;
  readonly model: string;
  readonly data: Data;
  /** All events, past and to come, with their labels and the columns of `EVENT_COLUMNS`. */
  readonly events: TableName;
  readonly capture: TableName;
  /** How long after an event its label is due. */
  readonly labelDelaySeconds: number;
}

/**
 * The data of a model on one machine, as of the clock: an event of the source file is there once its label is due. Rows
 * whose time cannot be read are always there, so that the data checks see them.
 */
export class DuckDbDataSource implements DataSource {
  private ready = false;

  constructor(private readonly options: DuckDbDataSourceOptions) {}

  async table(): Promise<TableName> {
    const { engine, clock, model } = this.options;
    const name = `arrived_${model}`;
    const now = duckdb.timestamp(clock.now() * 1000);
    // The view reads the time from a table: a view a look would cost more than the look.
    if (this.ready) await engine.query(`UPDATE ${duckdb.identifier(`now_${model}`)} SET mlp_now = ${now}`);
    else {
      await engine.query(
        `CREATE OR REPLACE TEMP TABLE ${duckdb.identifier(`now_${model}`)} AS SELECT ${now} AS mlp_now`,
      );
      const found = await engine.query(duckdb.describe(this.options.events));
      const columns = new Set(found.map((row) => String(row['name'])));
      await engine.query(`CREATE OR REPLACE TEMP VIEW ${duckdb.identifier(name)} AS ${this.arrived(columns)}`);
      this.ready = true;
    }
    return [name];
  }

  /** Rows of which the label is due and known, as they stand now; rows without a time have come with the file. */
  private arrived(columns: ReadonlySet<string>): string {
    const { model, data, events, labelDelaySeconds } = this.options;
    const id = duckdb.identifier;
    const now = `(SELECT mlp_now FROM ${id(`now_${model}`)})`;
    const { arrivesAt, labelAt, earlyLabel } = EVENT_COLUMNS;
    const label = id(data.label.column);
    const event = eventInstant(data);
    const due = `${duckdb.addMillis(event, labelDelaySeconds * 1000)} <= ${now}`;
    const known = `(${id(labelAt)} <= ${now} OR (${id(earlyLabel)} IS NOT NULL AND ${id(arrivesAt)} <= ${now}))`;
    // The file may lack its label: the data checks say so.
    const asItStands = columns.has(data.label.column)
      ? ` REPLACE (CASE WHEN ${id(labelAt)} > ${now} THEN ${id(earlyLabel)} ELSE ${label} END AS ${label})`
      : '';
    return (
      `SELECT * EXCLUDE (${Object.values(EVENT_COLUMNS).map(id).join(', ')})${asItStands} ` +
      `FROM ${duckdb.table(events)} WHERE ${event} IS NULL OR (${due} AND ${known})`
    );
  }

  async capture(): Promise<TableName> {
    return this.options.capture;
  }

  /** Labels that arrive apart are joined with the events when the file is read. */
  async labels(): Promise<TableName | undefined> {
    return undefined;
  }

  async freeze(
    sql: string,
    key: string,
  ): Promise<{ readonly rows: number; readonly digest: string; readonly uri: string }> {
    const path = this.options.artifacts.path(key);
    const temporary = temporaryBeside(path);
    try {
      mkdirSync(dirname(path), { recursive: true });
      const [copied] = await this.options.engine.query(
        `COPY (${sql}) TO ${duckdb.text(temporary)} (${FORMATS[formatOf(key)]})`,
      );
      const rows = Number(copied?.['Count'] ?? 0);
      const digest = `sha256:${createHash('sha256').update(readFileSync(temporary)).digest('hex')}`;
      sync(temporary);
      renameSync(temporary, path);
      return { rows, digest, uri: path };
    } catch (error) {
      throw /no space left|could not write/i.test((error as Error).message)
        ? named(path, Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))
        : error;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  async frozen(key: string): Promise<TableName> {
    const path = this.options.artifacts.path(key);
    const name = `frozen_${this.options.model}_${key}`;
    const file = duckdb.text(path.replace(/[*?[\]]/g, (character) => `[${character}]`));
    const scans = {
      csv: () => csvScan(this.options.engine, path, this.options.data),
      parquet: async () => `read_parquet(${file})`,
      jsonl: async () => `read_json(${file}, format = 'newline_delimited', sample_size = -1)`,
    };
    await this.options.engine.query(
      `CREATE OR REPLACE TEMP VIEW ${duckdb.identifier(name)} AS SELECT * FROM ${await scans[formatOf(key)]()}`,
    );
    return [name];
  }
}

function formatOf(key: string): FrozenFormat {
  const extension = key.slice(key.lastIndexOf('.') + 1);
  if (Object.hasOwn(FORMATS, extension)) return extension as FrozenFormat;
  throw new OperationError({
    code: 'unknownDataFormat',
    path: key,
    got: extension,
    expected: Object.keys(FORMATS).join(', '),
    fix: 'freeze data sets under a key with one of these extensions',
  });
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
