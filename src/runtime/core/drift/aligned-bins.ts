import type { CategoricalReference, CategoricalWindow, NumericReference, NumericWindow } from './profile';

/** One bin with the rows that each side has in it. */
export interface AlignedBin {
  /** `[0.5, 2)`, `= 3`, `(null)`, `(unseen)`, a category … */
  readonly label: string;
  readonly reference: number;
  readonly window: number;
}

export const NULL_BIN = '(null)';
export const OTHER_BIN = '(other)';
export const UNSEEN_BIN = '(unseen)';

/**
 * The bins of a numeric column: heavy values, the reference's quantile bins with the infinities in the outer two, and
 * nulls with NaN as a bin of their own. Bins that are empty on both sides are left out: they say nothing.
 */
export function alignNumeric(reference: NumericReference, window: NumericWindow): AlignedBin[] {
  const last = reference.edges.length;
  const infinitiesOf = (column: NumericReference | NumericWindow, bin: number): number =>
    (bin === 0 ? column.negativeInfinities : 0) + (bin === last ? column.positiveInfinities : 0);
  const bins: AlignedBin[] = [
    ...reference.heavy.map(({ value, count }, index) => ({
      label: `= ${value}`,
      reference: count,
      window: window.heavyCounts[index]!,
    })),
    ...reference.binCounts.map((count, bin) => ({
      label: rangeLabel(reference.edges, bin),
      reference: count + infinitiesOf(reference, bin),
      window: window.binCounts[bin]! + infinitiesOf(window, bin),
    })),
    { label: NULL_BIN, reference: reference.nulls + reference.nans, window: window.nulls + window.nans },
  ];
  return bins.filter(occupied);
}

/**
 * The bins of a categorical column: its top categories, other, null and unseen; without those empty on both sides. A
 * column with many rare categories shows new ones without any drift, so the reference's categories with a single row
 * stand for what was unseen in it (Good and Turing): each was unseen in all its other rows.
 */
export function alignCategorical(reference: CategoricalReference, window: CategoricalWindow): AlignedBin[] {
  const singletons = reference.knownComplete ? reference.otherSingletons : 0;
  const bins: AlignedBin[] = [
    ...reference.top.map(({ value, count }, index) => ({
      label: value,
      reference: count,
      window: window.topCounts[index]!,
    })),
    { label: OTHER_BIN, reference: reference.otherCount - singletons, window: window.otherCount },
    { label: NULL_BIN, reference: reference.nulls, window: window.nulls },
    { label: UNSEEN_BIN, reference: singletons, window: window.unseenCount },
  ];
  return bins.filter(occupied);
}

function occupied({ reference, window }: AlignedBin): boolean {
  return reference + window > 0;
}

function rangeLabel(edges: readonly number[], bin: number): string {
  if (edges.length === 0) return '(any)';
  if (bin === 0) return `< ${edges[0]}`;
  return bin === edges.length ? `>= ${edges[bin - 1]}` : `[${edges[bin - 1]}, ${edges[bin]})`;
}
