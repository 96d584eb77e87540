/**
 * Two histograms made comparable by direct standardisation: the champion's shares of every window count with the weight
 * that the window has for the challenger. A mix of requests that changes with the hour, or a split that changes with the
 * step, then does not show as a difference between the arms.
 */
export interface Standardised {
  /** Σ of the challenger's counts per bucket. */
  readonly challenger: readonly number[];
  /** Σ of the champion's shares per bucket, times the challenger's count of the window. */
  readonly champion: readonly number[];
  /** Σ n₁, of the windows in which both arms had something. */
  readonly trials: number;
  /** Σ n₁²/n₀; the champion's effective number is `trials² / spread`. */
  readonly spread: number;
}

export const NOTHING_STANDARDISED: Standardised = { challenger: [], champion: [], trials: 0, spread: 0 };

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
  return {
    challenger: addCounts(so.challenger, challenger),
    champion: addCounts(
      so.champion,
      champion.map((count) => (n1 * count) / n0),
    ),
    trials: so.trials + n1,
    spread: so.spread + (n1 * n1) / n0,
  };
}

/** The number of champion's requests that would tell as much in one window; 0 at the start. */
export function effectiveChampionTrials({ trials, spread }: Standardised): number {
  return spread === 0 ? 0 : (trials * trials) / spread;
}
