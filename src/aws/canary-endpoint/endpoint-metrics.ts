import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricSubject, metricOf } from '../support/metric';

const PERIOD_SECONDS = 60;

/** Metrics of an endpoint over both of its variants, for alarms and dashboards of the user's. */
export class EndpointMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** 99th percentile of the time to answer, in ms: the slower variant's. */
  latencyP99(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'Latency', { statistic: 'p99', periodSeconds, dimensions: {} });
  }

  /** Median of the time to answer, in ms: the slower variant's. */
  latencyP50(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'Latency', { statistic: 'p50', periodSeconds, dimensions: {} });
  }

  /** Percent of requests that failed; no value without requests. */
  errorPercent(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'Errors', { statistic: 'errorPercent', periodSeconds, dimensions: {} });
  }

  /** Requests received. */
  requests(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'Requests', { statistic: 'sum', periodSeconds, dimensions: {} });
  }
}
