import { type Moments, type NumericCounts, SKETCH_STEPS } from '../core/drift/profile';
import { cutPointsOf, foldCells } from './cells';
import { type NumericTask, resultName } from './profile-task';
import { countIn, countsIn, numberIn, numbersIn, type ReplyRow } from './reply';

/** The 101 levels of a profile's sketch: 0, 0.01 … 1. */
export const SKETCH_LEVELS: readonly number[] = Array.from(
  { length: SKETCH_STEPS + 1 },
  (_, step) => step / SKETCH_STEPS,
);

/** What a reply counts of a numeric column; the sketch and the moments are null where the task does not ask for them. */
export function numericCounts(
  row: ReplyRow,
  task: NumericTask,
  index: number,
  edges: readonly number[],
  heavy: readonly number[],
): NumericCounts & { readonly heavyCounts: readonly number[] } {
  const rows = countIn(row, 'row_count');
  const present = countIn(row, resultName(index, 'present'));
  const length = cutPointsOf(edges, heavy).length + 3;
  const cells = countsIn(row, resultName(index, 'cells'), length) ?? new Array<number>(length).fill(0);
  const moments = task.momentsAround === null ? null : momentsIn(row, index, task.momentsAround);
  const quantiles = task.quantiles === null ? null : quantilesIn(row, index, task.quantiles.levels);
  return {
    rows,
    nulls: rows - present,
    // What is present and in no cell is NaN, or no number at all.
    nans: present - cells.reduce((sum, count) => sum + count, 0),
    ...foldCells(cells, edges, heavy),
    moments,
    quantiles: quantiles === null ? null : withinExtremes(quantiles.slice(0, SKETCH_STEPS + 1), moments),
  };
}

/** The quantiles of a reply in the order of `levels`, which rise; null when there is no finite value. */
export function quantilesIn(row: ReplyRow, index: number, levels: readonly number[]): number[] | null {
  const quantiles = numbersIn(row, resultName(index, 'quantiles'), levels.length);
  // A sketch that interpolates can give a quantile that is a rounding below the one before.
  return quantiles?.map((value) => (value === 0 ? 0 : value)).sort((a, b) => a - b) ?? null;
}

/** A sketch's ends are estimates; the least and the greatest value are known. */
export function withinExtremes(quantiles: readonly number[], moments: Moments | null): number[] {
  if (moments === null) return [...quantiles];
  const { min, max } = moments;
  return quantiles.map((value, step) =>
    step === 0 ? min : step === SKETCH_STEPS ? max : Math.min(Math.max(value, min), max),
  );
}

/**
 * Mean and sample deviation from sums of differences from a value near the mean. Null when there is no finite value, or
 * one so large (1e145) that squares have no room in a double.
 */
function momentsIn(row: ReplyRow, index: number, around: number): Moments | null {
  const read = (part: string): number | null => numberIn(row, resultName(index, part));
  const min = read('least');
  const max = read('greatest');
  const sum = read('sum');
  const squares = read('squares');
  const n = countIn(row, resultName(index, 'finite'));
  if (min === null || max === null || sum === null || squares === null) return null;
  if (countIn(row, resultName(index, 'summed')) !== n) return null;
  const mean = Math.min(Math.max(around + sum / n, min), max);
  const variance = n < 2 ? 0 : Math.max(squares - (sum * sum) / n, 0) / (n - 1);
  return { mean, standardDeviation: min === max ? 0 : Math.sqrt(variance), min, max };
}
