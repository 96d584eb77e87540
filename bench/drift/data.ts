import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../src/runtime/sql/dialects/duckdb';

export const COLUMN_COUNT = 20;
export const COLUMNS: readonly string[] = Array.from({ length: COLUMN_COUNT }, (_, index) => `c${index}`);
/** Memory that DuckDB may use itself, so that the process stays below 512 MiB. */
export const MEMORY_LIMIT_MIB = 320;
export const THREADS = 2;

export interface DataSets {
  readonly reference: string;
  readonly window: string;
}

/** A uniform number in (0, 1) out of the row and a salt: the same for the same arguments, on every machine. */
const uniform = (salt: number): string => `((hash(i * 128 + ${salt}) % 1000003 + 1) / 1000005.0)`;

/** Normal (every fifth column lognormal), with 1 % nulls in every third; the window's later columns have drifted. */
function column(index: number, salt: number, shift: number): string {
  const normal = `sqrt(-2 * ln(${uniform(salt)})) * cos(2 * pi() * ${uniform(salt + 1)}) + ${duckdb.number(shift)}`;
  const value = index % 5 === 4 ? `exp(${normal})` : normal;
  const present = index % 3 === 2 ? `CASE WHEN ${uniform(salt)} > 0.01 THEN ${value} END` : value;
  return `CAST(${present} AS DOUBLE) AS ${COLUMNS[index]}`;
}

/** Writes both Parquet files of so many rows into a folder, and leaves nothing else there. */
export async function writeDataSets(folder: string, rows: number): Promise<DataSets> {
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [folder],
    memoryLimitMiB: 2048,
    spillFolder: null,
    threads: THREADS,
  });
  const write = async (name: string, salt: number, drift: number): Promise<string> => {
    const path = join(folder, `${name}-${rows}.parquet`);
    rmSync(path, { force: true });
    const columns = COLUMNS.map((_, index) =>
      column(index, salt + 2 * index, index < COLUMN_COUNT / 2 ? 0 : (index * drift) / 50),
    );
    await engine.query(
      `COPY (SELECT TIMESTAMP '2026-11-01' + to_microseconds(i) AS at, ${columns.join(', ')} FROM range(${rows}) AS r(i)) TO ${duckdb.text(path)} (FORMAT parquet)`,
    );
    return path;
  };
  const sets = { reference: await write('reference', 0, 0), window: await write('window', 64, 1) };
  await engine.close();
  return sets;
}
