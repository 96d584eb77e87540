import { OperationError, type Problem } from '../../../kernel/problem';
import { malformedDataFile } from '../../../runtime/adapters/local/duckdb-errors';
import { DuckDbSqlEngine } from '../../../runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../../runtime/sql/dialects/duckdb';
import type { Problems } from '../problems';
import type { HistoryFile } from './files';

/** Columns of a file, and the engine's types of them, in the file's order. */
export type Header = ReadonlyMap<string, string>;

const MEMORY_MIB = 1024;

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
        const [only = ''] = header.keys();
        // The reader takes each line as one value when the lines have unlike numbers of them.
        if (file.format === 'csv' && header.size === 1 && /[,;\t|]/.test(only))
          throw malformedDataFile(file.path, 'csv', `lines with unlike numbers of values; the header is ${only}`);
        return header;
      } catch (error) {
        if (error instanceof OperationError) throw error;
        throw malformedDataFile(file.path, file.format, (error as Error).message);
      } finally {
        await engine.close();
      }
    },
    (problem) => asAsked(problem, file),
  );
}

const FIXES: Readonly<Record<string, string>> = {
  dataFileMissing: 'check the path; it is relative to the folder in which the command runs',
  dataFileMalformed:
    'check that the file is of the format that its extension says, and write it again if it is cut off',
};

/** The adapter speaks of the definition's data; here somebody has named a file of history. */
const asAsked = (problem: Problem, { named }: Pick<HistoryFile, 'named'>): Problem => ({
  ...problem,
  path: named,
  fix: FIXES[problem.code] ?? problem.fix,
});
