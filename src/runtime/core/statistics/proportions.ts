import { betaQuantile, normalQuantile } from './distributions';

/** One-sided lower and upper bounds, each at its own error rate α. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Exact one-sided bounds of a proportion (Clopper and Pearson, Biometrika 26, 1934), by quantiles of the beta distribution.
 * They stay apart from 0 and 1 where every trial went the same way, where a resampled bound does not.
 * @param successes from 0 to `trials`; need not be whole
 */
export function proportionBounds(successes: number, trials: number, alpha: number): Bounds {
  if (trials === 0) return { lower: 0, upper: 1 };
  const failures = Math.max(0, trials - successes);
  return {
    lower: successes <= 0 ? 0 : failures === 0 ? alpha ** (1 / trials) : betaQuantile(alpha, successes, failures + 1),
    upper:
      failures <= 0
        ? 1
        : successes === 0
          ? 1 - alpha ** (1 / trials)
          : betaQuantile(1 - alpha, successes + 1, failures),
  };
}

/**
 * One-sided bounds of the difference of two proportions on the same rows (Bonett and Price, J. Educational and Behavioral Statistics
 * 37, 2012): Wald's interval after one row more on each side of the disagreement. Without any disagreement they are not zero wide.
 * @param gains rows that only the first arm has right
 * @param losses rows that only the second arm has right
 */
export function pairedDifferenceBounds(gains: number, losses: number, rows: number, alpha: number): Bounds {
  const total = rows + 2;
  const gained = (gains + 1) / total;
  const lost = (losses + 1) / total;
  const difference = gained - lost;
  const halfWidth = normalQuantile(1 - alpha) * Math.sqrt((gained + lost - difference ** 2) / total);
  return { lower: Math.max(-1, difference - halfWidth), upper: Math.min(1, difference + halfWidth) };
}
