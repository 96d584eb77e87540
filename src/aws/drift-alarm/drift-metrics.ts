import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricSubject, metricOf } from '../support/metric';

const PERIOD_SECONDS = 3600;

/** Metrics of drift and quality, for alarms and dashboards of the user's. */
export class DriftMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** Distance of a column from its reference, in the drift method's unit. */
  driftScore(column: string, periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'DriftScore', {
      statistic: 'maximum',
      periodSeconds,
      dimensions: { Column: column },
    });
  }

  /** A quality metric on matured labels. */
  quality(metric: string, periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'Quality', { statistic: 'average', periodSeconds, dimensions: { Metric: metric } });
  }

  /** Age of the newest event, in seconds. */
  dataAge(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'DataAge', { statistic: 'maximum', periodSeconds, dimensions: {} });
  }
}
