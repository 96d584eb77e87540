import type { CategoricalReference, CategoricalWindow, ColumnReference, ColumnWindow } from './profile';
import { sketchKolmogorovSmirnov } from './sketch-distance';
import { kolmogorovSmirnovBound } from './statistics';

/**
 * How differently a window's column and any column of the reference are distributed, 0 … 1: Kolmogorov–Smirnov of the
 * sketches of two numeric columns, total variation of the top categories of two categorical ones (categories beyond
 * both tops count as equal). Numbers and categories are as far apart as can be.
 * @param enough a distance from which on the exact value is of no interest: any value above it may be returned instead
 */
export function signatureDistance(reference: ColumnReference, window: ColumnWindow, enough?: number): number {
  if (reference.kind === 'numeric' && window.kind === 'numeric') {
    return sketchKolmogorovSmirnov(reference, window, enough);
  }
  if (reference.kind === 'categorical' && window.kind === 'categorical') return totalVariation(reference, window);
  return 1;
}

/** What the distance of two samples of one distribution exceeds with at most probability `alpha`. */
export function signatureChanceBound(reference: ColumnReference, window: ColumnWindow, alpha: number): number {
  const n = Math.max(reference.rows, 1);
  const m = Math.max(window.rows, 1);
  if (reference.kind === 'numeric') return kolmogorovSmirnovBound(n, m, alpha);
  // Mean of the total variation by Cauchy–Schwarz, deviation by McDiarmid.
  const error = Math.sqrt(1 / n + 1 / m);
  return Math.min(error * (Math.sqrt(reference.top.length + 1) / 2 + Math.sqrt(Math.log(1 / alpha) / 2)), 1);
}

/** Number of different values that a signature shows: few values look alike by accident. */
export function signatureDetail(column: ColumnReference): number {
  return column.kind === 'numeric' ? new Set(column.quantiles ?? []).size : column.top.length;
}

/** True when two columns of one window hold the same distribution to the last digit: one is a copy of the other. */
export function sameSignature(first: ColumnWindow, second: ColumnWindow): boolean {
  if (first.kind === 'numeric' && second.kind === 'numeric') {
    if (first.quantiles === null || second.quantiles === null) return false;
    return (
      first.nulls + first.nans === second.nulls + second.nans &&
      first.quantiles.every((quantile, index) => quantile === second.quantiles![index])
    );
  }
  if (first.kind === 'categorical' && second.kind === 'categorical') {
    return first.nulls === second.nulls && JSON.stringify(first.top) === JSON.stringify(second.top);
  }
  return false;
}

function totalVariation(reference: CategoricalReference, window: CategoricalWindow): number {
  if (reference.rows === 0 || window.rows === 0) return 0;
  const shares = new Map<string, number>();
  let restOfReference = 1 - reference.nulls / reference.rows;
  let restOfWindow = 1 - window.nulls / window.rows;
  for (const { value, count } of reference.top) {
    shares.set(value, count / reference.rows);
    restOfReference -= count / reference.rows;
  }
  for (const { value, count } of window.top) {
    shares.set(value, (shares.get(value) ?? 0) - count / window.rows);
    restOfWindow -= count / window.rows;
  }
  let gained = Math.max(reference.nulls / reference.rows - window.nulls / window.rows, 0);
  let lost = Math.max(window.nulls / window.rows - reference.nulls / reference.rows, 0);
  for (const difference of shares.values()) {
    if (difference > 0) gained += difference;
    else lost -= difference;
  }
  // What one side keeps beyond its top may be what the other shows in its own: it hides at most that much.
  const hidden = Math.max(restOfReference, restOfWindow, 0);
  return Math.min(Math.max(Math.max(gained, lost) - hidden, 0), 1);
}
