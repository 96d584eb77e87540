import quantileOfBeta from '@stdlib/stats-base-dists-beta-quantile';
import cdfOfBinomial from '@stdlib/stats-base-dists-binomial-cdf';
import cdfOfChiSquared from '@stdlib/stats-base-dists-chisquare-cdf';
import quantileOfChiSquared from '@stdlib/stats-base-dists-chisquare-quantile';
import cdfOfHypergeometric from '@stdlib/stats-base-dists-hypergeometric-cdf';
import cdfOfNormal from '@stdlib/stats-base-dists-normal-cdf';
import quantileOfNormal from '@stdlib/stats-base-dists-normal-quantile';
import quantileOfStudentT from '@stdlib/stats-base-dists-t-quantile';

/*
 * The only file of the core that knows the statistics library: `p` is a probability in [0, 1], `cdf` is P(X ≤ x).
 * Arguments outside a distribution's domain give NaN, as in the library; callers guard before they call.
 */

/** Quantile of the standard normal distribution; −∞ at 0 and +∞ at 1. */
export function normalQuantile(p: number): number {
  return quantileOfNormal(p, 0, 1);
}

/** P(Z ≤ x) of the standard normal distribution. */
export function normalCdf(x: number): number {
  return cdfOfNormal(x, 0, 1);
}

/** Quantile of the chi-squared distribution with `df` > 0 degrees of freedom. */
export function chiSquaredQuantile(p: number, df: number): number {
  return quantileOfChiSquared(p, df);
}

/** P(X ≤ x) of the chi-squared distribution with `df` > 0 degrees of freedom. */
export function chiSquaredCdf(x: number, df: number): number {
  return cdfOfChiSquared(x, df);
}

/** Quantile of the beta distribution with shapes `a`, `b` > 0. */
export function betaQuantile(p: number, a: number, b: number): number {
  return quantileOfBeta(p, a, b);
}

/** P(X ≤ k) successes in `n` trials of success probability `p`. */
export function binomialCdf(k: number, n: number, p: number): number {
  return cdfOfBinomial(k, n, p);
}

/** P(X ≤ k) successes in `draws` without replacement from `population` items of which `successes` are successes. */
export function hypergeometricCdf(k: number, population: number, successes: number, draws: number): number {
  return cdfOfHypergeometric(k, population, successes, draws);
}

/** Quantile of Student's t distribution with `df` > 0 degrees of freedom. */
export function studentTQuantile(p: number, df: number): number {
  return quantileOfStudentT(p, df);
}
