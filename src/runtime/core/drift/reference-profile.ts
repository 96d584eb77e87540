import { countOnBins, edgesOfSorted, heavyOfSorted } from './binning';
import { duplicateColumn, invalidDriftArgument } from './errors';
import {
  type CategoricalReference,
  type ColumnReference,
  DRIFT_FORMULA_VERSION,
  KNOWN_CATEGORIES,
  type NumericReference,
  type ProfileColumn,
  type ReferenceOrigin,
  type ReferenceProfile,
  SHARE_FLOOR,
  TOP_CATEGORIES,
  TOP_CATEGORY_SHARE,
} from './profile';
import { momentsOfSorted, sketchOfSorted } from './quantiles';
import { byText, type Rows, readCategories, readNumeric } from './table';

/** How a reference profile is made. */
export interface ReferenceOptions {
  readonly origin: ReferenceOrigin;
  /** Quantile bins of a numeric column, 2 or more. */
  readonly bins: number;
  /** The column with the model's answers; none when they are not watched. */
  readonly prediction?: ProfileColumn;
}

/**
 * The reference profile of rows in memory; whole tables are profiled by SQL into the same shape.
 * The order of the rows changes nothing.
 * @throws OperationError `duplicateDriftColumn`, `invalidDriftArgument`
 */
export function buildReferenceProfile(
  rows: Rows,
  columns: readonly ProfileColumn[],
  options: ReferenceOptions,
): ReferenceProfile {
  const { bins, origin, prediction } = options;
  if (!Number.isInteger(bins) || bins < 2)
    throw invalidDriftArgument('bins', bins, 'a whole number of bins, 2 or more');
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw duplicateColumn(name);
    names.add(name);
  }
  return {
    formulaVersion: DRIFT_FORMULA_VERSION,
    shareFloor: SHARE_FLOOR,
    bins,
    origin,
    rows: rows.length,
    columns: columns.map((column) => referenceOf(rows, column, bins)),
    prediction: prediction === undefined ? null : referenceOf(rows, prediction, bins),
  };
}

function referenceOf(rows: Rows, { name, type }: ProfileColumn, bins: number): ColumnReference {
  return type === 'number' || type === 'integer'
    ? numericReference(rows, name, type, bins)
    : categoricalReference(rows, name, type);
}

function numericReference(rows: Rows, name: string, type: NumericReference['type'], bins: number): NumericReference {
  const { finite, ...counts } = readNumeric(rows, name);
  const edges = edgesOfSorted(finite, bins);
  const heavy = heavyOfSorted(finite);
  const { binCounts } = countOnBins(
    finite,
    edges,
    heavy.map(({ value }) => value),
  );
  return {
    kind: 'numeric',
    name,
    type,
    ...counts,
    edges,
    heavy,
    binCounts,
    moments: momentsOfSorted(finite),
    quantiles: sketchOfSorted(finite),
  };
}

function categoricalReference(rows: Rows, name: string, type: CategoricalReference['type']): CategoricalReference {
  const { categories, ...counts } = readCategories(rows, name);
  const present = counts.rows - counts.nulls;
  const top = categories.slice(0, TOP_CATEGORIES).filter(({ count }) => count >= present * TOP_CATEGORY_SHARE);
  return {
    kind: 'categorical',
    name,
    type,
    ...counts,
    top,
    otherCount: present - top.reduce((sum, { count }) => sum + count, 0),
    otherSingletons: categories.slice(top.length).filter(({ count }) => count === 1).length,
    known: categories
      .slice(0, KNOWN_CATEGORIES)
      .map(({ value }) => value)
      .sort(byText),
    knownComplete: categories.length <= KNOWN_CATEGORIES,
  };
}
