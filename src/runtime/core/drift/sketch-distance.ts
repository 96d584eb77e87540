import type { NumericReference, NumericWindow } from './profile';
import { SKETCH_STEPS } from './profile';

/*
 * Distances of two numeric columns from their quantile sketches, so that no row is needed. Between two quantiles the
 * distribution function is taken as linear; that is off by at most one step (0.01) on each side.
 */

/** Share of a numeric column that has no number: nulls and NaN. */
export function missingShare({ nulls, nans, rows }: NumericReference | NumericWindow): number {
  return rows === 0 ? 0 : (nulls + nans) / rows;
}

/**
 * Kolmogorov–Smirnov distance sup |F − G|, 0 … 1, over all rows: missing values sort before every number and infinities
 * stand at the ends, so a column that loses its values has moved too. Without them it is the two-sample statistic.
 * @param enough a distance from which on the exact value is of no interest: any value above it may be returned instead
 */
export function sketchKolmogorovSmirnov(
  reference: NumericReference,
  window: NumericWindow,
  enough = Number.POSITIVE_INFINITY,
): number {
  if (reference.rows === 0 || window.rows === 0) return 0;
  const left = distribution(reference);
  const right = distribution(window);
  let distance = Math.max(
    Math.abs(left.missing - right.missing),
    Math.abs(left.belowFinite - right.belowFinite),
    Math.abs(left.upToFinite - right.upToFinite),
  );
  for (const quantiles of [reference.quantiles ?? [], window.quantiles ?? []]) {
    for (const value of quantiles) {
      if (distance > enough) return distance;
      distance = Math.max(
        distance,
        Math.abs(left.below(value) - right.below(value)),
        Math.abs(left.upTo(value) - right.upTo(value)),
      );
    }
  }
  return Math.min(distance, 1);
}

interface Distribution {
  readonly missing: number;
  /** Share of rows that are missing or negative infinity. */
  readonly belowFinite: number;
  /** Share of all rows but those with positive infinity. */
  readonly upToFinite: number;
  below(value: number): number;
  upTo(value: number): number;
}

function distribution(column: NumericReference | NumericWindow): Distribution {
  const missing = missingShare(column);
  const belowFinite = missing + column.negativeInfinities / column.rows;
  const upToFinite = 1 - column.positiveInfinities / column.rows;
  const finite = upToFinite - belowFinite;
  const quantiles = column.quantiles;
  return {
    missing,
    belowFinite,
    upToFinite,
    below: (value) => belowFinite + (quantiles === null ? 0 : finite * shareBelow(quantiles, value)),
    upTo: (value) => belowFinite + (quantiles === null ? 0 : finite * shareUpTo(quantiles, value)),
  };
}

/** P(X ≤ value) of the distribution with these ascending quantiles. */
export function shareUpTo(quantiles: readonly number[], value: number): number {
  const after = firstIndex(quantiles, (quantile) => quantile > value);
  if (after === 0) return 0;
  if (after === quantiles.length) return 1;
  return (after - 1 + fractionOf(quantiles[after - 1]!, quantiles[after]!, value)) / (quantiles.length - 1);
}

/** P(X < value) of the distribution with these ascending quantiles. */
export function shareBelow(quantiles: readonly number[], value: number): number {
  const from = firstIndex(quantiles, (quantile) => quantile >= value);
  if (from === 0) return 0;
  if (from === quantiles.length) return 1;
  return (from - 1 + fractionOf(quantiles[from - 1]!, quantiles[from]!, value)) / (quantiles.length - 1);
}

function firstIndex(values: readonly number[], holds: (value: number) => boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(values[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function fractionOf(low: number, high: number, value: number): number {
  const width = high - low;
  return Number.isFinite(width) ? (value - low) / width : (value / 2 - low / 2) / (high / 2 - low / 2);
}

/** The Wasserstein distance in reference deviations, and what its chance bound needs. */
export interface SketchWasserstein {
  /** 0 or more, in winsorised standard deviations of the reference. */
  readonly distance: number;
  /** Greater standard deviation of the two sides in the same unit, so 1 or more; 0 where there is none to compare. */
  readonly deviation: number;
  /** Greater ∫ √(F (1 − F)) dx of the two sides in the same unit: how far a sample's distribution function strays. */
  readonly spread: number;
}

/** The quantiles 0.01 … 0.99: one outlier cannot reach them. */
const FIRST = 1;
const LAST = SKETCH_STEPS - 1;

/** Shares of the rows that have no finite number: missing, −∞ and +∞. */
export function notFiniteShares(column: NumericReference | NumericWindow): readonly [number, number, number] {
  const { rows, negativeInfinities, positiveInfinities } = column;
  if (rows === 0) return [0, 0, 0];
  return [missingShare(column), negativeInfinities / rows, positiveInfinities / rows];
}

/** Share of rows that changed between a finite number, missing, −∞ and +∞: the distance in total variation. */
function shareThatLeft(reference: NumericReference, window: NumericWindow): number {
  const others = notFiniteShares(window);
  const changes = notFiniteShares(reference).map((share, kind) => others[kind]! - share);
  const finite = -changes.reduce((sum, change) => sum + change, 0);
  return [...changes, finite].reduce((sum, change) => sum + Math.abs(change), 0) / 2;
}

/**
 * Wasserstein-1 distance ∫ |Q − R| du of the middle 98 % of both sides over the reference's standard deviation
 * (winsorised at 1 % and 99 %), so that neither an outlier's distance nor an outlier's deviation decides. A value that
 * went missing or infinite, or stopped to be, counts as moved by one deviation; where the reference has no deviation, so does
 * every other value.
 */
export function sketchWasserstein(reference: NumericReference, window: NumericWindow): SketchWasserstein {
  const moved = shareThatLeft(reference, window);
  if (reference.quantiles === null || window.quantiles === null) return { distance: moved, deviation: 0, spread: 0 };
  const unit = Math.max(...[...middle(reference.quantiles), ...middle(window.quantiles)].map(Math.abs));
  if (unit === 0) return { distance: moved, deviation: 0, spread: 0 };
  const left = middle(reference.quantiles).map((value) => value / unit);
  const right = middle(window.quantiles).map((value) => value / unit);
  const deviation = winsorisedDeviation(left);
  if (deviation === 0) {
    const others = right.filter((value) => value !== left[0]).length / right.length;
    return { distance: others + moved, deviation: 0, spread: 0 };
  }
  let area = 0;
  for (let index = 0; index + 1 < left.length; index++) {
    area += areaBetween(left[index]! - right[index]!, left[index + 1]! - right[index + 1]!) / SKETCH_STEPS;
  }
  return {
    distance: Math.min(area / deviation + moved, Number.MAX_VALUE),
    deviation: Math.min(Math.max(winsorisedDeviation(right) / deviation, 1), Number.MAX_VALUE),
    spread: Math.min(Math.max(spreadOf(left), spreadOf(right)) / deviation, Number.MAX_VALUE),
  };
}

function spreadOf(quantiles: readonly number[]): number {
  let spread = 0;
  for (let index = 0; index + 1 < quantiles.length; index++) {
    const share = (FIRST + index + 0.5) / SKETCH_STEPS;
    spread += Math.sqrt(share * (1 - share)) * (quantiles[index + 1]! - quantiles[index]!);
  }
  return spread;
}

function middle(quantiles: readonly number[]): readonly number[] {
  return quantiles.slice(FIRST, LAST + 1);
}

/** ∫ |line| over a unit step between two ordinates. */
function areaBetween(start: number, end: number): number {
  if (start * end >= 0) return (Math.abs(start) + Math.abs(end)) / 2;
  return (start * start + end * end) / (2 * (Math.abs(start) + Math.abs(end)));
}

function winsorisedDeviation(quantiles: readonly number[]): number {
  const first = quantiles[0]!;
  if (first === quantiles[quantiles.length - 1]) return 0;
  // From the first quantile on, so that a large offset does not cancel the digits of a small spread.
  const shifted = quantiles.map((value) => value - first);
  const tail = FIRST / SKETCH_STEPS;
  const last = shifted[shifted.length - 1]!;
  let mean = tail * last;
  let square = tail * last * last;
  for (let index = 0; index + 1 < shifted.length; index++) {
    const [low, high] = [shifted[index]!, shifted[index + 1]!];
    mean += (low + high) / 2 / SKETCH_STEPS;
    square += (low * low + low * high + high * high) / 3 / SKETCH_STEPS;
  }
  return Math.sqrt(Math.max(square - mean * mean, 0));
}
