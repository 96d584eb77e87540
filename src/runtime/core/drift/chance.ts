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
 * rows jump further than χ² knows, because a bin that happens to be empty weighs at its floor. So the distribution of
 * each such bin's term is taken from the binomial distribution of its count, and two more bounds are computed: the
 * quantile of the gamma distribution with the sum's mean and variance (Satterthwaite 1946), and one bin at its own
 * extreme while the others are at their mean (a heavy-tailed sum is large when one part is). The greatest of the three
 * stands; `bench/decisions/drift.ts` shows how well it keeps `alpha`.
 * @param alpha probability in (0, 1)
 * @returns 0 when there is one bin: then both sides are equal
 */
export function binnedChanceBound(bins: readonly AlignedBin[], divergence: BinnedDivergence, alpha: number): number {
  const n = bins.reduce((total, bin) => total + bin.reference, 0);
  const m = bins.reduce((total, bin) => total + bin.window, 0);
  if (bins.length < 2 || n === 0 || m === 0) return 0;
  const asymptotic = divergence.curvature * (1 / n + 1 / m) * chiSquaredQuantile(1 - alpha, bins.length - 1);
  const tail = alpha / (2 * bins.length);
  let mean = 0;
  let variance = 0;
  let jump = 0;
  for (const bin of bins) {
    const share = (bin.reference + bin.window) / (n + m);
    const ofReference = chanceTerm(divergence, share, n, tail);
    const ofWindow = chanceTerm(divergence, share, m, tail);
    mean += ofReference.mean + ofWindow.mean;
    // The term is quadratic in the difference of both sides, so its deviations add, not its variances.
    variance += (ofReference.deviation + ofWindow.deviation) ** 2;
    jump = Math.max(jump, ofReference.extreme - ofReference.mean, ofWindow.extreme - ofWindow.mean);
  }
  if (!(mean > 0) || !(variance > 0)) return asymptotic;
  const degreesOfFreedom = (2 * mean * mean) / variance;
  const matched = (variance / (2 * mean)) * chiSquaredQuantile(1 - alpha, degreesOfFreedom);
  return Math.max(asymptotic, matched, mean + jump);
}

interface ChanceTerm {
  readonly mean: number;
  readonly deviation: number;
  /** Exceeded with at most the tail's probability; the mean for well-filled bins, which do not jump. */
  readonly extreme: number;
}

/** One bin's term when a sample of `rows` meets its true share. */
function chanceTerm(
  { term, curvature, shareFloor }: BinnedDivergence,
  share: number,
  rows: number,
  tail: number,
): ChanceTerm {
  if (share * rows >= NORMAL_FROM || share >= 1) {
    const mean = (curvature * (1 - share)) / rows;
    return { mean, deviation: (curvature * Math.sqrt(2 * (1 - share))) / rows, extreme: mean };
  }
  const expected = share * rows;
  const truth = Math.max(share, shareFloor);
  const outcomes: { value: number; probability: number }[] = [];
  let probability = Math.exp(rows * Math.log1p(-share));
  for (let count = 0; count <= rows; count++) {
    outcomes.push({ value: term(truth, Math.max(count / rows, shareFloor)), probability });
    if (count > expected && probability < 1e-15) break;
    probability *= ((rows - count) / (count + 1)) * (share / (1 - share));
  }
  const mean = outcomes.reduce((sum, outcome) => sum + outcome.probability * outcome.value, 0);
  const square = outcomes.reduce((sum, outcome) => sum + outcome.probability * outcome.value ** 2, 0);
  outcomes.sort((a, b) => b.value - a.value);
  let beyond = 0;
  const extreme = outcomes.find((outcome) => {
    beyond += outcome.probability;
    return beyond > tail;
  });
  return { mean, deviation: Math.sqrt(Math.max(square - mean * mean, 0)), extreme: extreme?.value ?? mean };
}
