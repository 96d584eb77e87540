import type { ModelDefinition } from '../../definition/platform';
import { durationMs } from '../../kernel/duration';
import { normalQuantile } from '../../runtime/core/statistics/distributions';

/** How a stand-in's server behaves when nothing is wrong. */
export interface ServingLaw {
  /** Logarithm of the median latency in milliseconds. */
  readonly location: number;
  /** Standard deviation of the logarithm. */
  readonly spread: number;
  /** Percent of requests that fail. */
  readonly errorPercent: number;
}

/** Share of a bound that the latency law takes up. */
const SHARE_OF_BOUND = 0.4;
/** Log-normal spread: the 99th percentile is 2.3 times the median. */
const SPREAD = 0.35;
const ERROR_PERCENT = 0.05;
/** Part of an error bound that errors take up at most. */
const SHARE_OF_ERRORS = 0.1;

/**
 * A log-normal latency whose 99th percentile is 40 % of the tightest bound on it (and whose median keeps the same distance
 * from a bound on the median), and errors of 0.05 %, or a tenth of the tightest bound on errors where that is less.
 */
export function servingLaw({ monitoring, evaluation, release }: ModelDefinition): ServingLaw {
  const bounds = [monitoring.latency.p99, evaluation?.serving.maxLatencyP99, release?.analysis.maxLatencyP99];
  const known = bounds.filter((bound) => bound !== undefined).map(durationMs);
  const ofP99 = Math.log(SHARE_OF_BOUND * Math.min(...known)) - SPREAD * normalQuantile(0.99);
  const { p50 } = monitoring.latency;
  const ofMedian = p50 === undefined ? Number.POSITIVE_INFINITY : Math.log(SHARE_OF_BOUND * durationMs(p50));
  const { availability, errors } = monitoring;
  const tolerated = [
    errors.maxPercent,
    ...(availability === undefined ? [] : [100 - availability.targetPercent]),
    ...(release === undefined ? [] : [release.analysis.maxErrorPercent]),
  ];
  return {
    location: Math.min(ofP99, ofMedian),
    spread: SPREAD,
    errorPercent: Math.min(ERROR_PERCENT, SHARE_OF_ERRORS * Math.min(...tolerated)),
  };
}

/** Utilisation up to which nobody waits. */
const IDLE = 0.5;
/** An instance takes so many times its target before it can take no more: targets leave room to scale. */
const SATURATION = 2;

/**
 * What traffic does to servers: the mean time in an M/M/1 queue is 1 / (1 − ρ) times that of the service (Kleinrock,
 * Queueing Systems 1, 1975), here relative to that at half the target; beyond saturation the queue has no end, and the
 * requests that are too many time out.
 * @param utilisation requests a minute, in parts of what all instances have as target
 */
export function underLoad(utilisation: number): { readonly slower: number; readonly timeoutPercent: number } {
  const busy = (u: number): number => 1 - u / SATURATION;
  if (utilisation >= SATURATION) {
    return { slower: Number.POSITIVE_INFINITY, timeoutPercent: 100 * (1 - SATURATION / utilisation) };
  }
  return { slower: Math.max(1, busy(IDLE) / busy(utilisation)), timeoutPercent: 0 };
}
