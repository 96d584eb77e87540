import { normalQuantile } from '../statistics/distributions';
import type { Quantity } from './quantity';
import type { Comparator, Verdict } from './types';

/** A bound on a quantity. */
export interface Bound {
  readonly comparator: Comparator;
  readonly value: number;
}

/** Differences of this share of the bound are rounding, not a violation: 0.845 − 0.85 is not exactly −0.005. */
const ROUNDING = 1e-12;

/** Chance of a decision at `rowsNeeded` rows, if the estimate is the truth. */
const POWER = 0.8;

/** More rows than this are nobody's plan. */
const MOST_ROWS = 100_000_000;

const SMALLEST_P = 1e-12;

/** True when the number keeps the bound. */
export function keeps(bound: Bound, value: number): boolean {
  const slack = ROUNDING * Math.max(1, Math.abs(bound.value));
  switch (bound.comparator) {
    case '>=':
      return value >= bound.value - slack;
    case '>':
      return value > bound.value + slack;
    case '<=':
      return value <= bound.value + slack;
    case '<':
      return value < bound.value - slack;
  }
}

/** The bound is shown to hold: the one-sided bound of the quantity on its bad side keeps it. */
export function isShown(known: Quantity, bound: Bound, alpha: number): boolean {
  return keeps(bound, asksForMore(bound) ? known.lower(alpha) : known.upper(alpha));
}

/** The bound is shown not to hold: even the one-sided bound on its good side does not keep it. */
export function isRefuted(known: Quantity, bound: Bound, alpha: number): boolean {
  return !keeps(bound, asksForMore(bound) ? known.upper(alpha) : known.lower(alpha));
}

export function decide(known: Quantity, bound: Bound, alpha: number): Verdict {
  if (isShown(known, bound, alpha)) return 'pass';
  return isRefuted(known, bound, alpha) ? 'fail' : 'inconclusive';
}

/** The smallest error rate at which the bound is refuted (its p-value, by inverting the interval); 0.5 stands for 0.5 and more. */
export function refutationP(known: Quantity, bound: Bound): number {
  let refuted = 0.5;
  if (!isRefuted(known, bound, refuted)) return refuted;
  let open = SMALLEST_P;
  if (isRefuted(known, bound, open)) return open;
  for (let step = 0; step < 50; step++) {
    const middle = Math.sqrt(open * refuted);
    if (isRefuted(known, bound, middle)) refuted = middle;
    else open = middle;
  }
  return refuted;
}

/**
 * About how many rows would decide, one way or the other, in four of five cases if estimate and spread are the truth:
 * n ((z(1 − α) + z(0.8)) · se / distance to the bound)², the usual sample size of a one-sided test, at least one row more than now.
 * @returns null when the estimate lies on the bound or more than 100 million rows come out
 */
export function rowsToDecide(known: Quantity, bound: Bound, alpha: number, rows: number): number | null {
  const distance = Math.abs(known.estimate - bound.value);
  const z = normalQuantile(1 - alpha);
  // Bounds can be further out than the resamples' spread says (few errors): the distance to them counts then.
  const spread = Math.max(
    finite(known.standardError),
    finite((known.estimate - known.lower(alpha)) / z),
    finite((known.upper(alpha) - known.estimate) / z),
  );
  if (distance <= ROUNDING * Math.max(1, Math.abs(bound.value)) || spread === 0) return null;
  const needed = Math.ceil(rows * (((z + normalQuantile(POWER)) * spread) / distance) ** 2);
  return needed > MOST_ROWS ? null : Math.max(needed, rows + 1);
}

function asksForMore({ comparator }: Bound): boolean {
  return comparator === '>=' || comparator === '>';
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
