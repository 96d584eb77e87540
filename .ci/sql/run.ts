/**
 * `run.ts write DIR` answers every case with DuckDB and writes what the other engines need; `run.ts compare DIR` reads their
 * output and compares. Exit 1 on a difference. Output of Trino: `trino.out`, of ZetaSQL: `zetasql.out`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIALECT_NAMES, type DialectName } from '../../src/runtime/sql/dialect';
import { sqlDialect } from '../../src/runtime/sql/dialects';
import { athena } from '../../src/runtime/sql/dialects/athena';
import type { ReplyRow } from '../../src/runtime/sql/reply';
import { emptyEngine } from '../../test/runtime/sql/support/engine';
import { type Case, cases } from './cases';
import { differences } from './differences';
import { createStatement, TABLES, withTimestamps, zetaTables } from './tables';

interface Answered extends Case {
  readonly names: readonly string[];
  readonly rows: readonly ReplyRow[];
}

async function answered(): Promise<Answered[]> {
  const engine = await emptyEngine();
  for (const table of TABLES) await engine.query(createStatement('duckdb', table));
  const asked = await cases(engine);
  const all: Answered[] = [];
  for (const one of asked) {
    const rows = await engine.query(one.sql.duckdb);
    all.push({ ...one, rows, names: Object.keys(rows[0]!) });
  }
  await engine.close();
  return all;
}

/** Trino's rows as one JSON text, all values as text, which is also how Athena hands them over. */
function asJsonRows(sql: string, names: readonly string[]): string {
  const cells = names.map((name) => `CAST(${athena.identifier(name)} AS VARCHAR)`);
  return `SELECT json_format(CAST(array_agg(ARRAY[${cells.join(', ')}]) AS JSON)) FROM (${sql}) AS reply`;
}

function write(folder: string, all: readonly Answered[]): void {
  const trino = [
    ...TABLES.map((table) => createStatement('athena', table)),
    ...all.map(({ sql, names }) => asJsonRows(sql.athena, names)),
  ];
  const broken = trino.find((sql) => /[\n\t]/.test(sql));
  if (broken !== undefined) throw new Error(`a statement of more than one line: ${broken.slice(0, 200)}`);
  writeFileSync(join(folder, 'trino.sql'), trino.join('\n'));
  const queries = JSON.stringify(all.map(({ sql }) => withTimestamps(sql.bigquery)));
  writeFileSync(join(folder, 'zetasql.json'), `{"tables": ${zetaTables()}, "queries": ${queries}}`);
  const described = DIALECT_NAMES.map((dialect) => ({
    dialect,
    name: 'describe',
    sql: sqlDialect(dialect).describe(['shop', 'sales']),
  }));
  const statements = all.flatMap(({ name, sql }) =>
    DIALECT_NAMES.map((dialect) => ({ dialect, name, sql: sql[dialect] })),
  );
  writeFileSync(join(folder, 'statements.json'), JSON.stringify([...described, ...statements]));
}

type Reply = readonly ReplyRow[] | { readonly error: string };

const named = (names: readonly string[], rows: readonly (readonly unknown[])[]): ReplyRow[] =>
  rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));

function trinoReplies(folder: string, all: readonly Answered[]): Reply[] {
  const lines = readFileSync(join(folder, 'trino.out'), 'utf8')
    .split('\n')
    .filter((line) => /^(OK|ERR)\t/.test(line));
  const failed = lines.slice(0, TABLES.length).find((line) => line.startsWith('ERR'));
  if (failed !== undefined) throw new Error(`a table could not be made: ${failed.split('\t').at(-1)}`);
  return all.map(({ names }, index) => {
    const line = lines[TABLES.length + index] ?? 'ERR\t\tno output';
    const last = line.slice(line.lastIndexOf('\t') + 1);
    return line.startsWith('OK')
      ? named(names, JSON.parse(last.replace(/^\[\[/, '').replace(/\]\]$/, '')) ?? [])
      : { error: last };
  });
}

function zetaReplies(folder: string, all: readonly Answered[]): Reply[] {
  const lines = readFileSync(join(folder, 'zetasql.out'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'));
  return all.map(({ names }, index) => {
    const reply = JSON.parse(lines[index] ?? '{"ok": false, "error": "no output"}');
    return reply.ok ? named(names, reply.rows) : { error: reply.error };
  });
}

function compare(folder: string, all: readonly Answered[]): boolean {
  const replies: Partial<Record<DialectName, Reply[]>> = {
    athena: trinoReplies(folder, all),
    bigquery: zetaReplies(folder, all),
  };
  let fine = true;
  for (const [index, one] of all.entries()) {
    const told: string[] = ['duckdb'];
    for (const dialect of ['athena', 'bigquery'] as const) {
      const problem = judge(one, dialect, replies[dialect]![index]!);
      if (problem === null) told.push(dialect);
      else if (problem.startsWith('analysed')) told.push(`${dialect} (${problem})`);
      else {
        fine = false;
        console.log(`DIFFERS  ${one.name} on ${dialect}: ${problem}`);
      }
    }
    console.log(`${told.length === 3 ? 'equal    ' : 'FAILED   '}${one.name}: ${told.join(', ')}`);
  }
  return fine;
}

/** Null when the reply means what DuckDB's means. */
function judge(one: Answered, dialect: DialectName, reply: Reply): string | null {
  if ('error' in reply) {
    const unsupported = /Unsupported built-in function: approx_/.test(reply.error);
    return dialect === 'bigquery' && !one.bigqueryExecutes && unsupported ? 'analysed, not executed' : reply.error;
  }
  let actual: unknown;
  try {
    actual = one.read(dialect, reply);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const found = differences(actual, one.read('duckdb', one.rows), one.tolerance);
  return found.length === 0 ? null : `${found.length} differences, ${found.slice(0, 5).join('; ')}`;
}

async function main([mode, folder]: readonly string[]): Promise<boolean> {
  if (folder === undefined || (mode !== 'write' && mode !== 'compare')) {
    console.error('usage: run.ts write|compare DIR');
    process.exitCode = 2;
    return true;
  }
  const all = await answered();
  if (mode === 'compare') return compare(folder, all);
  write(folder, all);
  return true;
}

main(process.argv.slice(2)).then((fine) => {
  if (!fine) process.exitCode = 1;
});
