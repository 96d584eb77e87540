import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Data, dataSchema } from '../../../../src/definition/data';
import { type DataDecision, decideDataChecks } from '../../../../src/runtime/core/data-checks/decide';
import type { DataContext, DataFacts } from '../../../../src/runtime/core/data-checks/facts';
import { type CollectOptions, collectDataFacts, type SqlRow } from '../../../../src/runtime/sql/data-checks/collect';
import { duckdbScan } from '../../../../src/runtime/sql/data-checks/duckdb-scan';
import { foundColumns } from '../../../../src/runtime/sql/data-checks/storage-family';
import type { CheckedTable } from '../../../../src/runtime/sql/data-checks/typed-rows';
import { duckdb } from '../../../../src/runtime/sql/dialects/duckdb';

export const NOW = Date.parse('2026-11-24T12:00:00Z');
export const OPTIONS: CollectOptions = { nowMs: NOW, knownLabels: null, countLabels: true };
export const CONTEXT: DataContext = {
  task: 'binaryClassification',
  nowMs: NOW,
  trailingRowCounts: [],
  previousLabels: null,
  split: null,
  identity: null,
  distribution: null,
};

/** A parsed `data` section: `id`, `at`, `age` and `churned`, and what a test adds. */
export function dataOf(changes: Record<string, unknown> = {}, columns: Record<string, unknown> = {}): Data {
  return dataSchema.parse({
    source: { local: 'data.csv' },
    format: 'csv',
    key: 'id',
    timestamp: 'at',
    label: { column: 'churned', positive: 'yes' },
    columns: {
      id: { type: 'string' },
      at: { type: 'timestamp' },
      age: { type: 'integer' },
      churned: { type: 'category', values: ['yes', 'no'] },
      ...columns,
    },
    ...changes,
  });
}

/** DuckDB with a folder of its own, both gone after the tests. */
export class Engine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'data-checks-'));
  private connection: DuckDBConnection | undefined;
  private files = 0;

  async open(): Promise<void> {
    this.connection = await (await DuckDBInstance.create(':memory:')).connect();
    await this.run("SET TimeZone = 'UTC'");
  }

  close(): void {
    this.connection?.closeSync();
    rmSync(this.folder, { recursive: true });
  }

  readonly run = async (sql: string): Promise<SqlRow[]> =>
    (await this.connection!.runAndReadAll(sql)).getRowObjectsJS();

  path(extension: string): string {
    this.files += 1;
    return join(this.folder, `table-${this.files}.${extension}`);
  }

  /** The file as a table to check. */
  async attach(path: string, data: Data): Promise<CheckedTable> {
    const scan = duckdbScan(path, data.format);
    const header = foundColumns(await this.run(scan.header));
    return { source: { fromItem: scan.from(header.map(({ name }) => name)) }, data, header };
  }

  async csv(text: string, data: Data): Promise<CheckedTable> {
    const path = this.path('csv');
    writeFileSync(path, text);
    return this.attach(path, data);
  }

  async jsonl(lines: readonly unknown[], data: Data): Promise<CheckedTable> {
    const path = this.path('jsonl');
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return this.attach(path, data);
  }

  /** Parquet with what a query gives. */
  async parquet(query: string, data: Data): Promise<CheckedTable> {
    const path = this.path('parquet');
    await this.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
    return this.attach(path, data);
  }

  facts(table: CheckedTable, options: Partial<CollectOptions> = {}): Promise<DataFacts> {
    return collectDataFacts(this.run, duckdb, table, { ...OPTIONS, ...options });
  }

  async decide(table: CheckedTable, context: Partial<DataContext> = {}): Promise<DataDecision> {
    return decideDataChecks(await this.facts(table), table.data, { ...CONTEXT, ...context });
  }
}

/** `rule:column → violations` of the row checks that have any. */
export function brokenOf(facts: DataFacts): Record<string, number> {
  const broken = facts.rowChecks.filter(({ violations }) => violations > 0);
  return Object.fromEntries(
    broken.map(({ check, violations }) => {
      if (check.rule === 'duplicateRows') return [check.rule, violations];
      if (check.rule === 'expressions') return [`${check.rule}:${check.name}`, violations];
      return [`${check.rule}:${typeof check.column === 'string' ? check.column : check.column.name}`, violations];
    }),
  );
}
