import { className } from '../metrics/rows';
import type { ScoredRow } from './types';

/** Automatic slices of a column: at most this many of its values, the most frequent first. */
export const AUTOMATIC_SLICES = 20;

/** Rows whose value is missing stand together under this name. */
export const MISSING_VALUE = '(missing)';

/** Rows by the name of a column's value. */
export type Groups = ReadonlyMap<string, readonly ScoredRow[]>;

/** Rows by a column's value, the values in code-unit order; null when no row has the column at all. */
export function groupRows(
  rows: readonly ScoredRow[],
  column: string,
): ReadonlyMap<string, readonly ScoredRow[]> | null {
  const groups = new Map<string, ScoredRow[]>();
  let known = false;
  for (const row of rows) {
    const slices = row.slices;
    const value = slices !== undefined && Object.hasOwn(slices, column) ? slices[column]! : null;
    known ||= slices !== undefined && Object.hasOwn(slices, column);
    const name = value === null || value === undefined ? MISSING_VALUE : className(value);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return known ? new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1))) : null;
}

/** The values that are judged where a definition names none: the most frequent ones with enough rows; ties by name. */
export function automaticValues(groups: Groups, minRows: number): string[] {
  return [...groups]
    .filter(([value, rows]) => value !== MISSING_VALUE && rows.length >= minRows)
    .sort(([left, leftRows], [right, rightRows]) => rightRows.length - leftRows.length || (left < right ? -1 : 1))
    .slice(0, AUTOMATIC_SLICES)
    .map(([value]) => value);
}
