import type { PreparedMetric } from './sample';

/** The mean of a per-row value over the counted rows; null when no row counts. O(n) a call. */
export function meanOf(values: ArrayLike<number>): PreparedMetric {
  return (counts) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < values.length; row++) {
      sum += counts[row]! * values[row]!;
      total += counts[row]!;
    }
    return total === 0 ? null : sum / total;
  };
}
