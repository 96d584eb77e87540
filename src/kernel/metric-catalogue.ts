/** What a model predicts; it decides which metrics are legal. */
export const TASKS = ['binaryClassification', 'multiclassClassification', 'regression'] as const;
export type Task = (typeof TASKS)[number];

/** Metrics by task, in the contract's order. */
export const METRICS_BY_TASK = {
  binaryClassification: ['accuracy', 'precision', 'recall', 'f1', 'auc', 'logLoss', 'brier'],
  multiclassClassification: ['macroF1', 'logLoss', 'accuracy'],
  regression: ['rmse', 'mae', 'mape', 'r2'],
} as const satisfies Record<Task, readonly string[]>;

export type MetricOf<T extends Task> = (typeof METRICS_BY_TASK)[T][number];
export type BuiltInMetric = MetricOf<Task>;
export type CustomMetric = `custom.${string}`;

export type MetricDirection = 'higherIsBetter' | 'lowerIsBetter';

/** Which way a metric improves; comparators of bounds and alarms are derived from it. */
export const METRIC_DIRECTIONS = {
  accuracy: 'higherIsBetter',
  precision: 'higherIsBetter',
  recall: 'higherIsBetter',
  f1: 'higherIsBetter',
  macroF1: 'higherIsBetter',
  auc: 'higherIsBetter',
  r2: 'higherIsBetter',
  logLoss: 'lowerIsBetter',
  brier: 'lowerIsBetter',
  rmse: 'lowerIsBetter',
  mae: 'lowerIsBetter',
  mape: 'lowerIsBetter',
} as const satisfies Record<BuiltInMetric, MetricDirection>;

export function isCustomMetric(metric: string): metric is CustomMetric {
  return /^custom\.[A-Za-z][A-Za-z0-9_-]*$/.test(metric);
}

export function isBuiltInMetric(metric: string): metric is BuiltInMetric {
  return Object.hasOwn(METRIC_DIRECTIONS, metric);
}
