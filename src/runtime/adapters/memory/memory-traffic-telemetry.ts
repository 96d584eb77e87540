import { LATENCY_EDGES_MS, latencyHistogram } from '../../core/canary';
import type { ArmTraffic, PredictionPair, TrafficTelemetry } from '../../ports';

/** A request as a test says that it was. */
export interface MemoryRequest {
  readonly version: number;
  readonly at: number;
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly prediction: number | string | null;
}

/** Telemetry in memory: what a test puts in. */
export class MemoryTrafficTelemetry implements TrafficTelemetry {
  readonly requests: MemoryRequest[] = [];
  readonly mirrored: (PredictionPair & { readonly at: number })[] = [];
  alarms: string[] = [];

  async arm(version: number, from: number, to: number): Promise<ArmTraffic> {
    const found = this.of(version, from, to);
    return {
      requests: found.length,
      errors: found.filter(({ failed }) => failed).length,
      latency: latencyHistogram(
        found.map(({ latencyMs }) => latencyMs),
        LATENCY_EDGES_MS,
      ),
    };
  }

  async predictions(version: number, from: number, to: number, limit: number): Promise<(number | string)[]> {
    return this.of(version, from, to)
      .map(({ prediction }) => prediction)
      .filter((one) => one !== null)
      .slice(0, limit);
  }

  async pairs(
    _champion: number,
    _challenger: number,
    from: number,
    to: number,
    limit: number,
  ): Promise<PredictionPair[]> {
    return this.mirrored.filter(({ at }) => at >= from && at < to).slice(0, limit);
  }

  async firingAlarms(): Promise<string[]> {
    return [...this.alarms];
  }

  private of(version: number, from: number, to: number): MemoryRequest[] {
    return this.requests.filter((one) => one.version === version && one.at >= from && one.at < to);
  }
}
