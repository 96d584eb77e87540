import type { Task } from '../../kernel/metric-catalogue';
import { prepareMetric } from '../core/metrics/metric';
import { type LabelledPrediction, readSample, type Scalar } from '../core/metrics/rows';
import { onceEach } from '../core/metrics/sample';
import { forEachResample } from '../core/statistics/bootstrap';
import { createRandom } from '../core/statistics/random';

/** A metric of some rows and the standard error of it (bootstrap); null where it cannot be told. */
export interface MetricValue {
  readonly value: number;
  readonly standardError: number | null;
}

/** Enough for a standard error to two digits; bounds of the gate have their own, larger number. */
const RESAMPLES = 200;

/**
 * Metrics of rows whose label and prediction are known. Rows without either are left out, as a monitor has to: they are
 * counted by `usable`.
 * @returns by name; a metric without a value on these rows is left out
 */
export function measureMetrics(
  task: Task,
  metrics: readonly string[],
  rows: readonly LabelledPrediction[],
  positive: Scalar | undefined,
): { readonly usable: number; readonly values: Readonly<Record<string, MetricValue>> } {
  const usable = rows.filter((row) => readSample(task, [row], positive).sample !== null);
  const { sample } = readSample(task, usable, positive);
  const values: Record<string, MetricValue> = {};
  if (sample === null || usable.length === 0) return { usable: usable.length, values };
  for (const metric of metrics) {
    const prepared = prepareMetric(metric, sample);
    const value = prepared?.(onceEach(sample.rows)) ?? null;
    if (prepared === null || value === null || !Number.isFinite(value)) continue;
    const resampled: number[] = [];
    forEachResample(sample.rows, createRandom(0), RESAMPLES, (counts) => {
      const one = prepared(counts);
      if (one !== null && Number.isFinite(one)) resampled.push(one);
    });
    values[metric] = { value, standardError: deviation(resampled) };
  }
  return { usable: usable.length, values };
}

/** Sample standard deviation; null of fewer than two numbers. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
