import { statSync } from 'node:fs';
import type { ModelDefinition, PlatformDefinition } from '../../../definition/platform';
import { csvScan } from '../../../runtime/adapters/local/csv-scan';
import { DuckDbSqlEngine } from '../../../runtime/adapters/local/duckdb-sql-engine';
import type { SqlEngine } from '../../../runtime/ports';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import { instantOf } from '../arguments';
import type { BacktestOptions } from '../options';
import { Problems } from '../problems';
import { MemoSqlEngine } from '../replay/memo-sql-engine';
import { ColumnFinder, reportUnknownColumns } from './columns';
import { csvColumns } from './csv-columns';
import { type HistoryFile, historyFiles } from './files';
import { type Loading, loadPredictions, loadReference, loadTruth, type ReadableFile } from './load-predictions';
import type { ModelHistory } from './model-history';
import { asAsked, type Header, probe } from './probe';
import { type RecognisedFile, recognise } from './recognise';
import { loadMetrics } from './recorded-metrics';

const MEMORY_MIB = 2048;
/** Larger histories take longer to scan than to plan for, and are scanned faster when a window's instants are known. */
const MOST_BYTES_PLANNED_ONCE = 4 * 1024 * 1024;

/** Recorded history in DuckDB, in memory. It depends on the data sections of the definition alone. */
export interface History {
  readonly engine: MemoSqlEngine;
  readonly models: readonly ModelHistory[];
  close(): Promise<void>;
}

/**
 * Reads the files into tables.
 * @throws BacktestError with all problems of all files
 */
export async function openHistory(definition: PlatformDefinition, options: BacktestOptions): Promise<History> {
  const problems = new Problems();
  const to = instantOf('to', options.to, problems);
  const files = historyFiles(options, Object.keys(definition.models), problems);
  if (files.length === 0 && problems.none) problems.add(noHistory);
  const recognised = await recogniseAll(files, definition, options, problems);
  problems.throwAny('the history cannot be read');
  const bytes = recognised.reduce((sum, { file }) => sum + statSync(file.path).size, 0);
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: recognised.map(({ file }, place) => ({
      view: `file_${place}`,
      paths: [file.path] as [string],
      format: file.format,
    })),
    folders: [],
    memoryLimitMiB: MEMORY_MIB,
    spillFolder: null,
    threads: 2,
    planOnce: bytes < MOST_BYTES_PLANNED_ONCE,
  });
  try {
    const readable: ReadableFile[] = [];
    for (const [place, one] of recognised.entries()) {
      const definitionOf = definition.models[one.file.model]!;
      const file = await problems.of(
        () => readableFile(engine, one, `file_${place}`, definitionOf),
        (problem) => asAsked(problem, files),
      );
      if (file !== null) readable.push(file);
    }
    problems.throwAny('the history cannot be read');
    const models: ModelHistory[] = [];
    for (const model of Object.keys(definition.models)) {
      const own = readable.filter(({ file }) => file.model === model);
      if (own.length === 0) continue;
      options.onProgress?.({ what: 'reads', model, at: 0, from: 0, to: 0 });
      const loading = { engine, model, definition: definition.models[model]!, options, to, problems, notes: [] };
      const loaded = await problems.of(
        () => loadModel(loading, own),
        (problem) => asAsked(problem, files),
      );
      if (loaded !== null) models.push(loaded);
    }
    problems.throwAny('the history cannot be used');
    return { engine: await MemoSqlEngine.on(engine), models, close: () => engine.close() };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** How statements read a file, and the types that its columns have then. */
async function readableFile(
  engine: SqlEngine,
  recognised: RecognisedFile,
  view: string,
  definition: ModelDefinition,
): Promise<ReadableFile> {
  const { file } = recognised;
  if (file.format !== 'csv') return { ...recognised, source: duckdb.identifier(view) };
  const source = await csvScan(engine, file.path, csvColumns(recognised, definition));
  const rows = await engine.query(
    `SELECT column_name AS "name", column_type AS "type" FROM (DESCRIBE SELECT * FROM ${source})`,
  );
  return { ...recognised, source, header: new Map(rows.map((row) => [String(row['name']), String(row['type'])])) };
}

/** What each file is. Files are looked into one by one, so that all problems are found. */
async function recogniseAll(
  files: readonly HistoryFile[],
  definition: PlatformDefinition,
  options: BacktestOptions,
  problems: Problems,
): Promise<RecognisedFile[]> {
  const headers = new Map<HistoryFile, Header>();
  for (const file of files) {
    const header = await probe(file, problems);
    if (header !== null) headers.set(file, header);
  }
  const recognised: RecognisedFile[] = [];
  for (const [model, one] of Object.entries(definition.models)) {
    const finder = new ColumnFinder(one.data, one.task, options.columns ?? {});
    for (const [file, header] of headers) {
      if (file.model !== model) continue;
      const found = recognise(file, header, finder, one, problems);
      if (found !== null) recognised.push(found);
    }
  }
  reportUnknownColumns(options.columns ?? {}, [...headers.values()], problems);
  return recognised;
}

async function loadModel(loading: Loading, files: readonly ReadableFile[]): Promise<ModelHistory> {
  const { model, definition, notes, problems } = loading;
  const of = (kind: RecognisedFile['kind']): ReadableFile[] => files.filter((file) => file.kind === kind);
  const recorded = await loadPredictions(loading, of('predictions'));
  const reference = await loadReference(loading, of('reference'));
  const truth = recorded === null ? null : await loadTruth(loading, of('labels'));
  const metrics = await loadMetrics(loading, of('metrics'));
  if (recorded === null && metrics.serving === null && metrics.metrics.length === 0 && problems.none)
    problems.add(nothingToReplay(files.map(({ file }) => file.named).join(', ')));
  const { data, task } = definition;
  return {
    model,
    task,
    data,
    recorded,
    truth: truth ?? { table: [], rows: 0 },
    reference,
    ...metrics,
    notes,
  };
}

const noHistory = {
  code: 'noHistory',
  path: 'history',
  got: 'nothing',
  expected: 'files of recorded predictions, labels or metrics',
  fix: 'name them with --history FILE…',
};

const nothingToReplay = (path: string) => ({
  code: 'nothingToReplay',
  path,
  got: 'neither predictions nor metrics',
  expected: 'recorded predictions, or metrics of the endpoint',
  fix: 'name a file with the model’s answers with --history',
});
