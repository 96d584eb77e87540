import type { Column } from '../../definition/data';
import type { ModelDefinition } from '../../definition/platform';
import { cannotMakeUp } from './cannot-make-up';
import { discreteColumn } from './discrete-column';
import type { MadeColumn } from './made-column';
import { countingColumn, numericColumn, rangeOf } from './numeric-column';
import { STREAMS, seedOf, streamOf } from './stream';
import { assertMatches, textColumn } from './text-column';

/** Categories of a column that names none. */
const CATEGORIES = ['a', 'b', 'c', 'd'] as const;
/** An integer with at most so many values has shares like a category. */
const FEW_VALUES = 12;
/** More values than this are not dealt with one by one, not even for slices. */
const MOST_VALUES = 400;
const DAY = 86_400;
const MONTH = 30 * DAY;

/** How the values of a column are made: unlike ones for the key and where the definition says `unique`. */
export function makeColumn(
  name: string,
  column: Column,
  place: number,
  model: ModelDefinition,
  seed: number,
): MadeColumn {
  const { data } = model;
  if (name === data.timestamp) {
    assertMatches(name, patternIn(column), [instantText(0)], data);
    return { name, make: (_, { happenedAt }) => isoInstant(happenedAt), signal: null };
  }
  const isUnique = column.unique || name === data.key;
  switch (column.type) {
    case 'number':
      if (name === data.key) return countingColumn(name, column);
      return numericColumn(name, { ...column, unique: isUnique }, place);
    case 'integer':
      return isUnique ? countingColumn(name, column) : integerColumn(name, column, place, model);
    case 'category':
      if (isUnique) {
        if (column.values === undefined) return textColumn(name, { ...column, type: 'string', unique: true }, data);
        throw notUnique(name, `${column.values.length} values`);
      }
      return discreteColumn(name, valuesOf(column), place, streamOf(seed, STREAMS.column, seedOf(name)));
    case 'boolean':
      if (isUnique) throw notUnique(name, 'true and false');
      assertMatches(name, column.pattern, [true, false], data);
      return discreteColumn(name, [false, true], place, streamOf(seed, STREAMS.column, seedOf(name)));
    case 'string':
      return textColumn(name, { ...column, unique: isUnique }, data);
    case 'timestamp':
      assertMatches(name, column.pattern, [instantText(0)], data);
      // Events happen at unlike times, and a day before them too.
      return {
        name,
        make: (u, { happenedAt }) => isoInstant(happenedAt - (isUnique ? DAY : Math.floor(u * MONTH))),
        signal: null,
      };
  }
}

/** A category's values; as texts where they are of unlike types, because a table's column has one. */
export function valuesOf(column: Extract<Column, { type: 'category' }>): readonly (string | number | boolean)[] {
  const values = column.values ?? CATEGORIES;
  return new Set(values.map((value) => typeof value)).size === 1 ? values : values.map(String);
}

/** The values of a column that has few, each with a share of its own; null for one that has not. */
export function discreteValues(
  name: string,
  column: Column,
  model: ModelDefinition,
): readonly (string | number | boolean)[] | null {
  if (column.type === 'category') return valuesOf(column);
  if (column.type === 'boolean') return [false, true];
  if (column.type !== 'integer') return null;
  const { min, max } = rangeOf(name, column);
  const count = max - min + 1;
  if (count > (slicedColumns(model).has(name) ? MOST_VALUES : FEW_VALUES)) return null;
  return Array.from({ length: count }, (_, step) => min + step);
}

/** Columns for whose values metrics are asked: each value needs rows. */
export function slicedColumns({ evaluation, monitoring }: ModelDefinition): ReadonlySet<string> {
  const slices = [
    ...(evaluation?.slices ?? []),
    ...(evaluation?.fairness ?? []),
    ...(monitoring.quality?.slices ?? []),
  ];
  return new Set(slices.map(({ column }) => column));
}

function integerColumn(
  name: string,
  column: Extract<Column, { type: 'integer' }>,
  place: number,
  model: ModelDefinition,
): MadeColumn {
  const values = discreteValues(name, column, model);
  if (values === null) return numericColumn(name, column, place);
  return discreteColumn(name, values, place, streamOf(0, STREAMS.column, 0), true);
}

/** ISO 8601 with milliseconds, of epoch seconds. */
export const isoInstant = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString();
/** As a table of times shows them. */
const instantText = (seconds: number): string => isoInstant(seconds).slice(0, 19).replace('T', ' ');

const patternIn = (column: Column): string | undefined => ('pattern' in column ? column.pattern : undefined);

const notUnique = (name: string, got: string) =>
  cannotMakeUp(
    `data.columns.${name}`,
    `${got} in a column that is unique`,
    'another value in each row',
    'make the column a string or an integer, or drop unique',
  );
