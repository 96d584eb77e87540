import { type Moments, SKETCH_STEPS } from './profile';

/**
 * The quantile at `p` in [0, 1] of ascending values, at least one: linear interpolation between the order statistics
 * around `p (n − 1)` (type 7 of Hyndman and Fan 1996; SQL's `quantile_cont`).
 */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  return interpolate(sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!, position - below);
}

/** The 101 quantiles 0, 0.01 … 1 of ascending values; null when there are none. */
export function sketchOfSorted(sorted: ArrayLike<number>): number[] | null {
  if (sorted.length === 0) return null;
  return Array.from({ length: SKETCH_STEPS + 1 }, (_, step) => quantileOfSorted(sorted, step / SKETCH_STEPS));
}

/** `low` at 0, `high` at 1; equal ends give exactly that value, and the difference may not overflow. */
export function interpolate(low: number, high: number, fraction: number): number {
  if (low === high) return low;
  const difference = high - low;
  return Number.isFinite(difference) ? low + difference * fraction : low * (1 - fraction) + high * fraction;
}

/**
 * Mean, sample standard deviation, least and greatest of ascending finite values; null when there are none. The values
 * are scaled by the greatest magnitude first, so that sums do not overflow; a deviation above the greatest double is it.
 */
export function momentsOfSorted(sorted: ArrayLike<number>): Moments | null {
  const n = sorted.length;
  if (n === 0) return null;
  const min = sorted[0]!;
  const max = sorted[n - 1]!;
  const scale = Math.max(Math.abs(min), Math.abs(max));
  if (scale === 0) return { mean: 0, standardDeviation: 0, min, max };
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < n; index++) {
    const value = sorted[index]! / scale;
    const difference = value - mean;
    mean += difference / (index + 1);
    squares += difference * (value - mean);
  }
  const deviation = min === max ? 0 : Math.sqrt(squares / (n - 1)) * scale;
  return {
    mean: min === max ? min : Math.min(Math.max(mean * scale, min), max),
    standardDeviation: Math.min(deviation, Number.MAX_VALUE),
    min,
    max,
  };
}
