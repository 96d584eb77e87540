import type { ProfileColumn } from '../../../../src/runtime/core/drift/profile';

/** A cell of the table below. */
export type MixedRow = Readonly<Record<string, number | string | boolean | null>>;

/** The columns of the table below; the declared types. */
export const MIXED_COLUMNS: readonly ProfileColumn[] = [
  { name: 'amount', type: 'number' },
  { name: 'zero inflated', type: 'number' },
  { name: 'heavy', type: 'number' },
  { name: 'steps', type: 'integer' },
  { name: 'constant', type: 'number' },
  { name: 'empty', type: 'number' },
  { name: 'huge', type: 'number' },
  { name: 'segment', type: 'category' },
  { name: 'weird', type: 'category' },
  { name: 'code', type: 'category' },
  { name: 'level', type: 'category' },
  { name: 'blank', type: 'string' },
  { name: 'active', type: 'boolean' },
  { name: 'o"d`d; -- \\', type: 'category' },
];

/** Categories held as floating-point numbers. */
export const FLOATING = ['level'];

const WEIRD = ["it's", 'say "hi"', 'back\\slash', 'tick`', 'naïve 日本 🚲', 'a\nb\tc', "'); DROP TABLE t; --", ''];

/**
 * Rows of every kind of value that a profile has to sort out: nulls, NaN, infinities, heavy values, few and many
 * categories, categories that need quoting, whole numbers as floats. The same rows for the same arguments.
 * @param shift how far the numbers are moved and which categories are new
 */
export function mixedRows(count: number, shift: number): MixedRow[] {
  return Array.from({ length: count }, (_, i) => {
    const wave = ((i * 7919) % 10007) / 10007;
    return {
      amount: special(i) ?? (wave - 0.5) * 12.5 + shift,
      'zero inflated': i % 4 === 0 ? 0 : wave * 3 - 1,
      heavy: i % 6 === 0 ? 0.1 : i % 9 === 0 ? null : wave + shift / 100,
      steps: i % 13 === 0 ? null : Math.floor(wave * 5) + shift,
      constant: 7.25,
      empty: null,
      huge: 1.7e9 + wave,
      segment: i % 10 === 0 ? null : `segment-${Math.floor(wave * wave * 60) + shift * 20}`,
      weird: WEIRD[i % WEIRD.length]!,
      code: `code-${(i * 31) % (900 + shift * 700)}`,
      level: i % 17 === 0 ? Number.NaN : i % 5 === 0 ? null : (i % 3) + shift,
      blank: null,
      active: i % 8 === 0 ? null : wave < 0.3,
      'o"d`d; -- \\': i % 2 === 0 ? '%' : '_',
    };
  });
}

function special(i: number): number | null | undefined {
  if (i % 37 === 0) return Number.NaN;
  if (i % 41 === 0) return Number.POSITIVE_INFINITY;
  if (i % 43 === 0) return Number.NEGATIVE_INFINITY;
  return i % 11 === 0 ? null : undefined;
}
