import type { ProfileColumn } from '../core/drift/profile';
import type { ColumnAggregate, QuantileMode, SqlDialect } from './dialect';

/** A column to profile, and how the engine holds it. */
export interface SqlProfileColumn extends ProfileColumn {
  /** True when the categories are held as floating-point numbers (`1.0`): they become the text `1`, and NaN is missing. */
  readonly floating?: boolean;
}

/** What is asked of a numeric column. */
export interface NumericTask {
  readonly kind: 'numeric';
  readonly column: string;
  /** Cells to count in; null counts none. */
  readonly cutPoints: readonly number[] | null;
  /** A value near the mean, against which sums of squares lose no digits; null makes no moments. */
  readonly momentsAround: number | null;
  readonly quantiles: { readonly levels: readonly number[]; readonly mode: QuantileMode } | null;
}

/** What is asked of a categorical column. */
export interface CategoricalTask {
  readonly kind: 'categorical';
  readonly column: string;
  readonly floating: boolean;
  /** How many of the most frequent values. */
  readonly topLimit: number;
  /** Values of which each one's rows are asked. */
  readonly counted: readonly string[];
  /** Values of which all rows together are asked; null asks nothing. */
  readonly known: readonly string[] | null;
}

export type ProfileTask = NumericTask | CategoricalTask;

/** An aggregate and the name of its result column. */
export interface NamedAggregate {
  readonly name: string;
  readonly aggregate: ColumnAggregate;
}

/** What the levels of a profile's statement are made of. */
export interface StatementParts {
  /** The innermost query: each task's column read and converted once. */
  readonly source: string;
  readonly numeric: readonly NamedAggregate[];
  /** With their index among all tasks. */
  readonly categorical: readonly { readonly index: number; readonly task: CategoricalTask }[];
}

/** Squares of differences below this are finite, and so is the sum of as many as there can be rows. */
const LARGEST_FOR_MOMENTS = 1e145;

/** Name of a result column: `c3_cells` is the cells of task 3. */
export const resultName = (task: number, part: string): string => `c${task}_${part}`;

/** Name under which task's raw or converted value comes out of the innermost query. */
export const sourceName = (task: number): string => `c${task}`;

/** The text of a category, NULL where it is missing. */
export function categoryText(dialect: SqlDialect, { column, floating }: CategoricalTask): string {
  const name = dialect.identifier(column);
  if (!floating) return dialect.toText(name);
  const double = dialect.toDouble(name);
  const infinity = dialect.number(Number.POSITIVE_INFINITY);
  return `CASE WHEN ${double} = ${infinity} THEN 'Infinity' WHEN ${double} = -${infinity} THEN '-Infinity' WHEN ${dialect.isFinite(double)} THEN ${dialect.numberText(double)} END`;
}

const plain = (row: string, state: (row: string) => string): ColumnAggregate => ({
  row,
  state,
  finish: (name) => name,
});

/** No rows are no groups where values are counted by grouping, and what is folded from none is NULL. */
const count = (row: string): ColumnAggregate => ({
  row,
  state: (name) => `COUNT(${name})`,
  finish: (name) => `COALESCE(${name}, 0)`,
});

/** The aggregates of a numeric task by result part; `raw` and `double` are names out of the innermost query. */
export function numericAggregates(
  dialect: SqlDialect,
  { cutPoints, momentsAround, quantiles }: NumericTask,
  raw: string,
  double: string,
): Record<string, ColumnAggregate> {
  const aggregates: Record<string, ColumnAggregate> = { present: count(raw) };
  if (cutPoints !== null) aggregates['cells'] = dialect.histogram(double, cutPoints);
  if (quantiles !== null) aggregates['quantiles'] = dialect.quantiles(double, quantiles.levels, quantiles.mode);
  if (momentsAround !== null) {
    const finite = `CASE WHEN ${dialect.isFinite(double)} THEN ${double} END`;
    const center = dialect.number(Math.abs(momentsAround) < LARGEST_FOR_MOMENTS ? momentsAround : 0);
    const difference = `CASE WHEN ABS(${double}) < ${dialect.number(LARGEST_FOR_MOMENTS)} THEN ${double} - ${center} END`;
    aggregates['least'] = plain(finite, (row) => `MIN(${row})`);
    aggregates['greatest'] = plain(finite, (row) => `MAX(${row})`);
    aggregates['finite'] = count(finite);
    aggregates['summed'] = count(difference);
    aggregates['sum'] = plain(difference, (row) => `SUM(${row})`);
    aggregates['squares'] = plain(difference, (row) => `SUM(${row} * ${row})`);
  }
  return aggregates;
}
