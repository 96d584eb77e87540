/**
 * Two histograms made comparable: the shares of both arms in every window, weighted alike with n₁n₀/(n₁ + n₀) (the weights
 * of Mantel and Haenszel). A mix of requests that changes with the hour, or a split that changes with the step, then does
 * not show as a difference between the arms, and a window in which one arm has next to nothing counts next to nothing.
 */
export interface Standardised {
  /** Σ weight · the challenger's share, per bucket. */
  readonly challenger: readonly number[];
  /** Σ weight · the champion's share, per bucket. */
  readonly champion: readonly number[];
  /** Σ weight, of the windows in which both arms had something. */
  readonly weight: number;
  /** Σ weight²/n, per arm: the variance of a share is `p(1 − p) · spread / weight²`. */
  readonly spread: { readonly challenger: number; readonly champion: number };
}

export const NOTHING_STANDARDISED: Standardised = {
  challenger: [],
  champion: [],
  weight: 0,
  spread: { challenger: 0, champion: 0 },
};

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Sums two lists; the shorter one counts as having zeros at its end. */
export function addCounts(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
}

/** Adds one window; counts are on the same buckets each time. A window with an empty arm changes nothing. */
export function addHistograms(
  so: Standardised,
  challenger: readonly number[],
  champion: readonly number[],
): Standardised {
  const n1 = sum(challenger);
  const n0 = sum(champion);
  if (n1 === 0 || n0 === 0) return so;
  const weight = (n1 * n0) / (n1 + n0);
  const weighted = (counts: readonly number[], n: number): number[] => counts.map((count) => (weight * count) / n);
  return {
    challenger: addCounts(so.challenger, weighted(challenger, n1)),
    champion: addCounts(so.champion, weighted(champion, n0)),
    weight: so.weight + weight,
    spread: {
      challenger: so.spread.challenger + weight ** 2 / n1,
      champion: so.spread.champion + weight ** 2 / n0,
    },
  };
}

/**
 * The numbers of requests that would tell as much if they had come in one window: at most the real ones, and equal to them
 * for one window. 0 at the start.
 */
export function effectiveTrials({ weight, spread }: Standardised): { challenger: number; champion: number } {
  if (weight === 0) return { challenger: 0, champion: 0 };
  return { challenger: weight ** 2 / spread.challenger, champion: weight ** 2 / spread.champion };
}
