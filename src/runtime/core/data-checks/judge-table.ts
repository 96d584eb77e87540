import type { Data } from '../../../definition/data';
import { durationSeconds } from '../../../kernel/duration';
import { count, type DataCheck, dataCheck, notApplicable, showPercent } from './check';
import { knownColumns, requiredColumns } from './columns';
import type { DataContext, DataFacts } from './facts';

function oneEach(
  data: Data,
  rule: 'missingColumn' | 'extraColumn',
  columns: readonly string[],
  rows: number,
): DataCheck[] {
  const what = rule === 'missingColumn' ? 'is not in the data' : 'is not in the definition';
  if (columns.length > 0) {
    return columns.map((column) =>
      dataCheck(data, { rule, column, verdict: 'violated', violations: 1, rows, message: `${column}: ${what}` }),
    );
  }
  const fine =
    rule === 'missingColumn' ? 'all columns of the definition are there' : 'no column is there beside the definition';
  return [dataCheck(data, { rule, verdict: 'ok', rows, message: fine })];
}

/** The declared columns that stand after one that the definition has later. */
function displaced(declared: readonly string[], found: readonly string[]): string[] {
  const inData = found.filter((name) => declared.includes(name));
  const expected = declared.filter((name) => inData.includes(name));
  return inData.filter((name, index) => name !== expected[index]);
}

/** Rules about which columns there are. The share is that of the columns. */
export function judgeColumns(data: Data, facts: DataFacts): DataCheck[] {
  const found = facts.header.map(({ name }) => name);
  const required = requiredColumns(data);
  const known = knownColumns(data);
  const missing = required.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !known.has(name));
  const moved = displaced(Object.keys(data.columns), found);
  const order = dataCheck(data, {
    rule: 'reorderedColumn',
    verdict: moved.length > 0 ? 'violated' : 'ok',
    violations: moved.length,
    rows: found.length,
    message:
      moved.length > 0
        ? `columns are not in the definition's order: ${moved.slice(0, 10).join(', ')}${moved.length > 10 ? ', …' : ''}`
        : 'columns are in the definition’s order',
  });
  return [
    ...oneEach(data, 'missingColumn', missing, required.length),
    ...oneEach(data, 'extraColumn', extra, found.length),
    order,
  ];
}

function judgeRowCount(data: Data, rows: number): DataCheck {
  const short = Math.max(0, data.minRows - rows);
  return dataCheck(data, {
    rule: 'rowCount',
    verdict: short > 0 ? 'violated' : 'ok',
    violations: short,
    rows,
    percent: null,
    limit: { value: data.minRows, unit: 'rows' },
    message: `the table has ${count(rows, 'row')}; at least ${count(data.minRows, 'row')} are needed`,
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function judgeRowCountChange(data: Data, rows: number, trailing: readonly number[]): DataCheck {
  const rule = 'rowCountChange';
  const { maxRowChangePercent } = data;
  if (maxRowChangePercent === undefined) return notApplicable(data, rule, 'maxRowChangePercent is not set');
  const counts = trailing.filter((one) => Number.isFinite(one) && one >= 0);
  if (counts.length === 0) return notApplicable(data, rule, 'no data was accepted before');
  const usual = median(counts);
  const change = Math.abs(rows - usual);
  // from nothing, any row is more than any percent
  const percent = usual > 0 ? (100 * change) / usual : change > 0 ? null : 0;
  return dataCheck(data, {
    rule,
    verdict: percent === null || percent > maxRowChangePercent ? 'violated' : 'ok',
    violations: Math.ceil(change),
    rows,
    percent,
    limit: { value: maxRowChangePercent, unit: 'percent' },
    message:
      `the table has ${count(rows, 'row')}, the median of the last ${counts.length} is ${count(usual, 'row')}` +
      `${percent === null ? '' : `: ${showPercent(percent)} away`}; at most ${showPercent(maxRowChangePercent)} may be`,
  });
}

function judgeFreshness(data: Data, facts: DataFacts, nowMs: number): DataCheck {
  const rule = 'freshness';
  if (data.freshness === undefined) return notApplicable(data, rule, 'freshness is not set');
  const value = durationSeconds(data.freshness);
  const limit = { value, unit: 'seconds' as const };
  if (facts.rows === 0)
    return dataCheck(data, { rule, verdict: 'insufficientData', limit, message: 'there are no rows' });
  if (facts.newestEventMs === null) {
    const message = 'no row has an event time that can be read and is not in the future';
    return dataCheck(data, { rule, verdict: 'violated', violations: facts.rows, rows: facts.rows, limit, message });
  }
  const ageSeconds = Math.max(0, (nowMs - facts.newestEventMs) / 1000);
  const old = ageSeconds > value;
  return dataCheck(data, {
    rule,
    verdict: old ? 'violated' : 'ok',
    violations: old ? facts.rows : 0,
    rows: facts.rows,
    limit,
    message: `the newest event is ${Math.round(ageSeconds).toLocaleString('en-US')} s old; at most ${data.freshness} may be`,
  });
}

/** Rules about how much data there is and how new it is. */
export function judgeTable(data: Data, facts: DataFacts, context: DataContext): DataCheck[] {
  return [
    judgeRowCount(data, facts.rows),
    judgeRowCountChange(data, facts.rows, context.trailingRowCounts),
    judgeFreshness(data, facts, context.nowMs),
  ];
}
