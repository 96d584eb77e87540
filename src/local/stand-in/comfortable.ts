import type { Task } from '../../kernel/metric-catalogue';
import { computeMetric } from '../../runtime/core/metrics/metric';
import { type LabelledPrediction, readSample } from '../../runtime/core/metrics/rows';
import type { AbsoluteBound } from './bounds';

/** Share of what a bound leaves open (up to 1, down to 0) that a model may use up. */
const SHARE_OF_BOUND = 0.5;

/** True when the answers keep well away from every absolute bound; bounds on metrics that rows do not have do not count. */
export function isComfortable(
  task: Task,
  rows: readonly LabelledPrediction[],
  bounds: readonly AbsoluteBound[],
  positive: string | number | boolean | undefined,
): boolean {
  const { sample } = readSample(task, rows, positive);
  if (sample === null) return false;
  return bounds.every(({ metric, min, max }) => {
    if (metric.startsWith('custom.')) return true;
    const value = computeMetric(metric, sample);
    if (value === null) return false;
    const above = min === undefined || value >= 1 - SHARE_OF_BOUND * (1 - min);
    const below = max === undefined || value <= SHARE_OF_BOUND * max;
    return above && below;
  });
}
