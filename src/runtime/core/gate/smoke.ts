import type { ServingSmokeResult } from './types';

/** What there is to say of a candidate that was not loaded where it will serve. */
export const NOT_LOADED: ServingSmokeResult = { loaded: false, rowsQueried: 0, failures: 0, latencyP99Ms: null };

/** 99th percentile of latencies by nearest rank; null of none. */
export function p99(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? null;
}
