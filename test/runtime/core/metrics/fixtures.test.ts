import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_BY_TASK } from '../../../../src/kernel/metric-catalogue';
import { computeMetric } from '../../../../src/runtime/core/metrics/metric';
import { type LabelledPrediction, readSample } from '../../../../src/runtime/core/metrics/rows';
import type { Sample } from '../../../../src/runtime/core/metrics/sample';

type Values = Record<string, number>;
interface Binary {
  label: number[];
  candidate: number[];
  group: string[];
  sklearn: Values;
  mlflow: Values;
  fairlearn: Record<string, { byGroup: Values; gap: number }>;
}
interface Multiclass {
  label: string[];
  probabilities: Values[];
  sklearn: Values;
  mlflow: Values;
}
interface Regression {
  label: number[];
  prediction: number[];
  sklearn: Values;
  mlflow: Values;
  mapeWithoutZeroLabels: number;
}

const MLFLOW_NAMES: Values | Record<string, string> = {
  accuracy: 'accuracy_score',
  precision: 'precision_score',
  recall: 'recall_score',
  f1: 'f1_score',
  rmse: 'root_mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  r2: 'r2_score',
};

function load<T>(name: string): Record<string, T> {
  return JSON.parse(readFileSync(join(__dirname, '../../../fixtures/gate', name), 'utf8'));
}

function binaryRows({ label, candidate }: Binary): LabelledPrediction[] {
  return label.map((value, row) => ({ label: value, prediction: { probability: candidate[row]! } }));
}

function sampleOf(task: Sample['task'], rows: LabelledPrediction[]): Sample {
  const { sample, faults } = readSample(task, rows);
  expect(faults).toMatchObject({ labels: 0, predictions: 0 });
  return sample!;
}

function expectEqual(sample: Sample, expected: Values, except: readonly string[] = []): void {
  for (const metric of METRICS_BY_TASK[sample.task]) {
    if (except.includes(metric)) continue;
    const value = computeMetric(metric, sample)!;
    const scale = Math.max(1, Math.abs(expected[metric]!));
    expect({ metric, same: Math.abs(value - expected[metric]!) / scale < 1e-9 }).toEqual({ metric, same: true });
  }
}

function expectEqualToMlflow(sample: Sample, mlflow: Values, metrics: readonly string[]): void {
  for (const metric of metrics) expect(computeMetric(metric, sample)).toBeCloseTo(mlflow[MLFLOW_NAMES[metric]!]!, 9);
}

describe('binary classification equals scikit-learn, MLflow and Fairlearn to 1e-9', () => {
  const { scipyBootstrap: _, ...cases } = load<Binary>('binary.json');

  test.each(Object.entries(cases))('%s scores', (_name, fixture) => {
    const sample = sampleOf('binaryClassification', binaryRows(fixture));
    expectEqual(sample, fixture.sklearn);
    expectEqualToMlflow(sample, fixture.mlflow, ['accuracy', 'precision', 'recall', 'f1']);
  });

  test.each(Object.entries(cases))('%s scores by group', (_name, fixture) => {
    for (const [metric, { byGroup }] of Object.entries(fixture.fairlearn)) {
      for (const [group, expected] of Object.entries(byGroup)) {
        const rows = binaryRows(fixture).filter((_row, index) => fixture.group[index] === group);
        expect(computeMetric(metric, sampleOf('binaryClassification', rows))).toBeCloseTo(expected, 9);
      }
    }
  });
});

describe('multiclass classification equals scikit-learn and MLflow to 1e-9', () => {
  test.each(Object.entries(load<Multiclass>('multiclass.json')))('%s classes', (_name, fixture) => {
    const rows = fixture.label.map((label, row) => ({
      label,
      prediction: { probabilities: fixture.probabilities[row]! },
    }));
    const sample = sampleOf('multiclassClassification', rows);
    expectEqual(sample, fixture.sklearn);
    // MLflow's f1_score is weighted by class size, ours is the plain mean: only accuracy is the same formula.
    expectEqualToMlflow(sample, fixture.mlflow, ['accuracy']);
  });
});

describe('regression equals scikit-learn and MLflow to 1e-9', () => {
  const cases = load<Regression>('regression.json');
  const rowsOf = ({ label, prediction }: Regression) =>
    label.map((value, row) => ({ label: value, prediction: { value: prediction[row]! } }));

  test.each(['plain', 'far'])('%s labels', (name) => {
    const fixture = cases[name]!;
    const sample = sampleOf('regression', rowsOf(fixture));
    expectEqual(sample, fixture.sklearn);
    expectEqualToMlflow(sample, fixture.mlflow, ['rmse', 'mae', 'mape', 'r2']);
  });

  test('mape leaves rows with label 0 out, where scikit-learn and MLflow divide by 2⁻⁵² and get 1.3e15', () => {
    const fixture = cases['zeros']!;
    const sample = sampleOf('regression', rowsOf(fixture));
    expectEqual(sample, fixture.sklearn, ['mape']);
    expect(fixture.sklearn['mape']).toBeGreaterThan(1e15);
    expect(computeMetric('mape', sample)).toBeCloseTo(fixture.mapeWithoutZeroLabels, 9);
  });
});
