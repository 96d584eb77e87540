import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { type MetricSubject, metricOf } from '../support/metric';

const PERIOD_SECONDS = 300;

/** Metrics of a pipeline, for alarms and dashboards of the user's. */
export class PipelineMetrics {
  constructor(private readonly subject: MetricSubject) {}

  /** Share of runs that ended well, 0 to 1. */
  success(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'PipelineSuccess', { statistic: 'average', periodSeconds, dimensions: {} });
  }

  /** Seconds from the start of a run to its end. */
  duration(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'PipelineDuration', { statistic: 'average', periodSeconds, dimensions: {} });
  }

  /** 1 pass, 0 inconclusive, -1 fail. */
  gateVerdict(periodSeconds = PERIOD_SECONDS): IMetric {
    return metricOf(this.subject, 'GateVerdict', { statistic: 'minimum', periodSeconds, dimensions: {} });
  }
}
