/**
 * Where two values differ, as `path: actual, expected`. Engines hand numbers over as numbers, bigints or text, and booleans
 * as text, so numbers are compared by value: whole ones exactly, others within `tolerance` of the larger of 1 and the number.
 */
export function differences(actual: unknown, expected: unknown, tolerance: number, path = ''): string[] {
  if (isContainer(actual) && isContainer(expected)) {
    const keys = [...new Set([...Object.keys(actual), ...Object.keys(expected)])];
    return keys.flatMap((key) => differences(actual[key], expected[key], tolerance, `${path}.${key}`));
  }
  return same(actual, expected, tolerance) ? [] : [`${path}: ${shown(actual)}, ${shown(expected)}`];
}

const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function same(actual: unknown, expected: unknown, tolerance: number): boolean {
  if (actual === expected) return true;
  if (actual === null || expected === null || actual === undefined || expected === undefined) return false;
  const [a, b] = [Number(actual), Number(expected)];
  if (Number.isNaN(a) || Number.isNaN(b)) return String(actual) === String(expected);
  if (Number.isInteger(b) && Math.abs(b) < 1e9 && tolerance < 1e-9) return a === b || Math.abs(a - b) <= 1e-9;
  return Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
}

const shown = (value: unknown): string =>
  typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing');
