import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import type { Random } from '../../runtime/core/statistics/random';
import { featureNames } from '../engine/event-feed';
import { cannotMakeUp } from './cannot-make-up';
import { makeColumn } from './columns';
import { planLabel, type Unlabelled } from './label-plan';
import type { MadeColumn, RowPlace } from './made-column';
import { STREAMS, streamOf } from './stream';

/** What is otherwise in the world than it was: it changes values and labels, not how they are delivered. */
export interface WorldState {
  /** Features that have moved, by so many standard deviations. */
  readonly shifts: readonly { readonly column: string; readonly by: number }[];
  /** How the label follows the features: 1 as before, 0 not at all, −1 turned round. */
  readonly relation: number;
}

/** A row as the world makes it: all columns of the contract in their order, the label among them. */
export interface MadeRow {
  readonly key: string;
  readonly row: Readonly<Record<string, Json>>;
}

/** Rows made up from a model's data contract. Nothing but its arguments decides about a row. */
export interface RowPlan {
  readonly definition: ModelDefinition;
  /** Names of the model's inputs. */
  readonly features: readonly string[];
  /** The features that a fault of one column may be about: those that the label follows. */
  readonly followed: readonly string[];
  /** What stands in the label's column before the truth is known. */
  readonly earlyLabel: Json;
  /** @throws OperationError `cannotMakeUp` when a column that has to be unique has no further value */
  rowAt(index: number, happenedAt: number, world?: WorldState): MadeRow;
}

type Values = Record<string, Json>;

export const AS_EVER: WorldState = { shifts: [], relation: 1 };

/** Rows from which the label is planned; more make its share of classes and its separation only a little more exact. */
const SAMPLE = 1800;

/**
 * How rows of a model are made: numbers from a normal distribution that is cut off at min and max, categories with unequal
 * shares, missing values up to half of what is allowed, and a label that follows the features linearly, with noise that
 * leaves the definition's own bounds comfortable. They say nothing of the team's real data.
 * @throws OperationError `cannotMakeUp` when the contract asks for something that cannot be made up
 */
export function planRows(definition: ModelDefinition, seed: number): RowPlan {
  const { data } = definition;
  const labelName = data.label.column;
  const columns = Object.entries(data.columns)
    .filter(([name]) => name !== labelName)
    .map(([name, column], place) => makeColumn(name, column, place, definition, seed));
  const features = featureNames(data);
  const followed = columns.filter(({ name, signal }) => signal !== null && features.includes(name));
  if (followed.length === 0) {
    throw cannotMakeUp(
      'data.columns',
      'no feature of type number, integer, category or boolean',
      'a feature that a label can follow',
      'declare at least one feature of these types',
    );
  }
  const missing = missingRule(definition);

  /** Values of some columns before anything is missing; those that moved have moved. */
  const valuesOf = (of: readonly MadeColumn[], random: Random, place: RowPlace, world: WorldState): Values => {
    const values: Values = {};
    for (const column of of) values[column.name] = column.make(random.next(), place);
    for (const { column, by } of world.shifts) {
      const moved = followed.find(({ name }) => name === column);
      if (moved !== undefined) values[column] = moved.signal!.move(values[column]!, by);
    }
    return values;
  };
  const scoresOf = (values: Values): number[] => followed.map(({ name, signal }) => signal!.score(values[name]!));

  const sample = Array.from({ length: SAMPLE }, (_, index): Unlabelled => {
    const random = streamOf(seed, STREAMS.calibration, index);
    const row = valuesOf(followed, random, { index, happenedAt: index }, AS_EVER);
    return { row, scores: scoresOf(row) };
  });
  const law = planLabel(definition, seed, sample);

  return {
    definition,
    features,
    followed: followed.map(({ name }) => name),
    earlyLabel: law.early,
    rowAt: (index, happenedAt, world = AS_EVER) => {
      const random = streamOf(seed, STREAMS.row, index);
      const values = valuesOf(columns, random, { index, happenedAt }, world);
      const draws = { normal: random.normal(), uniform: random.next() };
      const label = law.label(scoresOf(values), world.relation, draws);
      const made: Record<string, Json> = {};
      for (const name of Object.keys(data.columns)) {
        if (name === labelName) made[name] = label;
        else made[name] = missing(name, index) ? null : values[name]!;
      }
      return { key: data.key === undefined ? String(index) : String(made[data.key]), row: made };
    },
  };
}

/** Which values are missing: half of what is allowed, evenly, so that no part of the rows has more than is allowed. */
function missingRule({ data }: ModelDefinition): (name: string, index: number) => boolean {
  const rates = new Map<string, { rate: number; delay: number }>();
  Object.entries(data.columns).forEach(([name, column], place) => {
    const isNeeded = name === data.key || name === data.timestamp || name === data.label.column || column.unique;
    if (!isNeeded && column.maxMissingPercent > 0) {
      rates.set(name, { rate: column.maxMissingPercent / 200, delay: place });
    }
  });
  return (name, index) => {
    const found = rates.get(name);
    if (found === undefined) return false;
    const at = index - found.delay;
    return at >= 0 && Math.floor((at + 1) * found.rate) > Math.floor(at * found.rate);
  };
}
