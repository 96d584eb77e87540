import type { AlignedBin } from './aligned-bins';
import { SHARE_FLOOR } from './profile';

/*
 * Divergences of two histograms on the same bins. Each is a sum over bins of a function of the two shares; `chance.ts`
 * reads those functions to say what a sum is without any drift. Both sides need at least one row.
 */

/** Contribution of one bin from the reference's share p and the window's share q, both at least `SHARE_FLOOR`. */
export const psiTerm = (p: number, q: number): number => (q - p) * Math.log(q / p);

/** Contribution of one bin to the Jensen–Shannon divergence in bits. */
export const jensenShannonTerm = (p: number, q: number): number => {
  const middle = (p + q) / 2;
  return (p > 0 ? p * Math.log2(p / middle) : 0) / 2 + (q > 0 ? q * Math.log2(q / middle) : 0) / 2;
};

/** Contribution of one bin to the squared Cramér's V of two samples of equal size (half of Le Cam's distance). */
export const balancedTerm = (p: number, q: number): number => (p + q > 0 ? (q - p) ** 2 / (2 * (p + q)) : 0);

/** The two sides as shares of their rows. */
export interface Shares {
  readonly reference: readonly number[];
  readonly window: readonly number[];
}

export function sharesOf(bins: readonly AlignedBin[]): Shares {
  return { reference: normalise(bins.map((bin) => bin.reference)), window: normalise(bins.map((bin) => bin.window)) };
}

/** Shares of at least `SHARE_FLOOR`, which sum to one again. */
export function floored(shares: readonly number[]): number[] {
  return normalise(shares.map((share) => Math.max(share, SHARE_FLOOR)));
}

/**
 * Population stability index Σ (q − p) ln(q / p), shares floored at 1e-4 and renormalised; 0 or more, without unit.
 * Source: Yurdakul, "Statistical properties of population stability index" (2018).
 */
export function populationStabilityIndex(bins: readonly AlignedBin[]): number {
  const { reference, window } = sharesOf(bins);
  return sumOf({ reference: floored(reference), window: floored(window) }, psiTerm);
}

/** Jensen–Shannon distance in base 2 (the square root of the divergence): 0 equal … 1 disjoint. Lin (1991). */
export function jensenShannonDistance(bins: readonly AlignedBin[]): number {
  return Math.sqrt(Math.min(sumOf(sharesOf(bins), jensenShannonTerm), 1));
}

/** Pearson's chi-squared of the 2 × B table of counts, and Cramér's V = √(χ² / N) (one side has two rows). */
export interface ChiSquared {
  readonly chiSquared: number;
  readonly degreesOfFreedom: number;
  /** Of the table as it is: small when one side has few rows, whatever the change. */
  readonly cramersV: number;
  /** What V would be with the same shares and as many rows on both sides: 0 … 1, compares across row counts. */
  readonly balancedCramersV: number;
}

export function chiSquaredTest(bins: readonly AlignedBin[]): ChiSquared {
  const n = sum(bins.map((bin) => bin.reference));
  const m = sum(bins.map((bin) => bin.window));
  let chiSquared = 0;
  for (const { reference, window } of bins) {
    const both = reference + window;
    if (both === 0) continue;
    for (const [count, total] of [
      [reference, n],
      [window, m],
    ] as const) {
      const expected = (both * total) / (n + m);
      if (expected > 0) chiSquared += (count - expected) ** 2 / expected;
    }
  }
  const degreesOfFreedom = Math.max(bins.filter((bin) => bin.reference + bin.window > 0).length - 1, 0);
  return {
    chiSquared,
    degreesOfFreedom,
    cramersV: Math.sqrt(Math.min(chiSquared / (n + m), 1)),
    balancedCramersV: Math.sqrt(Math.min(sumOf(sharesOf(bins), balancedTerm), 1)),
  };
}

function sumOf({ reference, window }: Shares, term: (p: number, q: number) => number): number {
  return Math.max(sum(reference.map((p, index) => term(p, window[index]!))), 0);
}

function normalise(values: readonly number[]): number[] {
  const total = sum(values);
  return values.map((value) => (total > 0 ? value / total : 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
