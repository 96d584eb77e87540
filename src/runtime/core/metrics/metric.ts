import {
  type BuiltInMetric,
  isBuiltInMetric,
  isCustomMetric,
  METRIC_DIRECTIONS,
  METRICS_BY_TASK,
  type MetricDirection,
  type MetricOf,
  type Task,
} from '../../../kernel/metric-catalogue';
import { prepareBinaryMetric } from './binary';
import { prepareMulticlassMetric } from './multiclass';
import { prepareRegressionMetric } from './regression';
import { onceEach, type PreparedMetric, type Sample } from './sample';

/** True when the metric is one of the task's built-in ones. */
export function isMetricOf<T extends Task>(task: T, metric: string): metric is MetricOf<T> {
  return (METRICS_BY_TASK[task] as readonly string[]).includes(metric);
}

/**
 * Which way a metric improves.
 * @param direction what the definition says of a `custom.<name>` metric; built-in metrics have their own
 * @returns null for a metric that nobody knows and for a custom one without a direction
 */
export function metricDirection(metric: string, direction?: MetricDirection): MetricDirection | null {
  if (isBuiltInMetric(metric)) return METRIC_DIRECTIONS[metric];
  return isCustomMetric(metric) && direction !== undefined ? direction : null;
}

/** True for metrics that are read from predicted probabilities. */
export function needsProbabilities(metric: BuiltInMetric): boolean {
  return metric === 'auc' || metric === 'logLoss' || metric === 'brier';
}

/**
 * A metric made ready for one sample.
 * @returns null when the metric is not one of the sample's task, or reads probabilities that the sample lacks
 */
export function prepareMetric(metric: string, sample: Sample): PreparedMetric | null {
  switch (sample.task) {
    case 'binaryClassification':
      return isMetricOf(sample.task, metric) ? prepareBinaryMetric(metric, sample) : null;
    case 'multiclassClassification':
      return isMetricOf(sample.task, metric) ? prepareMulticlassMetric(metric, sample) : null;
    case 'regression':
      return isMetricOf(sample.task, metric) ? prepareRegressionMetric(metric, sample) : null;
  }
}

/** The metric's finite value on the sample, or null where it has none (see the metrics of each task). */
export function computeMetric(metric: string, sample: Sample): number | null {
  const value = prepareMetric(metric, sample)?.(onceEach(sample.rows)) ?? null;
  return value !== null && Number.isFinite(value) ? value : null;
}
