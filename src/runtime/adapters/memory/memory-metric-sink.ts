import type { MetricPoint, MetricSink } from '../../ports';

/** Metrics in memory, in the order in which they came. */
export class MemoryMetricSink implements MetricSink {
  readonly points: (MetricPoint & { readonly at: number })[] = [];

  async emit(points: readonly MetricPoint[], at: number): Promise<void> {
    this.points.push(...points.map((point) => ({ ...point, at })));
  }
}
