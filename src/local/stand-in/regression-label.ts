import type { Column } from '../../definition/data';
import type { ModelDefinition } from '../../definition/platform';
import { absoluteBounds, tightestMax, tightestMin } from './bounds';
import { cannotMakeUp } from './cannot-make-up';
import { dot, type LabelLaw } from './label-law';
import { rangeOf } from './numeric-column';

type Numeric = Extract<Column, { type: 'number' | 'integer' }>;

/** Share of a bound that the noise alone takes up: what is left is room for what a model has not learnt. */
const SHARE_OF_BOUND = 0.4;
/** Share of the label's variance that the features explain, where no bound asks for more. */
const EXPLAINED = 0.9;
/** Standard deviations of the label between its mean and an end of its range: few labels are cut off there. */
const HALF_RANGE = 4;
/** E|ε| of a standard normal ε: √(2/π). */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

/** Where the labels of a regression lie. */
export interface LabelScale {
  readonly centre: number;
  /** Standard deviation of the label. */
  readonly deviation: number;
  /** Standard deviation of what the features do not explain. */
  readonly noise: number;
}

/**
 * A label that is a linear function of the features plus normal noise, in the label's range. The noise takes up 40 % of the
 * tightest absolute bound on rmse, mae or mape, or fills the range where there is none.
 * @throws OperationError `cannotMakeUp` when the label's column holds no numbers
 */
export function regressionLabel(
  name: string,
  column: Column,
  model: ModelDefinition,
  weights: readonly number[],
): LabelLaw {
  if (column.type !== 'number' && column.type !== 'integer') {
    const expected = 'a column of type number or integer for the label of a regression';
    throw cannotMakeUp(`data.columns.${name}.type`, column.type, expected, 'mend the type, or the task');
  }
  const { centre, deviation, noise } = labelScale(name, column, model);
  const signal = Math.sqrt(Math.max(deviation ** 2 - noise ** 2, 0));
  const [min, max] = [column.min ?? Number.NEGATIVE_INFINITY, column.max ?? Number.POSITIVE_INFINITY];
  const units = 10 ** Math.min(Math.max(4 - Math.floor(Math.log10(deviation)), 0), 12);
  const within = (value: number): number => {
    const rounded = column.type === 'integer' ? Math.round(value) : Math.round(value * units) / units;
    return Math.min(Math.max(rounded, min), max);
  };
  return {
    label: (scores, relation, { normal }) => within(centre + relation * signal * dot(weights, scores) + noise * normal),
    early: column.min ?? 0,
  };
}

/** Exported for tests. */
export function labelScale(name: string, column: Numeric, model: ModelDefinition): LabelScale {
  const bounds = absoluteBounds(model);
  const explained = Math.max(EXPLAINED, 1 - SHARE_OF_BOUND * (1 - tightestMin(bounds, 'r2')));
  // Noise is this part of the label's deviation.
  const part = Math.sqrt(1 - explained);
  const absolute = Math.min(tightestMax(bounds, 'mae') / MEAN_ABSOLUTE, tightestMax(bounds, 'rmse')) * SHARE_OF_BOUND;
  const { min, max } = rangeOf(name, column);
  const isOpen = column.min === undefined || column.max === undefined;
  const widest = isOpen && Number.isFinite(absolute) ? Number.POSITIVE_INFINITY : (max - min) / 2 / HALF_RANGE;
  const noise = Math.min(absolute, widest * part);
  const relative = tightestMax(bounds, 'mape') * SHARE_OF_BOUND;
  // Labels vary about the centre, so that their mean 1/|label| is above 1/|centre|: a quarter more is enough.
  const least = (1.25 * MEAN_ABSOLUTE * noise) / relative;
  const centre = centreOf(column, (HALF_RANGE * noise) / part, least, (min + max) / 2);
  const shrink = least > Math.abs(centre) ? Math.max(Math.abs(centre), Number.EPSILON) / least : 1;
  return { centre, noise: noise * shrink, deviation: (noise * shrink) / part };
}

/** The middle of a closed range, half a range from the end of an open one; far enough from 0 for a bound on mape. */
function centreOf({ min, max }: Numeric, half: number, least: number, middle: number): number {
  if (min !== undefined && max !== undefined) {
    if (least === 0 || Math.abs(middle) > half) return middle;
    return Math.abs(max) >= Math.abs(min) ? Math.max(middle, max - half) : Math.min(middle, min + half);
  }
  if (min !== undefined) return Math.max(min + half, least);
  if (max !== undefined) return Math.min(max - half, -least);
  return Math.max(2 * half, least);
}
