import type { Task } from '../../../kernel/metric-catalogue';
import type { Sample } from './sample';

/** A class, or a number in a regression. */
export type Scalar = string | number | boolean;

/** What a model answered for one row. */
export interface Prediction {
  /** The predicted class or number. A classifier may leave it out: then it is p ≥ 0.5, or the likeliest class. */
  readonly value?: Scalar | null;
  /** Binary classification: probability of the positive class, in [0, 1]. */
  readonly probability?: number | null;
  /** Multiclass classification: probability by class name, adding up to 1 (± 0.001); a class that is not named has 0. */
  readonly probabilities?: Readonly<Record<string, number>> | null;
}

export interface LabelledPrediction {
  /** The truth; null where it is not known. */
  readonly label: Scalar | null;
  readonly prediction: Prediction | null;
}

/** How many rows cannot be used, and why. */
export interface RowFaults {
  /** Label missing, empty or not finite. */
  readonly labels: number;
  /** Prediction missing or not finite, or a probability that is not one. */
  readonly predictions: number;
  /** Rows without any probability: no fault, but probability metrics have no value then. */
  readonly withoutProbability: number;
}

const PROBABILITY_SUM_TOLERANCE = 1e-3;

/** The name under which a class is compared: 1 and '1' are one class, true is 'true'. */
export function className(value: Scalar): string {
  return String(value);
}

/** True for the positive class: `positive` where it is given, else 1 or true. */
export function isPositive(value: Scalar, positive: Scalar | undefined): boolean {
  if (positive !== undefined) return className(value) === className(positive);
  return className(value) === '1' || className(value) === 'true';
}

/**
 * Rows as the columns that metrics read.
 * @returns the faults, and the sample unless a row has a faulty label or prediction: a metric of the remaining rows would look
 * like one of the table
 */
export function readSample(
  task: Task,
  rows: readonly LabelledPrediction[],
  positive?: Scalar,
): { readonly sample: Sample | null; readonly faults: RowFaults } {
  const faults = {
    labels: rows.filter(({ label }) => !isUsable(task, label)).length,
    predictions: rows.filter(({ prediction }) => !isUsablePrediction(task, prediction)).length,
    withoutProbability: rows.filter(({ prediction }) => !hasProbability(task, prediction)).length,
  };
  if (faults.labels > 0 || faults.predictions > 0) return { sample: null, faults };
  const usable = rows as readonly { label: Scalar; prediction: Prediction }[];
  return { sample: toSample(task, usable, faults.withoutProbability === 0, positive), faults };
}

function toSample(
  task: Task,
  rows: readonly { label: Scalar; prediction: Prediction }[],
  withProbabilities: boolean,
  positive: Scalar | undefined,
): Sample {
  switch (task) {
    case 'binaryClassification':
      return {
        task,
        rows: rows.length,
        labels: Uint8Array.from(rows, ({ label }) => (isPositive(label, positive) ? 1 : 0)),
        predictions: Uint8Array.from(rows, ({ prediction: { value, probability } }) =>
          (isPresent(value) ? isPositive(value, positive) : probability! >= 0.5) ? 1 : 0,
        ),
        probabilities: withProbabilities ? Float64Array.from(rows, ({ prediction }) => prediction.probability!) : null,
      };
    case 'multiclassClassification': {
      const labels = rows.map(({ label }) => className(label));
      const predictions = rows.map(({ prediction }) => predictedClass(prediction));
      const classes = [...new Set([...labels, ...predictions])].sort();
      const place = new Map(classes.map((name, index) => [name, index]));
      return {
        task,
        rows: rows.length,
        classes,
        labels: Int32Array.from(labels, (name) => place.get(name)!),
        predictions: Int32Array.from(predictions, (name) => place.get(name)!),
        labelProbabilities: withProbabilities
          ? Float64Array.from(rows, ({ prediction }, row) => probabilityOf(prediction.probabilities!, labels[row]!))
          : null,
      };
    }
    case 'regression':
      return {
        task,
        rows: rows.length,
        labels: Float64Array.from(rows, ({ label }) => Number(label)),
        predictions: Float64Array.from(rows, ({ prediction }) => Number(prediction.value)),
      };
  }
}

function predictedClass({ value, probabilities }: Prediction): string {
  if (isPresent(value)) return className(value);
  // Equal probabilities: the first name in code-unit order, so that the order of keys does not matter.
  const entries = Object.entries(probabilities!).sort(([left], [right]) => (left < right ? -1 : 1));
  return entries.reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function probabilityOf(probabilities: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(probabilities, name) ? probabilities[name]! : 0;
}

function isUsable(task: Task, value: Scalar | null | undefined): value is Scalar {
  if (task === 'regression') return typeof value === 'number' && Number.isFinite(value);
  return isPresent(value) && (typeof value !== 'number' || Number.isFinite(value));
}

function isUsablePrediction(task: Task, prediction: Prediction | null | undefined): prediction is Prediction {
  if (!isPresent(prediction) || !isSoundProbability(task, prediction)) return false;
  return isPresent(prediction.value) ? isUsable(task, prediction.value) : hasProbability(task, prediction);
}

function isSoundProbability(task: Task, prediction: Prediction): boolean {
  if (!hasProbability(task, prediction)) return true;
  if (task === 'binaryClassification') return isProbability(prediction.probability);
  const probabilities = Object.values(prediction.probabilities!);
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  return probabilities.every(isProbability) && Math.abs(sum - 1) <= PROBABILITY_SUM_TOLERANCE;
}

function hasProbability(task: Task, prediction: Prediction | null | undefined): boolean {
  if (task === 'binaryClassification') return isPresent(prediction?.probability);
  return task === 'multiclassClassification' && isPresent(prediction?.probabilities);
}

function isProbability(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined && value !== '';
}
