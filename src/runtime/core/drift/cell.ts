/**
 * A cell of a numeric column as a number; null for a missing one (null, undefined, an empty text). Text is read as a
 * number is written, booleans are 1 and 0, and what is no number is NaN. Negative zero is zero.
 */
export function numberOf(cell: unknown): number | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'string') {
    const text = cell.trim();
    return text === '' ? null : positiveZero(Number(text));
  }
  if (typeof cell === 'number') return positiveZero(cell);
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return Number(cell);
  return Number.NaN;
}

/** A cell of a categorical column as text; null for a missing one (null, undefined, NaN). Numbers as JSON writes them. */
export function categoryOf(cell: unknown): string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number') return Number.isNaN(cell) ? null : String(positiveZero(cell));
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return String(cell);
  return JSON.stringify(cell) ?? null;
}

function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}
