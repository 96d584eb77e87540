import { nextUp } from './doubles';

/**
 * Cut points by which a histogram can be folded into bins and heavy values: the edges, and around each heavy value the
 * double itself and the next one, between which lies nothing else. A single 0 where there is nothing to cut.
 */
export function cutPointsOf(edges: readonly number[], heavy: readonly number[]): number[] {
  const points = new Set([...edges, ...heavy.flatMap((value) => [value, nextUp(value)])].filter(Number.isFinite));
  return points.size === 0 ? [0] : [...points].sort((a, b) => a - b);
}

/** Rows of a numeric column by where their values are. */
export interface FoldedCells {
  readonly negativeInfinities: number;
  readonly positiveInfinities: number;
  /** One more than there are edges; without the heavy values. */
  readonly binCounts: number[];
  /** One a heavy value. */
  readonly heavyCounts: number[];
}

/**
 * Folds the counts of `SqlDialect.histogram` on `cutPointsOf(edges, heavy)`. Cell i of the k + 1 finite ones starts at
 * cut point i − 1 and is within one bin.
 * @param counts k + 3 of them
 */
export function foldCells(counts: readonly number[], edges: readonly number[], heavy: readonly number[]): FoldedCells {
  const cutPoints = cutPointsOf(edges, heavy);
  const binCounts = new Array<number>(edges.length + 1).fill(0);
  const heavyCounts = new Array<number>(heavy.length).fill(0);
  let bin = 0;
  for (let cell = 0; cell <= cutPoints.length; cell++) {
    const start = cell === 0 ? Number.NEGATIVE_INFINITY : cutPoints[cell - 1]!;
    while (bin < edges.length && edges[bin]! <= start) bin++;
    const heavyIndex = heavy.indexOf(start);
    if (heavyIndex >= 0) heavyCounts[heavyIndex]! += counts[cell + 1]!;
    else binCounts[bin]! += counts[cell + 1]!;
  }
  return {
    negativeInfinities: counts[0]!,
    positiveInfinities: counts[cutPoints.length + 2]!,
    binCounts,
    heavyCounts,
  };
}
