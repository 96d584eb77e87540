import { badIdentifier, badLiteral } from './errors';

const NUL = '\u0000';
const LARGEST_INTEGER = 2n ** 63n - 1n;
const SMALLEST_INTEGER = -(2n ** 63n);

/** The name itself. @throws OperationError when it is empty or holds a NUL */
export function checkedName(name: string): string {
  if (name === '' || name.includes(NUL)) throw badIdentifier(name);
  return name;
}

/** The text itself. @throws OperationError when it holds a NUL or half of a surrogate pair */
export function checkedText(value: string): string {
  if (value.includes(NUL)) throw badLiteral('text', value, 'text without NUL');
  if (/\p{Surrogate}/u.test(value)) throw badLiteral('text', value, 'whole characters (no half of a surrogate pair)');
  return value;
}

/** In double quotes, which are doubled inside: standard SQL's identifiers. */
export function doubleQuoted(name: string): string {
  return `"${checkedName(name).replaceAll('"', '""')}"`;
}

/** In single quotes, which are doubled inside: standard SQL's strings. */
export function singleQuoted(value: string): string {
  return `'${checkedText(value).replaceAll("'", "''")}'`;
}

/** Whether the text would break the statement's line. */
export function hasControlCharacters(value: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(value);
}

/** A number with an exponent, which makes it a double and not a decimal in every engine; shortest form that reads back. */
export function exponentForm(value: number): string {
  return value.toExponential().toUpperCase().replace('E+', 'E');
}

/** Decimal digits. @throws OperationError when it is no integer or needs more than 64 bits */
export function integerDigits(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw badLiteral('integer', value, 'a safe integer');
  const whole = BigInt(value);
  if (whole > LARGEST_INTEGER || whole < SMALLEST_INTEGER) throw badLiteral('integer', value, 'an integer of 64 bits');
  return whole.toString();
}

/** `YYYY-MM-DD HH:MM:SS.mmm` in UTC. @throws OperationError outside the years 1 to 9999 */
export function utcText(epochMillis: number): string {
  const date = new Date(epochMillis);
  const year = date.getUTCFullYear();
  if (!Number.isInteger(epochMillis) || !(year >= 1 && year <= 9999)) {
    throw badLiteral('timestamp', epochMillis, 'whole milliseconds since the epoch, in the years 1 to 9999');
  }
  return date.toISOString().replace('T', ' ').replace('Z', '');
}
