import { type MetricSubject, metricSource, monitoringFilter } from '../support/metric-source';

/** Filters of Cloud Monitoring for a pipeline's metrics. */
export class PipelineMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** 1 for a run that ended well, 0 for one that failed. */
  success(): string {
    return monitoringFilter(metricSource('PipelineSuccess', this.subject, {}));
  }

  /** Seconds from the start of a run to its end. */
  duration(): string {
    return monitoringFilter(metricSource('PipelineDuration', this.subject, {}));
  }

  /** 1 pass, 0 inconclusive, −1 fail. */
  gateVerdict(): string {
    return monitoringFilter(metricSource('GateVerdict', this.subject, {}));
  }
}
