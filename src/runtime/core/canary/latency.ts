import type { LatencyHistogram } from './sample';

/** The percentile that releases are judged by, and the share of requests above it. */
export const TAIL_QUANTILE = 0.99;
export const TAIL_SHARE = 0.01;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Requests in a histogram. */
export function totalOf(histogram: LatencyHistogram): number {
  return sum(histogram.counts);
}

/** Requests that took longer than the edge with this index. */
export function countAbove(histogram: LatencyHistogram, edgeIndex: number): number {
  return sum(histogram.counts.slice(edgeIndex + 1));
}

/** Index of the bucket that holds a quantile; undefined for an empty histogram. Counts may be fractions. */
function quantileBucket(counts: readonly number[], quantile: number): number | undefined {
  const total = sum(counts);
  if (total <= 0) return undefined;
  let below = 0;
  for (let i = 0; i < counts.length; i += 1) {
    below += counts[i]!;
    if (counts[i]! > 0 && below >= quantile * total * (1 - 1e-12)) return i;
  }
  return counts.length - 1;
}

/** A quantile read from a histogram. `atLeast` when it lies beyond the last edge, which is then the value. */
export interface QuantileEstimate {
  readonly ms: number;
  readonly atLeast: boolean;
}

/**
 * Quantile by linear interpolation within its bucket; the first bucket starts at 0. Null for an empty histogram.
 * @param quantile in (0, 1)
 */
export function histogramQuantile(
  edgesMs: readonly number[],
  counts: readonly number[],
  quantile: number,
): QuantileEstimate | null {
  const bucket = quantileBucket(counts, quantile);
  if (bucket === undefined) return null;
  if (bucket === edgesMs.length) return { ms: edgesMs[bucket - 1]!, atLeast: true };
  const lower = bucket === 0 ? Math.min(0, edgesMs[0]!) : edgesMs[bucket - 1]!;
  const before = sum(counts.slice(0, bucket));
  const share = (quantile * sum(counts) - before) / counts[bucket]!;
  return { ms: lower + Math.min(1, Math.max(0, share)) * (edgesMs[bucket]! - lower), atLeast: false };
}

/** Index of the smallest edge that is no less than a latency; undefined when the histogram ends before it. */
export function edgeAtLeast(edgesMs: readonly number[], ms: number): number | undefined {
  const index = edgesMs.findIndex((edge) => edge >= ms * (1 - 1e-12));
  return index === -1 ? undefined : index;
}

/** Which edges compare the tails of both arms. */
export interface ExceedanceEdges {
  /** The champion's answers above this edge … */
  readonly champion: number;
  /** … against the challenger's above this one. */
  readonly challenger: number;
}

/**
 * Edges that turn "the challenger's p99 is more than `increase` above the champion's" into a comparison of two rates: if the
 * challenger's latencies are at most `1 + increase` times the champion's, then at most as many of its requests exceed
 * (1 + increase)·T as the champion's exceed T, for any T. T is the lower edge of the bucket with the champion's p99. The
 * challenger's edge is the first one at or above (1 + increase)·T: coarse buckets make the test weaker, never wrong.
 *
 * @param championCounts the champion's counts before this window, or of it when there are none before
 * @param increase a share of 0 or more
 * @returns undefined when the buckets do not allow a comparison: p99 in the first one, or no edge that high
 */
export function exceedanceEdges(
  edgesMs: readonly number[],
  championCounts: readonly number[],
  increase: number,
): ExceedanceEdges | undefined {
  const bucket = quantileBucket(championCounts, TAIL_QUANTILE);
  if (bucket === undefined || bucket === 0) return undefined;
  const champion = bucket - 1;
  const challenger = edgeAtLeast(edgesMs, edgesMs[champion]! * (1 + increase));
  return challenger === undefined ? undefined : { champion, challenger };
}
