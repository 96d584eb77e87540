import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import { isPositive } from '../../runtime/core/metrics/rows';
import { leastSquares, logistic, logisticRegression, type Targets } from './least-squares';
import { encoderOf, inputsOf, type ModelInput, numberOf, sumOf } from './model-input';

type Row = Readonly<Record<string, Json>>;
type Scalar = string | number | boolean;

/** A linear model as it is stored. */
export interface StandInModel {
  readonly format: 'mlp-stand-in/1';
  readonly task: Task;
  /** When it was trained, epoch seconds. */
  readonly trainedAt: number;
  readonly rows: number;
  /** Standard deviation of the label: of the number, or of the positive class as 0 and 1. */
  readonly labelDeviation: number;
  readonly inputs: readonly ModelInput[];
  /** One for a regression, the positive class first for a binary label, each class of more. */
  readonly outputs: readonly { readonly class: Scalar | null; readonly weights: readonly number[] }[];
}

export interface FitOptions {
  readonly task: Task;
  readonly data: Data;
  /** Epoch seconds; written into the model. */
  readonly trainedAt: number;
}

/** Rows by which a row's weight has halved, in parts of all rows: the newest ones count most. */
const HALF_LIFE = 0.05;
/** At least so many rows an input within a half-life. */
const ROWS_PER_INPUT = 20;

/**
 * Fits a linear model: least squares for a number, logistic regression for a class, each against the rest for more. Rows are
 * in the order of time, and count the less the older they are, so that a relation that changed is learnt within a few weeks
 * of a history; where it has not changed, that costs a little precision. Rows without a label are left out.
 */
export function fitModel(rows: readonly Row[], { task, data, trainedAt }: FitOptions): StandInModel {
  const { column, positive } = data.label;
  const labelled = rows.filter((row) => isLabel(task, row[column]));
  const inputs = inputsOf(labelled, data);
  const encoder = encoderOf(inputs);
  const encoded = {
    width: encoder.width,
    rows: encoder.encode(labelled),
    weights: recencyWeights(labelled.length, encoder.width),
  };
  const of = (targets: Float64Array): Targets => ({ ...encoded, targets });
  const labels = labelled.map((row) => row[column] as Scalar);
  const model = { format: 'mlp-stand-in/1', task, trainedAt, rows: labelled.length, inputs } as const;
  if (task === 'regression') {
    const targets = Float64Array.from(labels, numberOf);
    const found = leastSquares(of(targets));
    return { ...model, labelDeviation: deviationOf(targets), outputs: [{ class: null, weights: [...found] }] };
  }
  if (task === 'binaryClassification') {
    const targets = Float64Array.from(labels, (label) => (isPositive(label, positive) ? 1 : 0));
    const found = logisticRegression(of(targets));
    const classes = [
      labels.find((label) => isPositive(label, positive)) ?? positive ?? 1,
      negativeOf(labels, positive),
    ];
    return {
      ...model,
      labelDeviation: deviationOf(targets),
      outputs: [
        { class: classes[0]!, weights: [...found] },
        { class: classes[1]!, weights: [] },
      ],
    };
  }
  const classes = [...new Map(labels.map((label) => [String(label), label])).values()].sort((a, b) =>
    String(a) < String(b) ? -1 : 1,
  );
  return {
    ...model,
    labelDeviation: 1,
    outputs: classes.map((one) => {
      const targets = Float64Array.from(labels, (label) => (String(label) === String(one) ? 1 : 0));
      return { class: one, weights: [...logisticRegression(of(targets))] };
    }),
  };
}

/** A model made ready to answer. */
export type Predictor = (instance: Row) => Json;

/**
 * Answers as a server does: a number; `{ prediction, probability }` of the positive class; `{ prediction, probabilities }` by
 * class. Building it once for many instances saves time.
 */
export function predictorOf({ task, inputs, outputs }: StandInModel): Predictor {
  const encoder = encoderOf(inputs);
  const first = outputs[0]?.weights ?? [];
  if (task === 'regression') return (instance) => sumOf(encoder.encode([instance]), 0, first);
  if (task === 'binaryClassification') {
    const [positive, negative] = outputs.map((output) => output.class);
    return (instance) => {
      const probability = logistic(sumOf(encoder.encode([instance]), 0, first));
      return { prediction: (probability >= 0.5 ? positive : negative) ?? null, probability };
    };
  }
  return (instance) => {
    const encoded = encoder.encode([instance]);
    const odds = outputs.map(({ weights }) => logistic(sumOf(encoded, 0, weights)));
    const total = odds.reduce((sum, one) => sum + one, 0);
    const best = odds.indexOf(Math.max(...odds));
    return {
      prediction: outputs[best]?.class ?? null,
      probabilities: Object.fromEntries(outputs.map((output, place) => [String(output.class), odds[place]! / total])),
    };
  };
}

/** One answer; see `predictorOf`. */
export const predictWith = (model: StandInModel, instance: Row): Json => predictorOf(model)(instance);

function recencyWeights(rows: number, width: number): Float64Array {
  const halfLife = Math.max(rows * HALF_LIFE, width * ROWS_PER_INPUT);
  return Float64Array.from({ length: rows }, (_, at) => 2 ** ((at - rows + 1) / halfLife));
}

const isLabel = (task: Task, value: Json | undefined): boolean =>
  task === 'regression'
    ? Number.isFinite(numberOf(value))
    : value !== null && value !== undefined && value !== '' && typeof value !== 'object';

/** The commonest class that is not positive. */
function negativeOf(labels: readonly Scalar[], positive: Scalar | undefined): Scalar {
  const counts = new Map<Scalar, number>();
  for (const label of labels) if (!isPositive(label, positive)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 0;
}

function deviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1));
}
