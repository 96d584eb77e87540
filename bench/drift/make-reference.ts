/** `make-reference.ts REFERENCE.parquet OUT.json`: the profile that is made once, when a model version is registered. */
import { writeFileSync } from 'node:fs';
import { DuckDbSqlEngine } from '../../src/runtime/adapters/local/duckdb-sql-engine';
import { duckdb } from '../../src/runtime/sql/dialects/duckdb';
import { profileReference } from '../../src/runtime/sql/run-profiles';
import { COLUMNS, MEMORY_LIMIT_MIB, THREADS } from './data';
import { measure } from './measure';

const [path, out] = process.argv.slice(2) as [string, string];

measure(1, async () => {
  const engine = await DuckDbSqlEngine.open({
    database: ':memory:',
    files: [{ view: 'train', paths: [path], format: 'parquet' }],
    folders: [],
    memoryLimitMiB: MEMORY_LIMIT_MIB,
    spillFolder: null,
    threads: THREADS,
  });
  const profile = await profileReference(engine, duckdb, {
    table: ['train'],
    range: null,
    columns: COLUMNS.map((name) => ({ name, type: 'number' })),
    prediction: null,
    bins: 10,
    quantiles: 'approximate',
    origin: { dataDigest: 'sha256:bench', source: 'training' },
  });
  await engine.close();
  writeFileSync(out, JSON.stringify(profile));
  return [];
});
