import type { PredictionProfile } from './sample';

type Answer = string | number | null;

/**
 * Edges for a histogram of numeric predictions: the quantiles 1/buckets … of the champion's predictions (linear
 * interpolation), without duplicates. Chosen once a release, and kept. Empty when there is no finite prediction.
 * @param buckets at least 2
 */
export function predictionEdges(predictions: readonly number[], buckets = 10): number[] {
  const sorted = predictions.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [];
  const edges = Array.from({ length: buckets - 1 }, (_, i) => {
    const position = ((i + 1) / buckets) * (sorted.length - 1);
    const below = sorted[Math.floor(position)]!;
    const above = sorted[Math.ceil(position)]!;
    return below + (position - Math.floor(position)) * (above - below);
  });
  return edges.filter((edge, i) => i === 0 || edge > edges[i - 1]!);
}

/**
 * Counts predictions for a sample. With edges: numbers on `[e_{i−1}, e_i)`; what is not a finite number has a bucket of its
 * own at the end, above +∞ as it were, so that a model that starts to answer nothing shows. Without: classes.
 */
export function predictionProfile(predictions: readonly Answer[], edges: readonly number[] | null): PredictionProfile {
  if (edges === null) {
    const counts = new Map<string, number>();
    for (const prediction of predictions) {
      const value = String(prediction);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return { kind: 'classes', classes: [...counts].map(([value, count]) => ({ value, count })) };
  }
  const withNone = [...edges, Number.MAX_VALUE];
  const counts = new Array<number>(withNone.length + 1).fill(0);
  for (const prediction of predictions) {
    const finite = typeof prediction === 'number' && Number.isFinite(prediction);
    const bucket = finite ? withNone.findIndex((edge) => prediction < edge) : -1;
    counts[bucket === -1 ? withNone.length : bucket]! += 1;
  }
  return { kind: 'numeric', edges: withNone, counts };
}

/**
 * Mirrored answers that differ: texts that are not equal, numbers further apart than `tolerance` times the champion's
 * magnitude (or than `tolerance` itself where that is below 1), or an answer of one arm only.
 * @param tolerance 0 or more; 0 asks for equal numbers
 */
export function countDisagreements(
  pairs: readonly { readonly champion: Answer; readonly challenger: Answer }[],
  tolerance: number,
): { compared: number; disagreed: number } {
  const differ = ({ champion, challenger }: (typeof pairs)[number]): boolean => {
    if (typeof champion !== 'number' || typeof challenger !== 'number') return champion !== challenger;
    const distance = Math.abs(champion - challenger);
    return Number.isNaN(distance)
      ? !Object.is(champion, challenger)
      : distance > tolerance * Math.max(1, Math.abs(champion));
  };
  return { compared: pairs.length, disagreed: pairs.filter(differ).length };
}
