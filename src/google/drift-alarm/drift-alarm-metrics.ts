import { type MetricSubject, metricSource, monitoringFilter } from '../support/metric-source';

/** Filters of Cloud Monitoring for what is watched of a model. */
export class DriftMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** Distance of a column from its reference. */
  driftScore(column: string): string {
    return monitoringFilter(metricSource('DriftScore', this.subject, { Column: column }));
  }

  /** Share of watched columns beyond critical, in percent. */
  driftedColumnsPercent(): string {
    return monitoringFilter(metricSource('DriftedColumnsPercent', this.subject, {}));
  }

  /** Distance of the predictions from their reference. */
  predictionDrift(): string {
    return monitoringFilter(metricSource('PredictionDrift', this.subject, {}));
  }

  /** A quality metric on matured labels. */
  quality(metric: string): string {
    return monitoringFilter(metricSource('Quality', this.subject, { Metric: metric }));
  }
}
