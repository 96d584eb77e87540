import type { ModelDefinition } from '../../../../src/definition/platform';
import type { Json } from '../../../../src/kernel/json';
import { METRICS_BY_TASK } from '../../../../src/kernel/metric-catalogue';
import { fitModel, predictWith, type StandInModel } from '../../../../src/local/stand-in/learner';
import { predictionOf } from '../../../../src/runtime/usecases';
import { measureMetrics } from '../../../../src/runtime/usecases/measure';

type Row = Readonly<Record<string, Json>>;

export const trained = ({ task, data }: ModelDefinition, rows: readonly Row[]): StandInModel =>
  fitModel(rows, { task, data, trainedAt: 0 });

/** Every metric of the task, by the platform's own measurement. */
export function measured(
  { task, data }: ModelDefinition,
  model: StandInModel,
  rows: readonly Row[],
): Record<string, number> {
  const answered = rows.map((row) => {
    const answer = predictWith(model, row);
    const line = typeof answer === 'object' ? (answer as { [key: string]: Json }) : { prediction: answer };
    return { label: row[data.label.column] as string | number | boolean, prediction: predictionOf(line) };
  });
  const { usable, values } = measureMetrics(task, METRICS_BY_TASK[task], answered, data.label.positive);
  expect(usable).toBe(rows.length);
  return Object.fromEntries(Object.entries(values).map(([metric, { value }]) => [metric, value]));
}
