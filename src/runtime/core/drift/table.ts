import { categoryOf, numberOf } from './cell';

/** Rows in memory: a cell by column name. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The cells of a numeric column, sorted out by what they are. */
export interface NumericCells {
  readonly rows: number;
  readonly nulls: number;
  readonly nans: number;
  readonly positiveInfinities: number;
  readonly negativeInfinities: number;
  /** Ascending. */
  readonly finite: Float64Array;
}

/** The cells of a categorical column, counted. */
export interface CategoricalCells {
  readonly rows: number;
  readonly nulls: number;
  /** By falling count, then rising value by code point. */
  readonly categories: readonly { readonly value: string; readonly count: number }[];
}

export function readNumeric(rows: Rows, column: string): NumericCells {
  const finite = new Float64Array(rows.length);
  let kept = 0;
  let nulls = 0;
  let nans = 0;
  let positiveInfinities = 0;
  let negativeInfinities = 0;
  for (const row of rows) {
    const value = numberOf(row[column]);
    if (value === null) nulls++;
    else if (Number.isNaN(value)) nans++;
    else if (value === Number.POSITIVE_INFINITY) positiveInfinities++;
    else if (value === Number.NEGATIVE_INFINITY) negativeInfinities++;
    else finite[kept++] = value;
  }
  return {
    rows: rows.length,
    nulls,
    nans,
    positiveInfinities,
    negativeInfinities,
    finite: finite.slice(0, kept).sort(),
  };
}

export function readCategories(rows: Rows, column: string): CategoricalCells {
  const counts = new Map<string, number>();
  let nulls = 0;
  for (const row of rows) {
    const category = categoryOf(row[column]);
    if (category === null) nulls++;
    else counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  const categories = [...counts].map(([value, count]) => ({ value, count }));
  categories.sort((a, b) => b.count - a.count || byText(a.value, b.value));
  return { rows: rows.length, nulls, categories };
}

/** Order of texts by code point, as SQL engines with a binary collation have it; no locale changes it. */
export function byText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** UTF-16 puts the surrogates of high code points below U+E000 … U+FFFF; code points have them above. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** True when at least one row has a cell of that name, be it null. */
export function hasColumn(rows: Rows, column: string): boolean {
  return rows.some((row) => Object.hasOwn(row, column));
}
