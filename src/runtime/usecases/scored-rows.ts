import type { Column, Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import { OperationError } from '../../kernel/problem';
import { cellNumber, isPresent } from '../core/data-checks/cells';
import type { LabelledPrediction, Prediction, Scalar } from '../core/metrics/rows';
import type { ArtifactStore } from '../ports';
import { readJsonLines } from './json-artifact';
import { artifactKeys } from './keys';

/** A row of the frozen test set with its label and columns, in the order in which it was frozen. */
export interface TestRow {
  readonly key: string | number;
  readonly label: Scalar | null;
  readonly columns: Readonly<Record<string, Json>>;
}

type Row = Readonly<Record<string, Json>>;

const scalar = (value: Json | undefined): Scalar | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

/**
 * The frozen test rows of a run. Without a key column the row's place is its key. Some engines have nothing but texts of a CSV,
 * and BigQuery exports whole numbers as texts: models and metrics get numbers on every target.
 * @param kept the columns that are wanted; all where none are named
 */
export async function readTestRows(
  artifacts: ArtifactStore,
  run: string,
  data: Pick<Data, 'key' | 'label'> & Partial<Pick<Data, 'columns' | 'format'>>,
  kept?: readonly string[],
): Promise<TestRow[]> {
  const types = data.columns ?? {};
  const typed = (row: Row, name: string): Json => asTyped(row[name] ?? null, types[name]?.type, data.format);
  return readJsonLines(artifacts, artifactKeys.test(run), 'the frozen test rows', (row, place) => {
    const names = kept?.filter((name) => name in row) ?? Object.keys(row);
    const columns = Object.fromEntries(names.map((name) => [name, typed(row, name)]));
    const key = data.key === undefined ? {} : { [data.key]: typed(row, data.key) };
    return { key: keyOf(key, data.key, place), label: scalar(typed(row, data.label.column)), columns };
  });
}

const NUMERIC: ReadonlySet<Column['type']> = new Set(['number', 'integer', 'boolean']);
const isWhole = (text: string): boolean => /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text));

/** A field of a CSV as its column's type says; what cannot be read so stays as it is: the data checks have told of it. */
function asTyped(value: Json, type: Column['type'] | undefined, format: Data['format'] | undefined): Json {
  if (typeof value !== 'string' || type === undefined) return value;
  if (format !== 'csv') return NUMERIC.has(type) && isWhole(value) ? Number(value) : value;
  if (!isPresent(value, 'csv')) return null;
  if (type === 'number' || type === 'integer') return cellNumber(value) ?? value;
  if (type !== 'boolean') return value;
  return /^(true|false)$/i.test(value) ? value.toLowerCase() === 'true' : (cellNumber(value) ?? value);
}

export function keyOf(row: Row, key: string | undefined, place: number): string | number {
  const value = key === undefined ? place : scalar(row[key]);
  return typeof value === 'string' || typeof value === 'number' ? value : String(value);
}

/** The answers of a subject for the test rows, in the rows' order; null where it gave none. */
export async function readScores(
  artifacts: ArtifactStore,
  run: string,
  subject: 'candidate' | 'champion',
  rows: readonly TestRow[],
): Promise<(Prediction | null)[]> {
  const key = artifactKeys.scores(run, subject);
  const byKey = new Map<string, Prediction | null>();
  await readJsonLines(artifacts, key, `the ${subject}’s scores`, (line) => {
    const id = String(line['key']);
    if (byKey.has(id)) {
      throw new OperationError({
        code: 'scoresRepeated',
        path: artifacts.uri(key),
        got: `two scores for row ${id}`,
        expected: 'one score a row',
        fix: 'give the data a key that is unique, or mend the scoring job',
      });
    }
    byKey.set(id, predictionOf(line));
  });
  return rows.map((row) => byKey.get(String(row.key)) ?? null);
}

/** A prediction as it travels: `prediction`, and for classes `probability` or `probabilities`. */
export function predictionOf(line: Row): Prediction | null {
  const { prediction, probability, probabilities } = line;
  const value = scalar(prediction);
  if (value === null && probability === undefined && probabilities === undefined) return null;
  return {
    value,
    ...(typeof probability === 'number' && { probability }),
    ...(probabilities !== null &&
      typeof probabilities === 'object' &&
      !Array.isArray(probabilities) && { probabilities: probabilities as Record<string, number> }),
  };
}

/** What drift watches of an answer: the probability of the positive class, the number, or the class. */
export function watchedAnswer(task: Task, prediction: Prediction | null): number | string | null {
  if (prediction === null) return null;
  if (task === 'binaryClassification') {
    return prediction.probability ?? (typeof prediction.value === 'number' ? prediction.value : null);
  }
  if (task === 'regression') return typeof prediction.value === 'number' ? prediction.value : null;
  if (prediction.value !== null && prediction.value !== undefined) return String(prediction.value);
  const [best] = Object.entries(prediction.probabilities ?? {}).sort(([, a], [, b]) => b - a);
  return best?.[0] ?? null;
}

/** Rows with what a model says of them, for metrics. */
export const labelled = (rows: readonly TestRow[], predictions: readonly (Prediction | null)[]): LabelledPrediction[] =>
  rows.map(({ label }, place) => ({ label, prediction: predictions[place] ?? null }));
