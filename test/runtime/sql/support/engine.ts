import { DuckDbSqlEngine } from '../../../../src/runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';
import type { MixedRow } from './mixed-table';

/** An empty DuckDB in memory. */
export function emptyEngine(): Promise<DuckDbSqlEngine> {
  return DuckDbSqlEngine.open({
    database: ':memory:',
    files: [],
    folders: [],
    memoryLimitMiB: 256,
    spillFolder: null,
    threads: 1,
  });
}

function literal(cell: MixedRow[string]): string {
  if (cell === null) return 'NULL';
  if (typeof cell === 'number') return duckdb.number(cell);
  return typeof cell === 'boolean' ? duckdb.boolean(cell) : duckdb.text(cell);
}

/** Writes rows into a table whose column types are DuckDB's names. */
export async function createTable(
  engine: DuckDbSqlEngine,
  table: string,
  types: Readonly<Record<string, string>>,
  rows: readonly Readonly<Record<string, number | string | boolean | null>>[],
): Promise<void> {
  const columns = Object.entries(types).map(([name, type]) => `${duckdb.identifier(name)} ${type}`);
  await engine.query(`CREATE TABLE ${duckdb.table([table])} (${columns.join(', ')})`);
  if (rows.length === 0) return;
  const values = rows.map(
    (row) =>
      `(${Object.keys(types)
        .map((name) => literal(row[name] ?? null))
        .join(', ')})`,
  );
  await engine.query(`INSERT INTO ${duckdb.table([table])} VALUES ${values.join(', ')}`);
}
