import { chiSquaredQuantile } from '../statistics/distributions';
import type { AlignedBin } from './aligned-bins';
import { balancedTerm, jensenShannonTerm, psiTerm } from './divergences';
import { SHARE_FLOOR } from './profile';

/**
 * Probability with which a window of the reference's own distribution may exceed a chance bound in any column at all;
 * shared by the columns that are judged together (Bonferroni).
 */
export const DRIFT_ALPHA = 0.01;

/** A divergence that is a sum over bins, and its curvature c: near p the term is c (q − p)² / p. */
export interface BinnedDivergence {
  readonly term: (p: number, q: number) => number;
  readonly curvature: number;
  readonly shareFloor: number;
}

export const PSI: BinnedDivergence = { term: psiTerm, curvature: 1, shareFloor: SHARE_FLOOR };
export const JENSEN_SHANNON: BinnedDivergence = {
  term: jensenShannonTerm,
  curvature: 1 / (8 * Math.LN2),
  shareFloor: 0,
};
export const BALANCED: BinnedDivergence = { term: balancedTerm, curvature: 1 / 4, shareFloor: 0 };

/** From this many expected rows in a bin its count is taken as normal; below, the binomial is summed. */
const NORMAL_FROM = 30;

/**
 * What the divergence of two samples of one distribution exceeds with probability `alpha`.
 *
 * For well-filled bins that is `c (1/n + 1/m) χ²_{B−1, 1−α}` (Yurdakul 2018 for PSI, c = 1). Bins with few expected
 * rows jump further than χ² knows, because a bin that happens to be empty weighs at its floor; so the mean and variance
 * of each such bin's term are summed over the binomial distribution of its count, and the bound is the quantile of the
 * gamma distribution with the sum's mean and variance (Satterthwaite 1946). The greater of both stands.
 * @param alpha probability in (0, 1)
 * @returns 0 when there is one bin: then both sides are equal
 */
export function binnedChanceBound(bins: readonly AlignedBin[], divergence: BinnedDivergence, alpha: number): number {
  const n = bins.reduce((total, bin) => total + bin.reference, 0);
  const m = bins.reduce((total, bin) => total + bin.window, 0);
  if (bins.length < 2 || n === 0 || m === 0) return 0;
  const asymptotic = divergence.curvature * (1 / n + 1 / m) * chiSquaredQuantile(1 - alpha, bins.length - 1);
  let mean = 0;
  let variance = 0;
  for (const bin of bins) {
    const share = (bin.reference + bin.window) / (n + m);
    const ofReference = termMoments(divergence, share, n);
    const ofWindow = termMoments(divergence, share, m);
    mean += ofReference.mean + ofWindow.mean;
    // The term is quadratic in the difference of both sides, so its deviations add, not its variances.
    variance += (ofReference.deviation + ofWindow.deviation) ** 2;
  }
  if (!(mean > 0) || !(variance > 0)) return asymptotic;
  const degreesOfFreedom = (2 * mean * mean) / variance;
  const matched = (variance / (2 * mean)) * chiSquaredQuantile(1 - alpha, degreesOfFreedom);
  return Math.max(asymptotic, matched);
}

/** Mean and deviation of one bin's term when a sample of `rows` meets its true share. */
function termMoments(
  { term, curvature, shareFloor }: BinnedDivergence,
  share: number,
  rows: number,
): { mean: number; deviation: number } {
  if (share * rows >= NORMAL_FROM || share >= 1) {
    return { mean: (curvature * (1 - share)) / rows, deviation: (curvature * Math.sqrt(2 * (1 - share))) / rows };
  }
  const expected = share * rows;
  const truth = Math.max(share, shareFloor);
  let probability = Math.exp(rows * Math.log1p(-share));
  let mean = 0;
  let square = 0;
  for (let count = 0; count <= rows; count++) {
    const value = term(truth, Math.max(count / rows, shareFloor));
    mean += probability * value;
    square += probability * value * value;
    if (count > expected && probability < 1e-15) break;
    probability *= ((rows - count) / (count + 1)) * (share / (1 - share));
  }
  return { mean, deviation: Math.sqrt(Math.max(square - mean * mean, 0)) };
}
