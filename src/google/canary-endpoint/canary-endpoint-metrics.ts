import { type MetricSubject, metricSource, monitoringFilter } from '../support/metric-source';

/** Filters of Cloud Monitoring for an endpoint's metrics. */
export class EndpointMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** Distribution of answer times, in ms; ask for its 99th percentile with REDUCE_PERCENTILE_99. */
  latency(): string {
    return monitoringFilter(metricSource('Latency', this.subject, {}));
  }

  /** Requests that ended in an error of the server. */
  errors(): string {
    return monitoringFilter(metricSource('Errors', this.subject, {}));
  }

  requests(): string {
    return monitoringFilter(metricSource('Requests', this.subject, {}));
  }
}
