import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { isCustomMetric, METRICS_BY_TASK } from '../../kernel/metric-catalogue';
import { computeMetric } from '../../runtime/core/metrics/metric';
import { readSample } from '../../runtime/core/metrics/rows';
import { predictionOf } from '../../runtime/usecases';
import { absoluteBounds } from './bounds';
import { predictorOf, type StandInModel } from './learner';
import { numberOf } from './model-input';

type Row = Readonly<Record<string, Json>>;

/** The newest rows that training metrics are of. */
const MEASURED = 2000;
/** How far within its bounds a metric is that only the team's trainer could compute. */
const MARGIN = 0.2;

/**
 * What the trainer says of its model: a flat object of numbers. Metrics on the newest rows that it was fitted to; and each
 * `custom.<name>` of the definition as a number well within its bounds, since nothing here can compute it.
 */
export function trainerMetrics(
  definition: ModelDefinition,
  model: StandInModel,
  rows: readonly Row[],
): Readonly<Record<string, number>> {
  const { task, data } = definition;
  const { column, positive } = data.label;
  const predict = predictorOf(model);
  const measured = rows.slice(-MEASURED).flatMap((row) => {
    const label = row[column];
    if (label === null || label === undefined || label === '' || typeof label === 'object') return [];
    const answer = predict(row);
    const line = typeof answer === 'object' ? (answer as Record<string, Json>) : { prediction: answer };
    return [{ label: task === 'regression' ? numberOf(label) : label, prediction: predictionOf(line) }];
  });
  const { sample } = readSample(task, measured, positive);
  const metrics: Record<string, number> = { rows: model.rows };
  for (const metric of METRICS_BY_TASK[task]) {
    const value = sample === null || measured.length === 0 ? null : computeMetric(metric, sample);
    if (value !== null) metrics[`train${metric.charAt(0).toUpperCase()}${metric.slice(1)}`] = value;
  }
  for (const metric of Object.keys(definition.evaluation?.metrics ?? {})) {
    if (isCustomMetric(metric)) metrics[metric.slice('custom.'.length)] = withinBounds(definition, metric);
  }
  return metrics;
}

function withinBounds(definition: ModelDefinition, metric: string): number {
  const bounds = absoluteBounds(definition).filter((one) => one.metric === metric);
  const [min, max] = [
    bounds.find((one) => one.min !== undefined)?.min,
    bounds.find((one) => one.max !== undefined)?.max,
  ];
  if (min !== undefined && max !== undefined) return (min + max) / 2;
  if (min !== undefined) return min + MARGIN * Math.max(Math.abs(min), 1);
  return max === undefined ? 1 : max - MARGIN * Math.max(Math.abs(max), 1);
}
