import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance, DuckDBTimestampValue } from '@duckdb/node-api';
import type { SqlEngine } from '../../ports/sql-engine';
import { duckdb } from '../../sql/dialects/duckdb';
import { CSV_OPTIONS } from './csv-scan';
import { emptyDataFile, malformedDataFile, missingDataFile, sqlFailed, unreadableDataFile } from './duckdb-errors';
import { PreparedStatements } from './prepared-statements';

export const DATA_FILE_FORMATS = ['csv', 'parquet', 'jsonl'] as const;
export type DataFileFormat = (typeof DATA_FILE_FORMATS)[number];

/** Files that statements read as one view; several files of one format are read one after the other, joined by column name. */
export interface DataFile {
  readonly view: string;
  readonly paths: readonly [string, ...string[]];
  readonly format: DataFileFormat;
}

export interface DuckDbOptions {
  /** A database file, created where there is none, or `:memory:`. */
  readonly database: string;
  readonly files: readonly DataFile[];
  /** Folders in which statements may read and write more files (`COPY … TO`); all others are refused. */
  readonly folders: readonly string[];
  /** Upper limit of the engine's own memory; beyond it, it spills to `spillFolder` or refuses. */
  readonly memoryLimitMiB: number;
  /** Where to spill; null refuses instead. */
  readonly spillFolder: string | null;
  readonly threads: number;
  /**
   * Plans statements once that come again with other instants. For many small windows; a scan of millions of rows is planned
   * better when its instants are known.
   */
  readonly planOnce?: boolean;
}

/**
 * DuckDB inside this process. Statements see the attached files as views, and besides them only the given folders:
 * whatever an expression of a user's says, no other file is read or written, and nothing comes from the network.
 * The session's time zone is UTC.
 */
export class DuckDbSqlEngine implements SqlEngine {
  private open = true;
  private turn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly files: readonly DataFile[],
    private readonly statements: PreparedStatements | null,
  ) {}

  /**
   * Opens the database and attaches the files, whose headers are read at once.
   * @throws OperationError `dataFileMissing`, `dataFileUnreadable`, `dataFileEmpty`, `dataFileMalformed`
   */
  static async open(options: DuckDbOptions): Promise<DuckDbSqlEngine> {
    const files = options.files.map((file) => ({ ...file, paths: checkedPaths(file) }));
    const instance = await DuckDBInstance.create(options.database, settings(options));
    const connection = await instance.connect();
    const statements = options.planOnce === true ? await PreparedStatements.on(connection) : null;
    const engine = new DuckDbSqlEngine(instance, connection, files, statements);
    try {
      for (const statement of sandbox(options, files)) await connection.run(statement);
      for (const file of files) await engine.attach(file);
    } catch (error) {
      await engine.close();
      throw error;
    }
    return engine;
  }

  query(sql: string): Promise<Record<string, unknown>[]> {
    return this.inTurn(sql, async () =>
      (await (this.statements ?? this.connection).runAndReadAll(sql)).getRowObjectsJS(),
    );
  }

  /**
   * Appends rows to a table of the database, one value a column in the table's order: texts, numbers, truth values, `Date`
   * for a timestamp in UTC, null. Many times faster than statements.
   * @throws OperationError when a value does not fit its column; the table is as it was then
   */
  append(table: string, rows: Iterable<readonly unknown[]>): Promise<void> {
    return this.inTurn(`append to ${table}`, async () => {
      await this.connection.run('BEGIN TRANSACTION');
      try {
        const appender = await this.connection.createAppender(table);
        for (const row of rows) {
          for (const value of row) appendValue(appender, value);
          appender.endRow();
        }
        appender.closeSync();
        await this.connection.run('COMMIT');
      } catch (error) {
        await this.connection.run('ROLLBACK');
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.turn;
    if (!this.open) return;
    this.open = false;
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** One statement after the other: what belongs to one is not torn apart by another, and none falls into its transaction. */
  private inTurn<T>(what: string, run: () => Promise<T>): Promise<T> {
    const result = this.turn.then(async () => {
      if (!this.open) throw sqlFailed(what, 'the engine is closed');
      try {
        return await run();
      } catch (error) {
        throw this.named(what, error);
      }
    });
    this.turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private async attach(file: DataFile): Promise<void> {
    try {
      await this.connection.run(`CREATE TEMP VIEW ${duckdb.identifier(file.view)} AS SELECT * FROM ${scan(file)}`);
    } catch (error) {
      throw malformedDataFile(file.paths.join(', '), file.format, messageOf(error));
    }
  }

  /** The error of a statement: of the file that it names, else of the statement. */
  private named(sql: string, error: unknown): Error {
    const message = messageOf(error);
    for (const { paths, format } of this.files) {
      const path = paths.find((candidate) => message.includes(candidate));
      if (path !== undefined) return malformedDataFile(path, format, message);
    }
    return sqlFailed(sql, message);
  }
}

/** Whole numbers as such, so that they fit whichever numeric type the column has. */
function appendValue(appender: DuckDBAppender, value: unknown): void {
  if (value === null || value === undefined) appender.appendNull();
  else if (typeof value === 'string') appender.appendVarchar(value);
  else if (typeof value === 'boolean') appender.appendBoolean(value);
  else if (value instanceof Date) appender.appendTimestamp(new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n));
  else if (typeof value === 'number' && Number.isSafeInteger(value)) appender.appendBigInt(BigInt(value));
  else if (typeof value === 'number') appender.appendDouble(value);
  else appender.appendVarchar(JSON.stringify(value));
}

/** Errors of native code may be of another realm, where `instanceof` does not know them. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

/** Absolute paths of files that are there, can be read and are not empty. */
function checkedPaths({ paths }: DataFile): [string, ...string[]] {
  const checked = (path: string): string => {
    const absolute = resolve(path);
    const stats = statSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) throw missingDataFile(absolute);
    if (!stats.isFile()) throw unreadableDataFile(absolute, 'a folder');
    try {
      accessSync(absolute, constants.R_OK);
    } catch {
      throw unreadableDataFile(absolute, 'a file without permission to read');
    }
    if (stats.size === 0) throw emptyDataFile(absolute);
    return absolute;
  };
  const [first, ...rest] = paths;
  return [checked(first), ...rest.map(checked)];
}

function settings({ memoryLimitMiB, threads, spillFolder }: DuckDbOptions): Record<string, string> {
  return {
    memory_limit: `${memoryLimitMiB}MiB`,
    threads: String(threads),
    temp_directory: spillFolder === null ? '' : resolve(spillFolder),
    autoinstall_known_extensions: 'false',
  };
}

function sandbox({ folders }: DuckDbOptions, files: readonly DataFile[]): string[] {
  const list = (paths: readonly string[]): string => `[${paths.map(duckdb.text).join(', ')}]`;
  return [
    "SET TimeZone = 'UTC'",
    `SET allowed_paths = ${list(files.flatMap(({ paths }) => paths))}`,
    `SET allowed_directories = ${list(folders.map((folder) => `${resolve(folder)}/`))}`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ];
}

/**
 * A file's scan. A file that is there is read as it is named, whatever wild cards its name holds. Types of CSV columns are found from all rows, so that one stray value far down makes the column text,
 * which the data checks report, and not a failed read.
 */
function scan({ paths, format }: DataFile): string {
  const list = `[${paths.map((path) => duckdb.text(path)).join(', ')}]`;
  switch (format) {
    case 'parquet':
      return `read_parquet(${list}, union_by_name = true)`;
    case 'csv':
      return `read_csv(${list}, ${CSV_OPTIONS}, union_by_name = true)`;
    case 'jsonl':
      return `read_json(${list}, format = 'newline_delimited', sample_size = -1, union_by_name = true)`;
  }
}
