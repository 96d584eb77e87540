import type { MetricName } from '../../contract/metrics';

export interface MetricPoint {
  readonly name: MetricName;
  readonly value: number;
  /** After Platform and Model. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where metrics go. Platform and Model are known to the adapter. */
export interface MetricSink {
  /** @param at epoch seconds */
  emit(points: readonly MetricPoint[], at: number): Promise<void>;
}
