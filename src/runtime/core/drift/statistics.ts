import type { DriftMethod } from '../../../kernel/drift-defaults';
import { normalQuantile } from '../statistics/distributions';
import { type AlignedBin, alignCategorical, alignNumeric } from './aligned-bins';
import { BALANCED, binnedChanceBound, JENSEN_SHANNON, PSI } from './chance';
import { chiSquaredTest, jensenShannonDistance, populationStabilityIndex } from './divergences';
import {
  type ColumnReference,
  type ColumnWindow,
  type NumericReference,
  type NumericWindow,
  SKETCH_STEPS,
} from './profile';
import { notFiniteShares, sketchKolmogorovSmirnov, sketchWasserstein } from './sketch-distance';

/** A column of the reference with the same column of a window. */
export type ColumnPair =
  | { readonly kind: 'numeric'; readonly reference: NumericReference; readonly window: NumericWindow }
  | {
      readonly kind: 'categorical';
      readonly reference: Extract<ColumnReference, { kind: 'categorical' }>;
      readonly window: Extract<ColumnWindow, { kind: 'categorical' }>;
    };

/** The pair, when both sides are of one kind. */
export function pairOf(reference: ColumnReference, window: ColumnWindow): ColumnPair | undefined {
  if (reference.kind === 'numeric' && window.kind === 'numeric') return { kind: 'numeric', reference, window };
  if (reference.kind === 'categorical' && window.kind === 'categorical') {
    return { kind: 'categorical', reference, window };
  }
  return undefined;
}

export function binsOf(pair: ColumnPair): AlignedBin[] {
  return pair.kind === 'numeric'
    ? alignNumeric(pair.reference, pair.window)
    : alignCategorical(pair.reference, pair.window);
}

/** A statistic, and what it exceeds by chance alone with the probability that was asked for. */
export interface Measured {
  readonly statistic: number;
  readonly chanceBound: number;
}

/**
 * One method's statistic of a pair, both sides with at least one row. Finite and 0 or more, always. The statistic of
 * `chiSquared` is Cramér's V as of two samples of equal size, so that it does not shrink with the row counts. Methods
 * that need an order compare categories by PSI.
 */
export function statisticOf(pair: ColumnPair, method: DriftMethod): number {
  if (pair.kind === 'numeric' && method === 'kolmogorovSmirnov') {
    return sketchKolmogorovSmirnov(pair.reference, pair.window);
  }
  if (pair.kind === 'numeric' && method === 'wasserstein')
    return sketchWasserstein(pair.reference, pair.window).distance;
  const bins = binsOf(pair);
  if (method === 'jensenShannon') return jensenShannonDistance(bins);
  return method === 'chiSquared' ? chiSquaredTest(bins).balancedCramersV : populationStabilityIndex(bins);
}

/**
 * What the statistic exceeds by chance alone, both sides being samples of one distribution. Finite and 0 or more.
 * @param alpha probability with which it may, in (0, 1)
 */
export function chanceBoundOf(pair: ColumnPair, method: DriftMethod, alpha: number): number {
  if (pair.kind === 'numeric' && method === 'kolmogorovSmirnov') {
    // The sketches place an atom's two ends to within one step, which differs between the sides.
    const bound = kolmogorovSmirnovBound(pair.reference.rows, pair.window.rows, alpha);
    return Math.min(bound + 1 / SKETCH_STEPS, 1);
  }
  if (pair.kind === 'numeric' && method === 'wasserstein') return wassersteinBound(pair, alpha);
  const bins = binsOf(pair);
  if (method === 'jensenShannon') return Math.min(Math.sqrt(binnedChanceBound(bins, JENSEN_SHANNON, alpha)), 1);
  if (method === 'chiSquared') return Math.min(Math.sqrt(binnedChanceBound(bins, BALANCED, alpha)), 1);
  return binnedChanceBound(bins, PSI, alpha);
}

/** A method's statistic of a pair with its chance bound. */
export function measure(pair: ColumnPair, method: DriftMethod, alpha: number): Measured {
  return { statistic: statisticOf(pair, method), chanceBound: chanceBoundOf(pair, method, alpha) };
}

/**
 * Bound of Kolmogorov–Smirnov: √(½ ln(2/α) (1/n + 1/m)), Smirnov's limit, which holds for any distribution.
 */
export function kolmogorovSmirnovBound(n: number, m: number, alpha: number): number {
  return Math.min(Math.sqrt((Math.log(2 / alpha) / 2) * (1 / n + 1 / m)), 1);
}

/**
 * Bound of Wasserstein: with e = √(1/n + 1/m), the distance of two samples has the mean e √(2/π) ∫ √(F (1 − F)) dx and
 * exceeds it by more than t e deviations with probability at most exp(−t²/2): it is the greatest value of a Gaussian
 * process over functions of slope 1, none of which has more variance than the column (Borell and Tsirelson–Ibragimov–
 * Sudakov inequality). The wider of the two sides gives both, because a short reference may miss its own tail. Changed shares of
 * missing and of infinite values add their own normal bounds.
 */
function wassersteinBound({ reference, window }: Extract<ColumnPair, { kind: 'numeric' }>, alpha: number): number {
  const { deviation, spread } = sketchWasserstein(reference, window);
  const error = Math.sqrt(1 / finiteRows(reference) + 1 / finiteRows(window));
  const ofValues = error * (Math.sqrt(2 / Math.PI) * spread + deviation * Math.sqrt(2 * Math.log(1 / alpha)));
  const rows = reference.rows + window.rows;
  const ofWindow = notFiniteShares(window);
  const pooled = notFiniteShares(reference)
    .map((share, kind) => (share * reference.rows + ofWindow[kind]! * window.rows) / rows)
    .filter((share) => share > 0);
  const quantile = normalQuantile(1 - alpha / (2 * Math.max(pooled.length, 1)));
  const ofOthers = pooled.reduce(
    (sum, share) => sum + quantile * Math.sqrt(share * (1 - share) * (1 / reference.rows + 1 / window.rows)),
    0,
  );
  return Math.min(ofValues + ofOthers, Number.MAX_VALUE);
}

/** Rows with a finite number, at least one (so that a column without any has a bound). */
function finiteRows(column: NumericReference | NumericWindow): number {
  const { rows, nulls, nans, positiveInfinities, negativeInfinities } = column;
  return Math.max(rows - nulls - nans - positiveInfinities - negativeInfinities, 1);
}
