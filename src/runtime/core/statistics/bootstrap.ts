import { normalQuantile } from './distributions';
import type { Random } from './random';

/** Resamples of every bootstrap interval of the core. */
export const RESAMPLES = 1000;

/** Below this many resamples beyond a bound, its order statistic is too noisy and the normal tail takes over. */
const FEWEST_BEYOND = 5;

/**
 * Draws `resamples` samples of n rows with replacement (Efron, Annals of Statistics 7, 1979) and shows each as the number of times
 * every row was drawn. The array is used again: read it before returning. O(resamples × n).
 */
export function forEachResample(
  rows: number,
  random: Random,
  resamples: number,
  visit: (counts: Uint16Array, index: number) => void,
): void {
  const counts = new Uint16Array(rows);
  for (let index = 0; index < resamples; index++) {
    counts.fill(0);
    for (let draw = 0; draw < rows; draw++) counts[random.integer(rows)]!++;
    visit(counts, index);
  }
}

/** Values of a statistic on every resample, ready to be asked for one-sided bounds. */
export interface Resampled {
  /** Standard deviation of the finite values: the statistic's standard error. */
  readonly standardError: number;
  /** Lower bound at error rate α, or −∞ when too many resamples have no value. */
  lower(alpha: number): number;
  /** Upper bound at error rate α, or +∞ when too many resamples have no value. */
  upper(alpha: number): number;
}

/**
 * One-sided percentile bounds (Davison and Hinkley, Bootstrap Methods and their Application, 1997, 5.2): the order statistic of rank
 * α (B + 1), rounded outwards. Where that rank is below five, as after a correction for many slices, the bound is
 * estimate ± z(1 − α) standard errors, or the fifth value if that lies further out.
 * A resample without a finite value counts against both bounds.
 */
export function resampledBounds(values: Float64Array, estimate: number): Resampled {
  const finite = values.filter(Number.isFinite).sort();
  const missing = values.length - finite.length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const spread = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = finite.length > 1 ? Math.sqrt(spread / (finite.length - 1)) : Number.POSITIVE_INFINITY;

  /** How far out the bound lies, as a place from the end of the sorted values, from 0; negative: beyond all values. */
  const place = (alpha: number): number => Math.floor(alpha * (values.length + 1)) - 1 - missing;
  const isTail = (alpha: number): boolean => Math.floor(alpha * (values.length + 1)) < FEWEST_BEYOND;
  /** With fewer than two values there is no spread, and so no bound. */
  const normalWidth = (alpha: number): number =>
    finite.length > 1 ? normalQuantile(1 - alpha) * standardError : Number.POSITIVE_INFINITY;
  const fifth = FEWEST_BEYOND - 1 - missing;

  return {
    standardError,
    lower(alpha) {
      if (!isTail(alpha)) return finite.at(nonNegative(place(alpha))) ?? Number.NEGATIVE_INFINITY;
      const normal = estimate - normalWidth(alpha);
      return Math.min(normal, finite.at(nonNegative(fifth)) ?? Number.NEGATIVE_INFINITY);
    },
    upper(alpha) {
      const fromEnd = (at: number): number => finite[finite.length - 1 - at] ?? Number.POSITIVE_INFINITY;
      if (!isTail(alpha)) return fromEnd(nonNegative(place(alpha)));
      const normal = estimate + normalWidth(alpha);
      return Math.max(normal, fromEnd(nonNegative(fifth)));
    },
  };
}

/** Instead of a negative place, which `at` would count from the end, one that no list has. */
function nonNegative(place: number): number {
  return place < 0 ? Number.POSITIVE_INFINITY : place;
}
