import { formatSeconds } from '../../../kernel/duration';

/** A span `[startSeconds, endSeconds)` in epoch seconds. */
export interface KpiWindow {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export type KpiUnit = 'perDay' | 'per30Days' | 'percent' | 's' | 'currency' | 'ms';

/**
 * One key figure, with everything that is needed to believe it. `value` is null exactly when there are too few to say.
 * For a share `value = 100 · numerator / denominator`; for a rate the denominator is the time or the number that it is
 * per; for a median or a percentile the numerator is null and the denominator is the number of values.
 */
export interface Figure {
  /** Stable id: `dora-…` and `kpi-…` as in the lifecycle audit. */
  readonly id: string;
  readonly value: number | null;
  readonly unit: KpiUnit;
  readonly numerator: number | null;
  readonly denominator: number;
  /** The least denominator that allows a value. */
  readonly needed: number;
  readonly window: KpiWindow;
  /** Records that could not be used (a time before its cause, a missing end), each counted once. */
  readonly excluded: number;
  /** What is counted, in a sentence. */
  readonly definition: string;
  /** The figure for people, also when there are too few to say. */
  readonly text: string;
}

/** Least number of values for a median: below it one value is the figure. */
export const MIN_FOR_MEDIAN = 3;
/** Least denominator for a share: below it one event moves it by more than 20 points. */
export const MIN_FOR_SHARE = 5;

interface FigureInput {
  readonly id: string;
  readonly unit: KpiUnit;
  readonly window: KpiWindow;
  readonly definition: string;
  readonly excluded?: number;
}

const days = ({ startSeconds, endSeconds }: KpiWindow): string =>
  `${Number(((endSeconds - startSeconds) / 86_400).toFixed(1))} days`;

const tooFew = (have: number, needed: number): string => `too few to say: ${have} of ${needed}`;

/** A share in percent of distinct things. */
export function share(
  input: FigureInput,
  numerator: number,
  denominator: number,
  needed: number = MIN_FOR_SHARE,
): Figure {
  const enough = denominator >= needed;
  const counts = `${numerator} of ${denominator} in ${days(input.window)}`;
  return {
    ...input,
    excluded: input.excluded ?? 0,
    numerator,
    denominator,
    needed,
    value: enough ? (100 * numerator) / denominator : null,
    text: enough
      ? `${((100 * numerator) / denominator).toFixed(1)} %: ${counts}`
      : `${tooFew(denominator, needed)} (${counts})`,
  };
}

/** A quantile of seconds; linear interpolation between order statistics (numpy's default). */
export function quantileFigure(input: FigureInput, values: readonly number[], quantile = 0.5): Figure {
  const needed = quantile === 0.5 ? MIN_FOR_MEDIAN : Math.ceil(1 / (1 - quantile));
  const value = values.length >= needed ? quantileOf(values, quantile) : null;
  const name = quantile === 0.5 ? 'median' : `p${Math.round(quantile * 100)}`;
  const counts = `${values.length} in ${days(input.window)}`;
  return {
    ...input,
    excluded: input.excluded ?? 0,
    numerator: null,
    denominator: values.length,
    needed,
    value,
    text:
      value === null
        ? `${tooFew(values.length, needed)} (${counts})`
        : `${name} ${formatSeconds(Math.round(value))} of ${counts}`,
  };
}

/** A count per unit of time or of something counted. */
export function rate(input: FigureInput, numerator: number, denominator: number, needed: number): Figure {
  const value = denominator >= needed && denominator > 0 ? numerator / denominator : null;
  const counts = `${Number(numerator.toPrecision(6))} by ${Number(denominator.toPrecision(6))} in ${days(input.window)}`;
  return {
    ...input,
    excluded: input.excluded ?? 0,
    numerator,
    denominator,
    needed,
    value,
    text:
      value === null
        ? `${tooFew(denominator, needed)} (${counts})`
        : `${Number(value.toPrecision(4))} ${input.unit}: ${counts}`,
  };
}

/** Quantile by linear interpolation. @param values at least one */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = quantile * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (position - Math.floor(position)) * (above - below);
}

/** True for an instant within a window. */
export function within({ startSeconds, endSeconds }: KpiWindow, atSeconds: number | null): boolean {
  return atSeconds !== null && atSeconds >= startSeconds && atSeconds < endSeconds;
}
