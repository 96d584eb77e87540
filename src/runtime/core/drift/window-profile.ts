import { countOnBins } from './binning';
import {
  type CategoricalReference,
  type CategoricalWindow,
  type ColumnReference,
  type ColumnWindow,
  DRIFT_FORMULA_VERSION,
  type NumericReference,
  type NumericWindow,
  type ReferenceProfile,
  TOP_CATEGORIES,
  type WindowProfile,
  type WindowSpan,
} from './profile';
import { momentsOfSorted, sketchOfSorted } from './quantiles';
import { hasColumn, type Rows, readCategories, readNumeric } from './table';

/**
 * The profile of a window's rows in memory, counted on the reference's binning; whole tables are profiled by SQL into
 * the same shape. A column that no row has is left out. The order of the rows changes nothing.
 */
export function buildWindowProfile(rows: Rows, reference: ReferenceProfile, span: WindowSpan): WindowProfile {
  const { prediction } = reference;
  return {
    formulaVersion: DRIFT_FORMULA_VERSION,
    referenceDigest: reference.origin.dataDigest,
    span,
    rows: rows.length,
    columns: reference.columns.filter(({ name }) => hasColumn(rows, name)).map((column) => windowOf(rows, column)),
    prediction: prediction !== null && hasColumn(rows, prediction.name) ? windowOf(rows, prediction) : null,
  };
}

function windowOf(rows: Rows, reference: ColumnReference): ColumnWindow {
  return reference.kind === 'numeric' ? numericWindow(rows, reference) : categoricalWindow(rows, reference);
}

function numericWindow(rows: Rows, { name, edges, heavy }: NumericReference): NumericWindow {
  const { finite, ...counts } = readNumeric(rows, name);
  const { binCounts, heavyCounts } = countOnBins(
    finite,
    edges,
    heavy.map(({ value }) => value),
  );
  return {
    kind: 'numeric',
    name,
    ...counts,
    heavyCounts,
    binCounts,
    moments: momentsOfSorted(finite),
    quantiles: sketchOfSorted(finite),
  };
}

function categoricalWindow(rows: Rows, reference: CategoricalReference): CategoricalWindow {
  const { categories, ...counts } = readCategories(rows, reference.name);
  const topIndex = new Map(reference.top.map(({ value }, index) => [value, index]));
  const known = new Set(reference.known);
  const topCounts = new Array<number>(reference.top.length).fill(0);
  let otherCount = 0;
  let unseenCount = 0;
  for (const { value, count } of categories) {
    const index = topIndex.get(value);
    if (index !== undefined) topCounts[index] = count;
    else if (reference.knownComplete && !known.has(value)) unseenCount += count;
    else otherCount += count;
  }
  return {
    kind: 'categorical',
    name: reference.name,
    ...counts,
    topCounts,
    otherCount,
    unseenCount,
    top: categories.slice(0, TOP_CATEGORIES),
  };
}
