/** `ours.ts WINDOW.parquet REFERENCE.json RUNS`: a window against the stored reference, from Parquet to PSI. */
import { readFileSync } from 'node:fs';
import { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';
import { alignNumeric } from '../../src/runtime/core/drift/aligned-bins';
import { populationStabilityIndex } from '../../src/runtime/core/drift/divergences';
import type { ReferenceProfile } from '../../src/runtime/core/drift/profile';
import { duckdb } from '../../src/runtime/sql/dialects/duckdb';
import { profileWindow } from '../../src/runtime/sql/run-profiles';
import { COLUMNS, MEMORY_LIMIT_MIB, THREADS } from './data';
import { measure } from './measure';

const [path, stored, runs] = process.argv.slice(2) as [string, string, string];

measure(Number(runs), async () => {
  const reference = JSON.parse(readFileSync(stored, 'utf8')) as ReferenceProfile;
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [{ view: 'live', paths: [path], format: 'parquet' }],
    folders: [],
    memoryLimitMiB: MEMORY_LIMIT_MIB,
    spillFolder: null,
    threads: THREADS,
  });
  const window = await profileWindow(engine, duckdb, {
    table: ['live'],
    range: { column: 'at', startMillis: Date.UTC(2026, 10, 1), endMillis: Date.UTC(2026, 10, 2) },
    reference,
    columns: COLUMNS,
    floating: [],
    sketch: 'none',
  });
  await engine.close();
  return window.columns.map((column, index) => {
    const from = reference.columns[index]!;
    if (column.kind !== 'numeric' || from.kind !== 'numeric') throw new Error(`${column.name} is not numeric`);
    return populationStabilityIndex(alignNumeric(from, column));
  });
});
