import type { Column } from '../../definition/data';
import { normalCdf, normalQuantile } from '../../runtime/core/statistics/distributions';
import { cannotMakeUp } from './cannot-make-up';
import { type MadeColumn, momentsOf } from './made-column';

type Numeric = Extract<Column, { type: 'number' | 'integer' }>;

/** Length of a range that the definition leaves open. */
const OPEN_RANGE = 100;
/** Standard deviation in parts of the range. */
const SPREAD = { number: 0.1, integer: 0.18 } as const;
/** Where the centre lies in the range: between these parts of it. */
const CENTRE = { from: 0.3, width: 0.4 } as const;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Digits behind the first one of the range that numbers are written with. */
const DIGITS = 5;
const GRID = 500;

/**
 * The values that a numeric column may have, both inclusive; whole numbers for an integer.
 * @throws OperationError `cannotMakeUp` when no whole number is within min and max
 */
export function rangeOf(name: string, column: Numeric): { readonly min: number; readonly max: number } {
  const length = Math.max(OPEN_RANGE, Math.abs(column.min ?? column.max ?? 0));
  const min = column.min ?? (column.max === undefined ? 0 : column.max - length);
  const max = column.max ?? min + length;
  if (column.type === 'number') return { min, max };
  const whole = { min: Math.ceil(min), max: Math.floor(max) };
  if (whole.min <= whole.max) return whole;
  const got = `no whole number from ${min} to ${max}`;
  throw cannotMakeUp(`data.columns.${name}`, got, 'an integer within min and max', 'mend min and max, or the type');
}

/**
 * Numbers of a normal distribution that is cut off at the range. Centres differ from column to column, so that columns of
 * one range can be told from each other.
 * @param place of the column among the others
 */
export function numericColumn(name: string, column: Numeric, place: number): MadeColumn {
  const { min, max } = rangeOf(name, column);
  const isWhole = column.type === 'integer';
  // A whole number stands for the half below and above it.
  const [low, high] = isWhole ? [min - 0.5, max + 0.5] : [min, max];
  const centre = low + (high - low) * (CENTRE.from + CENTRE.width * ((0.15 + place * GOLDEN) % 1));
  const spread = Math.max((high - low) * SPREAD[column.type], Number.MIN_VALUE);
  const [below, above] = [normalCdf((low - centre) / spread), normalCdf((high - centre) / spread)];
  const digits = Math.min(Math.max(DIGITS - Math.floor(Math.log10(Math.max(high - low, 1e-12))), 0), 15);
  const units = 10 ** digits;
  const within = (value: number): number => {
    const rounded = isWhole ? Math.round(value) : column.unique ? value : Math.round(value * units) / units;
    return Math.min(Math.max(rounded, min), max);
  };
  const make = (u: number): number => within(centre + spread * normalQuantile(below + u * (above - below)));
  const grid = Array.from({ length: GRID }, (_, step) => make((step + 0.5) / GRID));
  const { mean, deviation } = momentsOf(grid, new Array<number>(GRID).fill(1 / GRID));
  return {
    name,
    make,
    signal: {
      score: (value) => (Number(value) - mean) / deviation,
      move: (value, by) => within(Number(value) + by * deviation),
    },
  };
}

/** Whole numbers one after the other, for a column in which each has to be another. */
export function countingColumn(name: string, column: Numeric): MadeColumn {
  const { min, max } = rangeOf(name, column);
  const last = column.max === undefined ? Number.MAX_SAFE_INTEGER : max;
  return {
    name,
    make: (_, { index }) => {
      if (min + index <= last) return min + index;
      const got = `${last - min + 1} whole numbers from ${min} to ${last}`;
      throw cannotMakeUp(`data.columns.${name}`, got, 'a number for each row', 'raise max, or make fewer events');
    },
    signal: null,
  };
}
