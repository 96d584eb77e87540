import type { Json } from '../../kernel/json';

/** Which row it is, and when its event happened (epoch seconds). */
export interface RowPlace {
  readonly index: number;
  readonly happenedAt: number;
}

/** How values of a column are made. */
export interface MadeColumn {
  readonly name: string;
  /**
   * The value of a row. The same `u`, a number in [0, 1), gives the same value.
   * @throws OperationError `cannotMakeUp` when a column that has to be unique has no further value
   */
  make(u: number, row: RowPlace): Json;
  /** What the label sees of a value; null for a column that it does not follow. */
  readonly signal: ColumnSignal | null;
}

export interface ColumnSignal {
  /** A value as a number with mean 0 and standard deviation 1 over the column. */
  score(value: Json): number;
  /** A value that moved by so many standard deviations of the column, within its range. */
  move(value: Json, by: number): Json;
}

/** Mean and standard deviation of numbers with weights that add up to 1; the deviation of a constant is given as 1. */
export function momentsOf(
  values: readonly number[],
  weights: readonly number[],
): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value, place) => sum + value * weights[place]!, 0);
  const variance = values.reduce((sum, value, place) => sum + (value - mean) ** 2 * weights[place]!, 0);
  return { mean, deviation: variance > 1e-24 ? Math.sqrt(variance) : 1 };
}
