/** Counts of requests by latency: bucket i is `(e_{i−1}, e_i]` milliseconds, the first from −∞, the last to +∞. */
export interface LatencyHistogram {
  /** Strictly ascending, at least one. */
  readonly edgesMs: readonly number[];
  /** Whole numbers, one more than there are edges. */
  readonly counts: readonly number[];
}

/** A class that a model answered, and how often. */
export interface ClassCount {
  readonly value: string;
  readonly count: number;
}

/** What a model answered in a window: numbers on stored edges (bucket i is `[e_{i−1}, e_i)`), or classes. */
export type PredictionProfile =
  | { readonly kind: 'numeric'; readonly edges: readonly number[]; readonly counts: readonly number[] }
  | { readonly kind: 'classes'; readonly classes: readonly ClassCount[] };

/** What one arm did in one window. */
export interface ArmSample {
  readonly requests: number;
  /** Requests answered with an error of the server; at most `requests`. */
  readonly errors: number;
  readonly latency: LatencyHistogram | null;
  readonly predictions: PredictionProfile | null;
}

/** Both arms in the same window `[fromSeconds, toSeconds)`, in epoch seconds. Windows of two looks do not overlap. */
export interface ReleaseSample {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly challenger: ArmSample;
  readonly champion: ArmSample;
  /** Answers of both arms to the same requests, where traffic is mirrored; null with live traffic. */
  readonly mirrored: { readonly compared: number; readonly disagreed: number } | null;
}

/** What a look finds: numbers, or why there are none; and the page alarms that ring now. */
export interface Observation {
  /** Epoch seconds. */
  readonly atSeconds: number;
  readonly sample: ReleaseSample | null;
  /** Why the provider gave no numbers; null when it gave some. */
  readonly providerError: string | null;
  /** Names of the alarms of severity page that fire. */
  readonly pageAlarms: readonly string[];
}

export const NO_TRAFFIC: ArmSample = { requests: 0, errors: 0, latency: null, predictions: null };

/**
 * Edges for latency histograms: 24 a decade (steps of 10 %) from 1 ms to 100 s. With them a limit of 20 % more is tested
 * at 21 %; see `exceedanceEdges`.
 */
export const LATENCY_EDGES_MS: readonly number[] = Array.from({ length: 121 }, (_, i) =>
  Number((10 ** (i / 24)).toPrecision(6)),
);

/** Counts latencies on edges, `(e_{i−1}, e_i]`. */
export function latencyHistogram(latenciesMs: readonly number[], edgesMs: readonly number[]): LatencyHistogram {
  const counts = new Array<number>(edgesMs.length + 1).fill(0);
  for (const latency of latenciesMs) {
    const bucket = edgesMs.findIndex((edge) => latency <= edge);
    counts[bucket === -1 ? edgesMs.length : bucket]! += 1;
  }
  return { edgesMs, counts };
}
