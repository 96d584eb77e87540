import { LATENCY_EDGES_MS, latencyHistogram } from '../../core/canary';
import type { ArmTraffic, PredictionPair, TrafficTelemetry } from '../../ports';
import { TimeSeries } from './time-series';

/** One request that was answered, or was not. */
export interface ServedRequest {
  readonly version: number;
  /** Epoch seconds. */
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly prediction: number | string | null;
  /** Answers to the further rows of a request that has several. */
  readonly morePredictions?: readonly (number | string | null)[];
  /** No client got this: the request was mirrored, or another version answered it instead. It counts for its version alone. */
  readonly unseen?: boolean;
}

interface MirroredAnswer {
  readonly at: number;
  readonly versions: string;
  readonly pair: PredictionPair;
}

/**
 * What happened to requests, in memory, for the release controller. What is older than `keepSeconds` before the newest is
 * forgotten.
 */
export class TrafficLog implements TrafficTelemetry {
  private readonly requests = new TimeSeries<ServedRequest>();
  private readonly mirrored = new TimeSeries<MirroredAnswer>();
  private newest = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly firing: () => readonly string[] = () => [],
    private readonly keepSeconds = 7 * 86_400,
  ) {}

  add(request: ServedRequest): void {
    this.requests.add(request);
    this.forget(request.at);
  }

  addPair(champion: number, challenger: number, at: number, pair: PredictionPair): void {
    this.mirrored.add({ at, versions: `${champion}/${challenger}`, pair });
    this.forget(at);
  }

  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    return traffic(this.requests.within(from, to), (one) => one.version === version);
  }

  /** What clients got from whichever version, for the alarms of an endpoint: each of their requests once. */
  async all(from: number, to: number): Promise<ArmTraffic> {
    return traffic(this.requests.within(from, to), ({ unseen }) => unseen !== true);
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    const found: (number | string)[] = [];
    for (const request of this.requests.within(from, to)) {
      if (request.version !== version) continue;
      for (const prediction of [request.prediction, ...(request.morePredictions ?? [])]) {
        if (found.length >= limit) return found;
        if (prediction !== null) found.push(prediction);
      }
    }
    return found;
  }

  async pairs(
    champion: number,
    challenger: number,
    from: number,
    to: number,
    limit: number,
  ): Promise<PredictionPair[]> {
    const versions = `${champion}/${challenger}`;
    const found: PredictionPair[] = [];
    for (const one of this.mirrored.within(from, to)) {
      if (found.length >= limit) return found;
      if (one.versions === versions) found.push(one.pair);
    }
    return found;
  }

  async firingAlarms(): Promise<string[]> {
    return [...this.firing()];
  }

  private forget(at: number): void {
    this.newest = Math.max(this.newest, at);
    this.requests.forgetBefore(this.newest - this.keepSeconds);
    this.mirrored.forgetBefore(this.newest - this.keepSeconds);
  }
}

function traffic(window: Iterable<ServedRequest>, counts: (request: ServedRequest) => boolean): ArmTraffic {
  const latencies: number[] = [];
  let errors = 0;
  for (const request of window) {
    if (!counts(request)) continue;
    latencies.push(request.latencyMs);
    if (request.failed) errors += 1;
  }
  return { requests: latencies.length, errors, latency: latencyHistogram(latencies, LATENCY_EDGES_MS) };
}
