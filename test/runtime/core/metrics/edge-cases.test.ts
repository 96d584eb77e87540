import fc from 'fast-check';
import type { MetricDirection } from '../../../../src/kernel/metric-catalogue';
import { METRICS_BY_TASK, TASKS } from '../../../../src/kernel/metric-catalogue';
import {
  computeMetric,
  metricDirection,
  needsProbabilities,
  prepareMetric,
} from '../../../../src/runtime/core/metrics/metric';
import { rowsWithoutPercentage } from '../../../../src/runtime/core/metrics/regression';
import { type LabelledPrediction, readSample } from '../../../../src/runtime/core/metrics/rows';
import type { RegressionSample, Sample } from '../../../../src/runtime/core/metrics/sample';

function binary(labels: number[], predictions: number[], probabilities?: number[]): Sample {
  return {
    task: 'binaryClassification',
    rows: labels.length,
    labels: Uint8Array.from(labels),
    predictions: Uint8Array.from(predictions),
    probabilities: probabilities ? Float64Array.from(probabilities) : null,
  };
}

function regression(labels: number[], predictions: number[]): RegressionSample {
  return {
    task: 'regression',
    rows: labels.length,
    labels: Float64Array.from(labels),
    predictions: Float64Array.from(predictions),
  };
}

describe('values where a formula has none', () => {
  test.each<[string, Sample, number | null]>([
    ['auc', binary([1, 1], [1, 0], [0.7, 0.2]), null],
    ['auc', binary([1, 0], [1, 1], [0.5, 0.5]), 0.5],
    ['recall', binary([0, 0], [1, 0]), null],
    ['precision', binary([1, 0], [0, 0]), 0],
    ['precision', binary([0, 0], [0, 0]), null],
    ['f1', binary([0, 0], [0, 0]), null],
    ['f1', binary([1, 0], [0, 0]), 0],
    ['accuracy', binary([], []), null],
    ['brier', binary([1, 0], [1, 0]), null],
    ['rmse', binary([1, 0], [1, 0]), null],
    ['r2', regression([4, 4, 4], [4, 5, 3]), null],
    ['r2', regression([1e9, 1e9 + 1, 1e9 + 2], [1e9, 1e9 + 1, 1e9 + 2]), 1],
    ['mape', regression([0, 0], [1, 2]), null],
    ['mape', regression([0, 10], [5, 11]), 0.1],
    ['rmse', regression([1e200], [-1e200]), null],
    ['rmse', regression([], []), null],
  ])('%s of case %#', (metric, sample, expected) => {
    const value = computeMetric(metric, sample);
    if (expected === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(expected, 12);
  });

  test('log loss of a wrong certainty is clipped, not infinite', () => {
    expect(computeMetric('logLoss', binary([1], [0], [0]))).toBeCloseTo(36.0436533891, 8);
  });

  test('mape says how many rows it leaves out', () => {
    expect(rowsWithoutPercentage(regression([0, -0, 3], [1, 1, 1]))).toBe(2);
  });
});

describe('rows', () => {
  const fault = (task: Sample['task'], row: LabelledPrediction) => readSample(task, [row]);

  test.each<[string, Sample['task'], LabelledPrediction, Partial<Record<'labels' | 'predictions', number>>]>([
    ['a missing label', 'binaryClassification', { label: null, prediction: { value: 1 } }, { labels: 1 }],
    ['an empty label', 'multiclassClassification', { label: '', prediction: { value: 'a' } }, { labels: 1 }],
    ['a NaN label', 'binaryClassification', { label: Number.NaN, prediction: { value: 1 } }, { labels: 1 }],
    ['a text as a number', 'regression', { label: '3', prediction: { value: 3 } }, { labels: 1 }],
    ['no answer', 'regression', { label: 3, prediction: null }, { predictions: 1 }],
    ['an empty answer', 'multiclassClassification', { label: 'a', prediction: {} }, { predictions: 1 }],
    [
      'an infinite answer',
      'regression',
      { label: 3, prediction: { value: Number.POSITIVE_INFINITY } },
      { predictions: 1 },
    ],
    [
      'a NaN probability',
      'binaryClassification',
      { label: 1, prediction: { value: 1, probability: Number.NaN } },
      { predictions: 1 },
    ],
    [
      'a probability above 1',
      'binaryClassification',
      { label: 1, prediction: { probability: 1.01 } },
      { predictions: 1 },
    ],
    [
      'probabilities that do not add up',
      'multiclassClassification',
      { label: 'a', prediction: { probabilities: { a: 0.5, b: 0.4 } } },
      { predictions: 1 },
    ],
  ])('%s is a fault and leaves no sample', (_name, task, row, faults) => {
    const read = fault(task, row);
    expect(read.sample).toBeNull();
    expect(read.faults).toMatchObject({ labels: 0, predictions: 0, ...faults });
  });

  test('a row without probability leaves hard metrics computable and probability metrics missing', () => {
    const { sample, faults } = readSample('binaryClassification', [
      { label: 1, prediction: { value: 1, probability: 0.9 } },
      { label: 0, prediction: { value: 0 } },
    ]);
    expect(faults).toEqual({ labels: 0, predictions: 0, withoutProbability: 1 });
    expect(computeMetric('accuracy', sample!)).toBe(1);
    expect(computeMetric('auc', sample!)).toBeNull();
  });

  test.each([
    [undefined, 1, 1],
    [undefined, '1', true],
    ['yes', 'yes', 'yes'],
    [0, 0, '0'],
    [false, false, 'false'],
  ])('positive %p reads label %p and answer %p as positive', (positive, label, value) => {
    const { sample } = readSample('binaryClassification', [{ label, prediction: { value } }], positive);
    expect(sample).toMatchObject({ labels: Uint8Array.of(1), predictions: Uint8Array.of(1) });
  });

  test('without a class the likeliest one is predicted, ties by name, and a class without a probability has 0', () => {
    const { sample } = readSample('multiclassClassification', [
      { label: 'c', prediction: { probabilities: { b: 0.5, a: 0.5 } } },
    ]);
    expect(sample).toMatchObject({
      classes: ['a', 'c'],
      predictions: Int32Array.of(0),
      labelProbabilities: Float64Array.of(0),
    });
    expect(computeMetric('logLoss', sample!)).toBeCloseTo(36.0436533891, 8);
  });

  test('a class named like a property of every object has no hidden probability', () => {
    const { sample } = readSample('multiclassClassification', [
      { label: 'constructor', prediction: { probabilities: { a: 1 } } },
    ]);
    expect(sample).toMatchObject({ labelProbabilities: Float64Array.of(0) });
  });
});

describe('the catalogue of metrics', () => {
  test('directions come from the catalogue, or from the definition for custom metrics only', () => {
    expect(metricDirection('logLoss')).toBe('lowerIsBetter');
    expect(metricDirection('auc', 'lowerIsBetter')).toBe('higherIsBetter');
    expect(metricDirection('custom.profit', 'higherIsBetter')).toBe<MetricDirection>('higherIsBetter');
    expect(metricDirection('custom.profit')).toBeNull();
    expect(metricDirection('unknown', 'higherIsBetter')).toBeNull();
  });

  test('the metrics that need probabilities are those that are missing without them', () => {
    for (const metric of METRICS_BY_TASK.binaryClassification) {
      expect(prepareMetric(metric, binary([1, 0], [1, 0])) === null).toBe(needsProbabilities(metric));
    }
  });
});

describe('a metric of a resample', () => {
  const row = fc.record({
    label: fc.integer({ min: 0, max: 2 }),
    value: fc.integer({ min: 0, max: 2 }),
    p: fc.integer({ min: 0, max: 4 }),
    count: fc.integer({ min: 0, max: 3 }),
  });

  test.each(TASKS)('equals the metric of the rows written out, for %s', (task) => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (drawn) => {
        const rows = drawn.map(({ label, value, p }): LabelledPrediction => {
          if (task === 'regression') return { label, prediction: { value } };
          if (task === 'binaryClassification')
            return { label: label % 2, prediction: { value: value % 2, probability: p / 4 } };
          return { label, prediction: { value, probabilities: { 0: p / 4, 1: 1 - p / 4 } } };
        });
        const sample = readSample(task, rows).sample!;
        const written = readSample(
          task,
          rows.flatMap((one, index) => new Array<LabelledPrediction>(drawn[index]!.count).fill(one)),
        ).sample!;
        const counts = Uint16Array.from(drawn, ({ count }) => count);
        for (const metric of METRICS_BY_TASK[task]) {
          const value = prepareMetric(metric, sample)!(counts);
          const expected = computeMetric(metric, written);
          if (expected === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(expected, 9);
        }
      }),
    );
  });
});
