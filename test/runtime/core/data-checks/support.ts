import { type Data, dataSchema } from '../../../../src/definition/data';
import {
  type DataContext,
  type DataDecision,
  type DataRow,
  decideDataChecks,
  factsOfRows,
  type RowFactsOptions,
} from '../../../../src/runtime/core/data-checks';

export const NOW = Date.parse('2026-11-24T12:00:00Z');

export const CONTEXT: DataContext = {
  task: 'binaryClassification',
  nowMs: NOW,
  trailingRowCounts: [],
  previousLabels: null,
  split: null,
  identity: null,
  distribution: null,
};

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
      age: { type: 'integer', min: 0, max: 120 },
      churned: { type: 'category', values: ['yes', 'no'] },
      ...columns,
    },
    ...changes,
  });
}

/** A good row; `index` makes its key and varies the rest. */
export function rowOf(index: number, changes: Readonly<Record<string, unknown>> = {}): DataRow {
  const at = new Date(NOW - (index + 1) * 60_000).toISOString();
  return {
    id: `k${String(index).padStart(5, '0')}`,
    at,
    age: 20 + (index % 50),
    churned: index % 3 === 0 ? 'yes' : 'no',
    ...changes,
  };
}

export const rowsOf = (count: number): DataRow[] => Array.from({ length: count }, (_, index) => rowOf(index));

export function decide(
  rows: readonly DataRow[],
  data: Data = dataOf(),
  context: Partial<DataContext> = {},
  options: Partial<RowFactsOptions> = {},
): DataDecision {
  const all: DataContext = { ...CONTEXT, ...context };
  const knownLabels = all.previousLabels?.map(({ label }) => label) ?? null;
  const facts = factsOfRows(rows, data, {
    nowMs: all.nowMs,
    knownLabels,
    countLabels: all.task !== 'regression',
    header: Object.keys(data.columns),
    ...options,
  });
  return decideDataChecks(facts, data, all);
}

/** The checks of one rule. */
export const ofRule = (decision: DataDecision, rule: string) => decision.checks.filter((check) => check.rule === rule);
export const violated = (decision: DataDecision): string[] =>
  decision.checks
    .filter(({ verdict }) => verdict === 'violated')
    .map(({ rule, column }) => (column === undefined ? rule : `${rule}:${column}`));
