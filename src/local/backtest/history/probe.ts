import { closeSync, openSync, readSync } from 'node:fs';
import { OperationError, type Problem } from '../../../kernel/problem';
import { malformedDataFile } from '../../../runtime/adapters/local/duckdb-errors';
import { DuckDbSqlEngine } from '../../../runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import type { Problems } from '../problems';
import type { HistoryFile } from './files';

/** Columns of a file, and the engine's types of them, in the file's order. */
export type Header = ReadonlyMap<string, string>;

const MEMORY_MIB = 1024;
const LONGEST_HEADER = 65_536;

/**
 * Looks into a file by itself, so that what is wrong with one of them does not hide what is wrong with the others.
 * @returns null where it cannot be read; the problem is collected
 */
export function probe(
  file: Pick<HistoryFile, 'path' | 'named' | 'format'>,
  problems: Problems,
): Promise<Header | null> {
  return problems.of(
    async () => {
      const engine = await DuckDbSqlEngine.open({
        database: ':memory:',
        files: [{ view: 'file', paths: [file.path], format: file.format }],
        folders: [],
        memoryLimitMiB: MEMORY_MIB,
        spillFolder: null,
        threads: 1,
      });
      try {
        const rows = await engine.query(duckdb.describe(['file']));
        const header = new Map(rows.map((row) => [String(row['name']), String(row['type'])]));
        if (file.format === 'csv') checkHeader(file.path, [...header.keys()]);
        return header;
      } catch (error) {
        if (error instanceof OperationError) throw error;
        throw malformedDataFile(file.path, file.format, (error as Error).message);
      } finally {
        await engine.close();
      }
    },
    (problem) => asAsked(problem, [file]),
  );
}

const FIXES: Readonly<Record<string, string>> = {
  dataFileMissing: 'check the path; it is relative to the folder in which the command runs',
  dataFileMalformed:
    'check that the file is of the format that its extension says, and write it again if it is cut off',
};

/** The adapter speaks of the definition's data; here somebody has named files of history. */
export const asAsked = (problem: Problem, files: readonly Pick<HistoryFile, 'path' | 'named'>[]): Problem => ({
  ...problem,
  path: files.find(({ path }) => path === problem.path)?.named ?? problem.path,
  fix: FIXES[problem.code] ?? problem.fix,
});

/**
 * Lines with unlike numbers of values make the reader take each line as one value, or the first line that fits as the header.
 * @throws OperationError `dataFileMalformed`
 */
function checkHeader(path: string, names: readonly string[]): void {
  const [only = ''] = names;
  const unlike = (header: string): OperationError =>
    malformedDataFile(path, 'csv', `lines with unlike numbers of values; the header is ${header}`);
  if (names.length === 1 && /[,;\t|]/.test(only)) throw unlike(only);
  if (path.endsWith('.gz')) return;
  const first = firstLine(path);
  // Names that stand twice are numbered, and empty ones are named: some may differ.
  if (names.filter((name) => !first.includes(name)).length > names.length / 2) throw unlike(first);
}

/** The first line of a file, as far as it is short enough to be a header. */
function firstLine(path: string): string {
  const bytes = Buffer.alloc(LONGEST_HEADER);
  const descriptor = openSync(path, 'r');
  try {
    const length = readSync(descriptor, bytes, 0, LONGEST_HEADER, 0);
    return bytes.toString('utf8', 0, length).trimStart().split(/\r?\n/, 1)[0] ?? '';
  } finally {
    closeSync(descriptor);
  }
}
