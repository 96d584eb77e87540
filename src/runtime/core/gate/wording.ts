import type { Comparator, SliceId } from './types';

const COMPARISON: Record<Comparator, string> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
};

/** `at least 0.8` */
export function boundText(comparator: Comparator, bound: number): string {
  return `${COMPARISON[comparator]} ${numberText(bound)}`;
}

/** Up to four significant digits, as people write it: 0.8412, −0.004, 12,340. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 1e-4 || rounded === 0
    ? rounded.toLocaleString('en-US', { maximumFractionDigits: 8 })
    : rounded.toExponential();
}

/** `1,840 rows` */
export function rowsText(rows: number): string {
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
}

/** ` where region is north`, or nothing for the whole test set. */
export function sliceText(slice: SliceId | null): string {
  return slice === null ? '' : ` where ${slice.column} is ${slice.value}`;
}

/** `; about 2,400 rows would decide` */
export function rowsNeededText(rowsNeeded: number | null): string {
  return rowsNeeded === null ? '' : `; about ${rowsText(twoDigitsUp(rowsNeeded))} would decide`;
}

/** `3 of 500 rows have`, `1 of 500 rows has` */
export function shareText(count: number, rows: number): string {
  return `${count.toLocaleString('en-US')} of ${rowsText(rows)} ${count === 1 ? 'has' : 'have'}`;
}

/** 40,586 → 41,000: an estimate does not have five digits. */
function twoDigitsUp(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, rows))) - 1);
  return Math.ceil(rows / unit) * unit;
}
