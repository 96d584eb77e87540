import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import { featureNames } from '../engine/event-feed';

/** How the model reads a feature: a number standardised, or a value among known ones. */
export type ModelInput =
  | { readonly name: string; readonly kind: 'number'; readonly mean: number; readonly deviation: number }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly string[] };

type Row = Readonly<Record<string, Json>>;

/** Looked up once: globals are slow where code runs in a sandbox, as tests do. */
const { isFinite: isFiniteNumber } = Number;
/** More values than this are names, not categories. */
const MOST_VALUES = 50;

/** The features that the model reads, as these rows have them: numbers, truth values, categories; no texts, no times. */
export function inputsOf(rows: readonly Row[], data: Data): ModelInput[] {
  return featureNames(data).flatMap((name): ModelInput[] => {
    const { type } = data.columns[name]!;
    if (type === 'number' || type === 'integer') return [numberInput(rows, name)];
    if (type !== 'category' && type !== 'boolean') return [];
    const values = new Set<string>();
    for (const row of rows) {
      const value = row[name];
      if (isMissing(value)) continue;
      values.add(String(value));
      if (values.size > MOST_VALUES) return [];
    }
    return [{ name, kind: 'category', values: [...values].sort() }];
  });
}

/** The number of a value; NaN for none. */
export function numberOf(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

const isMissing = (value: Json | undefined): value is null | undefined | '' =>
  value === null || value === undefined || value === '';

function numberInput(rows: readonly Row[], name: string): ModelInput {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const row of rows) {
    const value = numberOf(row[name]);
    if (!isFiniteNumber(value)) continue;
    // Welford (Technometrics 4(3), 1962).
    count += 1;
    const before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  const variance = count > 1 ? squares / (count - 1) : 0;
  return { name, kind: 'number', mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

/** Rows as the model sees them, one after the other: which of its inputs are not zero, and what they are. */
export interface EncodedRows {
  readonly places: Int32Array;
  readonly values: Float64Array;
  /** Where each row begins, and where the last one ends. */
  readonly starts: Int32Array;
}

export interface Encoder {
  /** Number of inputs with the constant 1, which is the first. */
  readonly width: number;
  encode(rows: readonly Row[]): EncodedRows;
}

/** A missing number is its mean, an unknown category none of them. */
export function encoderOf(inputs: readonly ModelInput[]): Encoder {
  let width = 1;
  const readers = inputs.map((input) => {
    const first = width;
    width += input.kind === 'number' ? 1 : input.values.length;
    const places = input.kind === 'category' ? new Map(input.values.map((value, at) => [value, first + at])) : null;
    return { input, first, places };
  });
  const most = readers.length + 1;
  return {
    width,
    encode: (rows) => {
      const places = new Int32Array(rows.length * most);
      const values = new Float64Array(rows.length * most);
      const starts = new Int32Array(rows.length + 1);
      let end = 0;
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at]!;
        // The constant.
        values[end++] = 1;
        for (const { input, first, places: known } of readers) {
          const value = row[input.name];
          if (input.kind === 'number') {
            const number = numberOf(value);
            if (!isFiniteNumber(number)) continue;
            places[end] = first;
            values[end++] = (number - input.mean) / input.deviation;
          } else if (!isMissing(value)) {
            const place = known!.get(String(value));
            if (place === undefined) continue;
            places[end] = place;
            values[end++] = 1;
          }
        }
        starts[at + 1] = end;
      }
      return { places, values, starts };
    },
  };
}

/** The weighted sum of a row. */
export function sumOf({ places, values, starts }: EncodedRows, row: number, weights: ArrayLike<number>): number {
  let sum = 0;
  const end = starts[row + 1]!;
  for (let at = starts[row]!; at < end; at++) sum += weights[places[at]!]! * values[at]!;
  return sum;
}
