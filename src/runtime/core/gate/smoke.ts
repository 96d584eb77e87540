import type { ServingSmokeResult } from './types';

/** What there is to say of a candidate that was not loaded where it will serve. */
export const NOT_LOADED: ServingSmokeResult = { loaded: false, rowsQueried: 0, failures: 0, latencyP99Ms: null };

/** 99th percentile of latencies by nearest rank; null of none. */
export function p99(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? null;
}

/** A row is asked again when no answer came: that is the network's fault as often as the candidate's. */
const TRIES = 3;

/**
 * Asks a candidate that is loaded, row by row. The first answer warms its container up and is not counted.
 * @param ask one try of one row: the body of a good reply; null or an error when none came
 * @param now milliseconds that only grow
 */
export async function askRows(
  instances: readonly object[],
  ask: (instance: object) => Promise<string | null>,
  now: () => number,
): Promise<ServingSmokeResult> {
  const latencyOf = async (instance: object): Promise<number | null> => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const started = now();
      const body = await ask(instance).catch(() => null);
      const milliseconds = now() - started;
      if (body !== null && isOneAnswer(body)) return milliseconds;
    }
    return null;
  };
  await latencyOf(instances[0] ?? {});
  const latencies: number[] = [];
  for (const instance of instances) {
    const latency = await latencyOf(instance);
    if (latency !== null) latencies.push(latency);
  }
  const failures = instances.length - latencies.length;
  return { loaded: true, rowsQueried: instances.length, failures, latencyP99Ms: p99(latencies) };
}

function isOneAnswer(text: string): boolean {
  try {
    return (JSON.parse(text) as { readonly predictions?: readonly unknown[] }).predictions?.length === 1;
  } catch {
    return false;
  }
}
