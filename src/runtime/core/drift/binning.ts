import { HEAVY_SHARE, type ValueCount } from './profile';
import { quantileOfSorted } from './quantiles';

/** Quantiles 1/bins … (bins − 1)/bins of ascending values, without duplicates; none for no values. */
export function edgesOfSorted(sorted: ArrayLike<number>, bins: number): number[] {
  if (sorted.length === 0) return [];
  const edges: number[] = [];
  for (let step = 1; step < bins; step++) {
    const edge = quantileOfSorted(sorted, step / bins);
    if (edges.length === 0 || edge > edges[edges.length - 1]!) edges.push(edge);
  }
  return edges;
}

/** Values that hold at least `HEAVY_SHARE` of ascending values, ascending. */
export function heavyOfSorted(sorted: ArrayLike<number>): ValueCount<number>[] {
  const heavy: ValueCount<number>[] = [];
  const least = sorted.length * HEAVY_SHARE;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start >= least) heavy.push({ value: sorted[start]!, count: end - start });
    start = end;
  }
  return heavy;
}

/** The bin of a value among `[e_{i−1}, e_i)`: the number of edges that are not above it. */
export function binOf(edges: readonly number[], value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts finite values on a binning: heavy values apart, the others by bin. */
export function countOnBins(
  values: ArrayLike<number>,
  edges: readonly number[],
  heavyValues: readonly number[],
): { binCounts: number[]; heavyCounts: number[] } {
  const binCounts = new Array<number>(edges.length + 1).fill(0);
  const heavyCounts = new Array<number>(heavyValues.length).fill(0);
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    const heavy = heavyValues.indexOf(value);
    if (heavy >= 0) heavyCounts[heavy]!++;
    else binCounts[binOf(edges, value)]!++;
  }
  return { binCounts, heavyCounts };
}
