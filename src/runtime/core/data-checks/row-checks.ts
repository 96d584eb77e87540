import type { Data } from '../../../definition/data';
import type { RowRule } from '../../../kernel/data-rules';
import { type CheckedColumn, checkedColumns, type FoundColumn } from './columns';

/** One row rule on one column (or on the row as a whole), with all that is needed to count its violations. */
export type RowCheck =
  | { readonly rule: 'typeChange' | 'missingShare' | 'nonFinite'; readonly column: CheckedColumn }
  | { readonly rule: 'range'; readonly column: CheckedColumn; readonly min?: number; readonly max?: number }
  | { readonly rule: 'unseenCategory' | 'newLabel'; readonly column: CheckedColumn; readonly known: readonly string[] }
  | { readonly rule: 'uniqueness'; readonly column: string }
  | { readonly rule: 'duplicateRows' }
  | { readonly rule: 'pattern'; readonly column: CheckedColumn; readonly pattern: string }
  | { readonly rule: 'futureEvent'; readonly column: CheckedColumn; readonly afterMs: number }
  | { readonly rule: 'expressions'; readonly name: string; readonly sql: string };

/** Clock skew, and times without zone that were written somewhere east of UTC, are no error up to this. */
export const FUTURE_TOLERANCE_MS = 86_400_000;

export interface RowCheckOptions {
  readonly nowMs: number;
  /** Classes of the label in the last accepted data; null when there is none. */
  readonly knownLabels: readonly string[] | null;
}

/** Identifies a check within one set of facts, e.g. `range:age`, `expressions:night-is-quiet`, `duplicateRows`. */
export function rowCheckId(check: RowCheck): string {
  if (check.rule === 'duplicateRows') return check.rule;
  if (check.rule === 'expressions') return `${check.rule}:${check.name}`;
  return `${check.rule}:${columnOf(check)}`;
}

/** The name of the column a check is about, if it is about one. */
export function columnOf(check: RowCheck): string | undefined {
  if (check.rule === 'duplicateRows' || check.rule === 'expressions') return undefined;
  return typeof check.column === 'string' ? check.column : check.column.name;
}

function valueChecks(checked: CheckedColumn): RowCheck[] {
  const { column } = checked;
  if (checked.fit === 'unlike') return [];
  if (column.type === 'number' || column.type === 'integer') {
    const { min, max } = column;
    const range: RowCheck[] =
      min === undefined && max === undefined ? [] : [{ rule: 'range', column: checked, min, max }];
    return [{ rule: 'nonFinite', column: checked }, ...range];
  }
  if (column.type === 'category') {
    if (column.values === undefined) return [];
    return [{ rule: 'unseenCategory', column: checked, known: column.values.map(String) }];
  }
  return column.pattern === undefined ? [] : [{ rule: 'pattern', column: checked, pattern: column.pattern }];
}

/** Classes the label may have: its declared values, else those of the last accepted data. */
function labelChecks(data: Data, columns: readonly CheckedColumn[], knownLabels: readonly string[] | null): RowCheck[] {
  const label = columns.find(({ name }) => name === data.label.column);
  if (label === undefined || label.fit === 'unlike') return [];
  const { column } = label;
  if (column.type !== 'category' && column.type !== 'boolean' && data.label.positive === undefined) return [];
  const declared = column.type === 'category' ? column.values?.map(String) : undefined;
  const known = declared ?? knownLabels;
  return known === null ? [] : [{ rule: 'newLabel', column: label, known }];
}

/**
 * All row checks that the definition asks for and the header allows, in the order of the rules' columns. Rules that are off
 * are left out, and so are rules on a column that is not there or is of an unlike type as a whole: `missingColumn` and
 * `typeChange` speak for it.
 */
export function rowChecks(data: Data, header: readonly FoundColumn[], options: RowCheckOptions): RowCheck[] {
  const columns = checkedColumns(data, header);
  const found = new Set(header.map(({ name }) => name));
  const checks: RowCheck[] = [];
  for (const column of columns) {
    checks.push({ rule: 'missingShare', column }, { rule: 'typeChange', column }, ...valueChecks(column));
    if (column.name === data.timestamp && column.fit !== 'unlike' && column.column.type === 'timestamp') {
      checks.push({ rule: 'futureEvent', column, afterMs: options.nowMs + FUTURE_TOLERANCE_MS });
    }
    if (column.column.unique && column.name !== data.key) checks.push({ rule: 'uniqueness', column: column.name });
  }
  if (data.key !== undefined && found.has(data.key)) checks.push({ rule: 'uniqueness', column: data.key });
  checks.push(...labelChecks(data, columns, options.knownLabels), { rule: 'duplicateRows' });
  for (const { name, sql } of data.expressions ?? []) checks.push({ rule: 'expressions', name, sql });
  return checks.filter((check) => data.checks[check.rule] !== 'off' || check.rule === 'missingShare');
}

/** The rules that a check list has nothing for. */
export function rulesOf(checks: readonly RowCheck[]): Set<RowRule> {
  return new Set(checks.map(({ rule }) => rule));
}
