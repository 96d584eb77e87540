import { LATENCY_EDGES_MS, latencyHistogram } from '../../core/canary';
import type { ArmTraffic, PredictionPair, TrafficTelemetry } from '../../ports';

/** One request that was answered, or was not. */
export interface ServedRequest {
  readonly version: number;
  /** Epoch seconds. */
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly prediction: number | string | null;
}

/** What happened to requests, in memory, for the release controller; older requests than `keepSeconds` are forgotten. */
export class TrafficLog implements TrafficTelemetry {
  private requests: ServedRequest[] = [];
  private mirrored: { readonly at: number; readonly versions: string; readonly pair: PredictionPair }[] = [];

  constructor(
    private readonly firing: () => readonly string[] = () => [],
    private readonly keepSeconds = 7 * 86_400,
  ) {}

  add(request: ServedRequest): void {
    this.requests.push(request);
    this.forget(request.at);
  }

  addPair(champion: number, challenger: number, at: number, pair: PredictionPair): void {
    this.mirrored.push({ at, versions: `${champion}/${challenger}`, pair });
  }

  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    const requests = this.requests.filter((one) => one.version === version && one.at >= from && one.at < to);
    return {
      requests: requests.length,
      errors: requests.filter(({ failed }) => failed).length,
      latency: latencyHistogram(
        requests.map(({ latencyMs }) => latencyMs),
        LATENCY_EDGES_MS,
      ),
    };
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    return this.requests
      .filter((one) => one.version === version && one.at >= from && one.at < to)
      .map(({ prediction }) => prediction)
      .filter((prediction) => prediction !== null)
      .slice(0, limit);
  }

  async pairs(
    champion: number,
    challenger: number,
    from: number,
    to: number,
    limit: number,
  ): Promise<PredictionPair[]> {
    const versions = `${champion}/${challenger}`;
    return this.mirrored
      .filter((one) => one.versions === versions && one.at >= from && one.at < to)
      .map(({ pair }) => pair)
      .slice(0, limit);
  }

  async firingAlarms(): Promise<string[]> {
    return [...this.firing()];
  }

  private forget(now: number): void {
    const oldest = now - this.keepSeconds;
    if ((this.requests[0]?.at ?? now) >= oldest - this.keepSeconds) return;
    this.requests = this.requests.filter(({ at }) => at >= oldest);
    this.mirrored = this.mirrored.filter(({ at }) => at >= oldest);
  }
}
