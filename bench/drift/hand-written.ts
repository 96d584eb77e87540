/**
 * `hand-written.ts WINDOW.parquet REFERENCE.json RUNS`: the same histogram as someone would write it with DuckDB alone, and
 * PSI with a null bin from it. Only the edges and counts are taken from the stored reference.
 */
import { readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { COLUMNS, MEMORY_LIMIT_MIB, THREADS } from './data';
import { measure } from './measure';

interface Stored {
  readonly columns: readonly { readonly edges: number[]; readonly binCounts: number[]; readonly nulls: number }[];
}

const [path, stored, runs] = process.argv.slice(2) as [string, string, string];
const FLOOR = 1e-4;

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const floored = counts.map((count) => Math.max(count / total, FLOOR));
  const sum = floored.reduce((all, share) => all + share, 0);
  return floored.map((share) => share / sum);
}

function psi(reference: readonly number[], window: readonly number[]): number {
  const [p, q] = [shares(reference), shares(window)];
  return p.reduce((sum, share, bin) => sum + (q[bin]! - share) * Math.log(q[bin]! / share), 0);
}

measure(Number(runs), async () => {
  const reference = JSON.parse(readFileSync(stored, 'utf8')) as Stored;
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${MEMORY_LIMIT_MIB}MiB`,
    threads: String(THREADS),
  });
  const connection = await instance.connect();
  const columns = COLUMNS.map((name, index) => {
    const edges = reference.columns[index]!.edges.map((edge) => edge.toExponential());
    return `count(${name}) AS n${index}, map_values(histogram(${name}, [${edges.join(', ')}])) AS h${index}`;
  });
  const result = await connection.runAndReadAll(
    `SELECT count(*) AS n, ${columns.join(', ')} FROM read_parquet('${path}') WHERE "at" >= TIMESTAMP '2026-11-01' AND "at" < TIMESTAMP '2026-11-02'`,
  );
  const row = result.getRowObjectsJS()[0]!;
  connection.closeSync();
  instance.closeSync();
  return reference.columns.map(({ binCounts, nulls }, index) => {
    const counted = (row[`h${index}`] as bigint[]).map(Number);
    const missing = Number(row['n']) - Number(row[`n${index}`]);
    return missing + nulls === 0 ? psi(binCounts, counted) : psi([...binCounts, nulls], [...counted, missing]);
  });
});
