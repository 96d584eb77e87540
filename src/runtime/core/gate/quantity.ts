import { resampledBounds } from '../statistics/bootstrap';
import { type BoundsAt, exactBounds, exactDifferenceBounds } from './exact-bounds';
import type { MetricDistribution, Population } from './population';
import type { Interval, IntervalMethod } from './types';

/** A number that is compared with a bound, and how well the rows know it. */
export interface Quantity {
  readonly estimate: number;
  readonly standardError: number;
  readonly method: IntervalMethod;
  /** One-sided lower bound at error rate α; −∞ where there is none. */
  lower(alpha: number): number;
  /** One-sided upper bound at error rate α; +∞ where there is none. */
  upper(alpha: number): number;
}

/** The candidate's value of a metric; null where it has none. */
export function candidateQuantity(metric: string, population: Population): Quantity | null {
  const distribution = population.distributions.get(metric);
  if (distribution === undefined || distribution.candidate === null) return null;
  const exact = exactBounds(metric, distribution.candidate, population.candidate);
  return quantity(distribution.candidate, distribution.candidateResamples, exact);
}

/** candidate − champion of a metric; null where one of them has none. */
export function differenceQuantity(metric: string, population: Population): Quantity | null {
  const distribution = population.distributions.get(metric);
  const difference = distribution && differenceOf(distribution);
  if (
    !distribution?.differenceResamples ||
    population.champion === null ||
    difference === null ||
    difference === undefined
  )
    return null;
  const exact = exactDifferenceBounds(metric, population.candidate, population.champion);
  return quantity(difference, distribution.differenceResamples, exact);
}

/** What is known of a number: its resamples and, where there are any, exact bounds; the further out of the two counts. */
function quantity(estimate: number, resamples: Float64Array, exact: BoundsAt | null): Quantity {
  const resampled = resampledBounds(resamples, estimate);
  return {
    estimate,
    standardError: resampled.standardError,
    method: exact === null ? 'pairedBootstrap' : 'pairedBootstrapAndExact',
    lower: (alpha) => Math.min(resampled.lower(alpha), exact === null ? Number.POSITIVE_INFINITY : exact(alpha).lower),
    upper: (alpha) => Math.max(resampled.upper(alpha), exact === null ? Number.NEGATIVE_INFINITY : exact(alpha).upper),
  };
}

/** The one-sided bounds as they are reported. */
export function intervalOf(known: Quantity, confidencePercent: number): Interval {
  const alpha = errorRate(confidencePercent);
  return {
    lower: finiteOrNull(known.lower(alpha)),
    upper: finiteOrNull(known.upper(alpha)),
    confidencePercent,
    method: known.method,
  };
}

/** One-sided error rate of a confidence in percent. */
export function errorRate(confidencePercent: number): number {
  return (100 - confidencePercent) / 100;
}

function differenceOf({ candidate, champion }: MetricDistribution): number | null {
  return candidate === null || champion === null ? null : candidate - champion;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
