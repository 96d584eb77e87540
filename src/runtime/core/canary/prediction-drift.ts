import { chiSquaredCdf } from '../statistics/distributions';
import { effectiveTrials, type Standardised } from './standardised';

/** Least share of a bucket in a logarithm, as in the drift of windows. */
const SHARE_FLOOR = 1e-4;

/** How far the challenger's answers are from the champion's. */
export interface PredictionDistance {
  /** Population stability index less what chance gives at these counts; at least 0. */
  readonly psi: number;
  /** Pearson's chi-squared statistic of homogeneity. */
  readonly chiSquared: number;
  /** Non-empty buckets less one; 0 when there is nothing to compare. */
  readonly degreesOfFreedom: number;
}

function floored(shares: readonly number[]): number[] {
  const raised = shares.map((share) => Math.max(share, SHARE_FLOOR));
  const total = raised.reduce((sum, share) => sum + share, 0);
  return raised.map((share) => share / total);
}

/**
 * Distance between the arms. PSI = Σ (q − p) ln(q/p) has a mean of about (B − 1)(1/n + 1/m) without any difference
 * (Yurdakul and Naranjo 2020), which is taken off. With one window, `chiSquared` is that of the 2 × B table.
 */
export function predictionDistance(standardised: Standardised): PredictionDistance {
  const { challenger: n, champion: m } = effectiveTrials(standardised);
  if (n === 0 || m === 0) return { psi: 0, chiSquared: 0, degreesOfFreedom: 0 };
  const used = standardised.challenger
    .map((weighted, i) => ({ q: weighted / standardised.weight, p: standardised.champion[i]! / standardised.weight }))
    .filter(({ p, q }) => p > 0 || q > 0);
  const chance = 1 / n + 1 / m;
  const degreesOfFreedom = used.length - 1;
  const p = floored(used.map((bucket) => bucket.p));
  const q = floored(used.map((bucket) => bucket.q));
  const psi = p.reduce((sum, share, i) => sum + (q[i]! - share) * Math.log(q[i]! / share), 0);
  const chiSquared = used.reduce((sum, bucket) => {
    const pooled = (n * bucket.q + m * bucket.p) / (n + m);
    return sum + (bucket.q - bucket.p) ** 2 / (pooled * chance);
  }, 0);
  return { psi: Math.max(0, psi - degreesOfFreedom * chance), chiSquared, degreesOfFreedom };
}

/**
 * Always-valid p-value of a distance at a look: look k may spend α/(k(k + 1)) of a level α, which sums to α over all
 * looks, so the p-value of Pearson's test counts k(k + 1) times. 1 when there is one bucket only.
 * @param look from 1
 */
export function distancePValue({ chiSquared, degreesOfFreedom }: PredictionDistance, look: number): number {
  if (degreesOfFreedom < 1) return 1;
  return Math.min(1, (1 - chiSquaredCdf(chiSquared, degreesOfFreedom)) * look * (look + 1));
}
