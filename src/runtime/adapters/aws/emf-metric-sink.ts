import { METRIC_NAMESPACE, METRICS, type MetricUnit } from '../../../contract/metrics';
import type { MetricPoint, MetricSink } from '../../ports';

/** Units of CloudWatch; what it has no unit for has none. */
const UNITS = {
  ms: 'Milliseconds',
  s: 'Seconds',
  count: 'Count',
  percent: 'Percent',
  '1': 'None',
  currency: 'None',
  perDay: 'None',
} as const satisfies Record<MetricUnit, string>;

/**
 * Metrics as log lines in CloudWatch's embedded metric format: no call, no permission, and nothing is lost with the process.
 * One line a point, since points differ in their dimensions.
 */
export class EmfMetricSink implements MetricSink {
  constructor(
    private readonly subject: { readonly platform: string; readonly model: string },
    /** Where lines go; a Lambda function's standard output is its log. */
    private readonly write: (line: string) => void,
  ) {}

  async emit(points: readonly MetricPoint[], at: number): Promise<void> {
    for (const { name, value, dimensions } of points) {
      if (!Number.isFinite(value)) continue;
      const all = { Platform: this.subject.platform, Model: this.subject.model, ...dimensions };
      this.write(
        JSON.stringify({
          _aws: {
            Timestamp: Math.round(at * 1000),
            CloudWatchMetrics: [
              {
                Namespace: METRIC_NAMESPACE,
                Dimensions: [Object.keys(all)],
                Metrics: [{ Name: name, Unit: UNITS[METRICS[name].unit] }],
              },
            ],
          },
          ...all,
          [name]: value,
        }),
      );
    }
  }
}
