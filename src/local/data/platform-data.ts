import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ModelDefinition, PlatformDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import { OperationError, ProblemsError } from '../../kernel/problem';
import { csvScan } from '../../runtime/adapters/local/csv-scan';
import { malformedDataFile } from '../../runtime/adapters/local/duckdb-errors';
import { DuckDbSqlEngine } from '../../runtime/adapters/local/duckdb-sql-engine';
import { EVENT_COLUMNS, eventInstant } from '../../runtime/adapters/local/event-columns';
import { checkExpressions } from '../../runtime/sql/data-checks';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import type { DataPaths } from './data-dir';

/** The data file of a model. @throws OperationError `noLocalData` */
export function localFile(name: string, { data }: ModelDefinition, baseDir: string): string {
  if (data.source.local !== undefined) return resolve(baseDir, data.source.local);
  throw new OperationError({
    code: 'noLocalData',
    path: `models.${name}.data.source.local`,
    got: 'nothing',
    expected: 'a data file on this machine',
    fix: 'add data.source.local, a path relative to the definition',
  });
}

/** DuckDB on the platform's database, with every model's files as views. @throws OperationError `dataDirInUse`, `dataFile…` */
export async function openEngine(
  definition: PlatformDefinition,
  baseDir: string,
  paths: DataPaths,
): Promise<DuckDbSqlEngine> {
  const files = Object.entries(definition.models).flatMap(([name, model]) => {
    const { format, label } = model.data;
    const source = { view: `source_${name}`, paths: [localFile(name, model, baseDir)] as [string], format };
    if (label.source?.local === undefined) return [source];
    return [source, { view: `labels_${name}`, paths: [resolve(baseDir, label.source.local)] as [string], format }];
  });
  try {
    return await DuckDbSqlEngine.open({
      database: paths.database,
      files,
      folders: [paths.root],
      memoryLimitMiB: 1024,
      spillFolder: `${paths.root}/work`,
      threads: 2,
      planOnce: true,
    });
  } catch (error) {
    if (!/lock/i.test((error as Error).message)) throw error;
    throw dirInUse(paths, 'a database that another process has open');
  }
}

/** Before files are removed: another process may be at work on them. @throws OperationError `dataDirInUse` */
export async function assertNotInUse(definition: PlatformDefinition, baseDir: string, paths: DataPaths): Promise<void> {
  if (!existsSync(paths.database)) return;
  try {
    await (await openEngine(definition, baseDir, paths)).close();
  } catch (error) {
    // Whatever else is wrong with a database is mended by removing it.
    if (error instanceof ProblemsError && error.problems.some(({ code }) => code === 'dataDirInUse')) throw error;
  }
}

export const dirInUse = ({ root }: DataPaths, got: string): OperationError =>
  new OperationError({
    code: 'dataDirInUse',
    path: root,
    got,
    expected: 'one platform a folder',
    fix: 'wait for the other one, close it, or choose another folder with --data',
  });

/** Reads a model's file once, with the labels that arrive apart. */
export async function loadEvents(
  engine: DuckDbSqlEngine,
  name: string,
  { data }: ModelDefinition,
  baseDir: string,
): Promise<void> {
  const id = duckdb.identifier;
  const path = data.source.local === undefined ? '' : resolve(baseDir, data.source.local);
  const source = data.format === 'csv' ? await csvScan(engine, path, data) : id(`source_${name}`);
  const label = data.label.source?.local;
  const join =
    label === undefined || data.key === undefined
      ? ''
      : ` LEFT JOIN (SELECT ${id(data.key)} AS mlp_label_key, ${id(data.label.column)} FROM ${id(`labels_${name}`)}) l ON l.mlp_label_key = s.${id(data.key)}`;
  const columns = join === '' ? '*' : `s.*, l.${id(data.label.column)}`;
  const rows = id(`rows_${name}`);
  await engine.query(`CREATE TEMP TABLE ${rows} AS SELECT ${columns} FROM ${source} s${join}`);
  const found = new Set((await engine.query(duckdb.describe([`rows_${name}`]))).map((row) => String(row['name'])));
  for (const column of [data.timestamp, ...(data.key === undefined ? [] : [data.key])]) {
    if (found.has(column)) continue;
    // The reader takes each line as one value when the lines have unlike numbers of them.
    const [only = ''] = found;
    if (found.size === 1 && only.split(/[,;\t|]/).includes(column)) {
      const got = `lines with unlike numbers of values; the header is ${only}`;
      throw malformedDataFile(`models.${name}.data.source.local: ${data.source.local}`, data.format, got);
    }
    throw new OperationError({
      code: 'columnMissing',
      path: `models.${name}.data.source.local: ${data.source.local}`,
      got: [...found].slice(0, 12).join(', '),
      expected: `a column ${column}`,
      fix: 'check the header of the file, and data.timestamp and data.key',
    });
  }
  const event = eventInstant(data);
  const early = found.has(data.label.column) ? `CASE WHEN FALSE THEN ${id(data.label.column)} END` : 'NULL';
  await engine.query(
    `CREATE TEMP TABLE ${id(`events_${name}`)} AS SELECT *, ${event} AS ${id(EVENT_COLUMNS.arrivesAt)}, ` +
      `${duckdb.addMillis(event, durationSeconds(data.label.delay) * 1000)} AS ${id(EVENT_COLUMNS.labelAt)}, ${early} AS ${id(EVENT_COLUMNS.earlyLabel)} FROM ${rows}`,
  );
  await engine.query(`DROP TABLE ${rows}`);
}

/** Expressions of a definition have to be conditions and nothing else. @throws OperationError of the first that is not */
export async function assertExpressions(
  engine: DuckDbSqlEngine,
  name: string,
  { data }: ModelDefinition,
): Promise<void> {
  const [problem] = await checkExpressions((sql) => engine.query(sql), data.expressions ?? []);
  if (problem !== undefined) throw new OperationError({ ...problem, path: `models.${name}.data.${problem.path}` });
}
