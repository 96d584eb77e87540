import type { ValueCount } from '../core/drift/profile';
import { badReply } from './errors';

/** One row of a reply. Engines differ in how they hand values over: as numbers, bigints or text. */
export type ReplyRow = Readonly<Record<string, unknown>>;

/** The one row of a statement that gives one. @throws OperationError when there are more or none */
export function onlyRow(rows: readonly ReplyRow[]): ReplyRow {
  const [row] = rows;
  if (row === undefined || rows.length !== 1) throw badReply('rows', rows.length, 'one row');
  return row;
}

/**
 * One row with the columns of the one row of each statement.
 * @throws OperationError when there are more rows or fewer, or the table changed between the statements
 */
export function mergedRow(rows: readonly ReplyRow[], statements: number): ReplyRow {
  if (rows.length !== statements) throw badReply('rows', rows.length, `one row a statement, ${statements} in all`);
  const [first] = rows;
  if (first === undefined) return {};
  const changed = rows.find((row) => countIn(row, 'row_count') !== countIn(first, 'row_count'));
  if (changed !== undefined) {
    throw badReply(
      'row_count',
      changed['row_count'],
      `${first['row_count']}, as in the first: nobody may write meanwhile`,
    );
  }
  return Object.assign({}, ...rows);
}

/** A whole number of 0 or more. @throws OperationError when the reply holds none */
export function countIn(row: ReplyRow, column: string): number {
  return checkedCount(cell(row, column), column);
}

/** A number, or null of NULL and of what is not finite. @throws OperationError when the reply holds text that is none */
export function numberIn(row: ReplyRow, column: string): number | null {
  const value = cell(row, column);
  if (value === null) return null;
  const number = asNumber(value);
  if (number === undefined || (Number.isNaN(number) && !/^nan$/i.test(String(value)))) {
    throw badReply(column, value, 'a number');
  }
  return Number.isFinite(number) ? number : null;
}

/** A list of counts out of JSON text, or null of NULL. @throws OperationError when it is none of that length */
export function countsIn(row: ReplyRow, column: string, length: number): number[] | null {
  const list = listIn(row, column);
  if (list === null) return null;
  if (list.length !== length) throw badReply(column, list.length, `${length} counts`);
  return list.map((count) => checkedCount(count, column));
}

/** A list of finite numbers out of JSON text, or null of NULL. @throws OperationError when it is none of that length */
export function numbersIn(row: ReplyRow, column: string, length: number): number[] | null {
  const list = listIn(row, column);
  if (list === null) return null;
  if (list.length !== length) throw badReply(column, list.length, `${length} numbers`);
  return list.map((value) => {
    const number = asNumber(value);
    if (number === undefined || !Number.isFinite(number)) throw badReply(column, value, 'a finite number');
    return number;
  });
}

/** Values with their counts out of JSON text; none of NULL. @throws OperationError when it is something else */
export function valueCountsIn(row: ReplyRow, column: string): ValueCount<string>[] {
  return (listIn(row, column) ?? []).map((entry) => {
    if (typeof entry !== 'object' || entry === null || !('value' in entry) || !('count' in entry)) {
      throw badReply(column, entry, 'a value and its count');
    }
    return { value: String(entry.value), count: checkedCount(entry.count, column) };
  });
}

function cell(row: ReplyRow, column: string): unknown {
  const value = row[column];
  if (value === undefined) throw badReply(column, Object.keys(row), `a column ${column}`);
  return value;
}

function listIn(row: ReplyRow, column: string): unknown[] | null {
  const value = cell(row, column);
  if (value === null) return null;
  let list: unknown;
  try {
    list = JSON.parse(String(value));
  } catch {
    throw badReply(column, value, 'JSON text of a list');
  }
  if (list === null) return null;
  if (!Array.isArray(list)) throw badReply(column, value, 'JSON text of a list');
  return list;
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined;
}

function checkedCount(value: unknown, column: string): number {
  const count = asNumber(value);
  if (count === undefined || !Number.isSafeInteger(count) || count < 0) throw badReply(column, value, 'a count');
  return count;
}
