import { prepareMetric } from '../metrics/metric';
import { onceEach, type Sample } from '../metrics/sample';

/**
 * - missing: not a metric of the task, or the sample has no probabilities to compute it from
 * - notFinite: the numbers are too large
 * - undefined: the metric is not defined on these rows, such as auc with one class
 */
export type Lack = 'missing' | 'notFinite' | 'undefined';

/** Why a metric has no finite value on a sample; null when it has one. */
export function lackOf(metric: string, sample: Sample): Lack | null {
  const prepared = prepareMetric(metric, sample);
  if (prepared === null) return 'missing';
  const value = prepared(onceEach(sample.rows));
  if (value === null) return 'undefined';
  return Number.isFinite(value) ? null : 'notFinite';
}
