import type { Column, Data } from '../../../definition/data';
import * as grammar from './value-grammar';

/** A row in memory. */
export type DataRow = Readonly<Record<string, unknown>>;

const FINITE = new RegExp(grammar.FINITE_NUMBER);
const INTEGER = new RegExp(grammar.INTEGER);
const NON_FINITE = new RegExp(grammar.NON_FINITE_NUMBER);
const BOOLEAN = new RegExp(`${grammar.TRUE_TEXT}|${grammar.FALSE_TEXT}`);
const INSTANT = new RegExp(grammar.INSTANT);

/** A cell as the text that a CSV of these rows would hold; null where there is none. Nested values are their JSON. */
export function cellText(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'string') return cell;
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'invalid date' : cell.toISOString();
  if (typeof cell === 'object') return JSON.stringify(cell) ?? null;
  return String(cell);
}

const trimmed = (text: string): string => text.replace(/^ +| +$/g, '');

/** True when there is a value; a blank field of CSV is none. */
export function isPresent(text: string | null, format: Data['format']): text is string {
  return text !== null && (format !== 'csv' || trimmed(text) !== '');
}

/** The value as a number, be it infinite; null where it is none or NaN. */
export function cellNumber(text: string): number | null {
  const plain = trimmed(text);
  return FINITE.test(plain) ? Number(plain) : null;
}

/** True when the value says that it is NaN or infinite, or is a number beyond the doubles. */
export function isNonFinite(text: string): boolean {
  const number = cellNumber(text);
  return NON_FINITE.test(trimmed(text)) || (number !== null && !Number.isFinite(number));
}

/** The value as milliseconds since the epoch, UTC where it names no offset; null where it is no instant. */
export function cellInstant(text: string): number | null {
  const plain = trimmed(text);
  if (!INSTANT.test(plain)) return null;
  const day = Date.parse(plain.slice(0, 10));
  // days that a month does not have roll over into the next one
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== plain.slice(0, 10)) return null;
  if (plain.length === 10) return day;
  const hasOffset = /(Z|[+-]\d{2}:\d{2})$/.test(plain);
  const time = Date.parse(`${plain.slice(0, 10)}T${plain.slice(11)}${hasOffset ? '' : 'Z'}`);
  return Number.isNaN(time) ? null : time;
}

/** True when the text can be read as the type. */
export function isReadable(text: string, type: Column['type']): boolean {
  const plain = trimmed(text);
  if (type === 'number') return FINITE.test(plain) || NON_FINITE.test(plain);
  if (type === 'integer') return INTEGER.test(plain) || NON_FINITE.test(plain);
  if (type === 'boolean') return BOOLEAN.test(plain);
  return type === 'timestamp' ? cellInstant(text) !== null : true;
}
