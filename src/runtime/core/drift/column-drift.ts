import { DRIFT_METHODS, type DriftMethod } from '../../../kernel/drift-defaults';
import type { AlignedBin } from './aligned-bins';
import { type ColumnRule, needsSketch } from './drift-rules';
import { explainColumn } from './explain';
import type { ColumnReference, ColumnWindow } from './profile';
import { binsOf, type ColumnPair, measure, pairOf, statisticOf } from './statistics';

export type DriftLevel = 'ok' | 'warning' | 'critical' | 'insufficientData';

/** A bin's share on both sides, in percent. */
export interface BinChange {
  readonly bin: string;
  readonly referencePercent: number;
  readonly windowPercent: number;
}

/** What a window says about one column. */
export interface ColumnDrift {
  readonly column: string;
  readonly verdict: DriftLevel;
  /** Why there is nothing to say, for `insufficientData`. */
  readonly reason:
    | 'notInReference'
    | 'missingColumn'
    | 'otherKind'
    | 'noRows'
    | 'tooFewRows'
    | 'withinChance'
    | 'tooManyCategories'
    | null;
  readonly method: DriftMethod;
  /** In the method's unit; null when it could not be computed. */
  readonly statistic: number | null;
  readonly warning: number;
  readonly critical: number;
  /** What the statistic exceeds without any drift in at most 1 % of windows, over all columns together. */
  readonly chanceBound: number | null;
  readonly referenceRows: number;
  readonly windowRows: number;
  readonly flaggedCritical: boolean;
  readonly referenceMissingPercent: number;
  readonly windowMissingPercent: number;
  /** Of categories that the reference does not know; 0 for numbers. */
  readonly unseenPercent: number;
  /** Every method that applies to the column and whose numbers were asked for, for reports; only `method` is judged. */
  readonly statistics: Readonly<Partial<Record<DriftMethod, number>>>;
  /** The bins that changed most, at most three. */
  readonly changes: readonly BinChange[];
  /** One sentence for a person. */
  readonly explanation: string;
}

/** Row counts and the chance that are common to the columns of a window. */
export interface Judging {
  readonly minRows: number;
  /** Probability of a chance bound for one column. */
  readonly alpha: number;
}

/** Judges one column; `reference` or `window` is undefined when that side lacks it. */
export function judgeColumn(
  rule: ColumnRule,
  reference: ColumnReference | undefined,
  window: ColumnWindow | undefined,
  { minRows, alpha }: Judging,
): ColumnDrift {
  const pair = reference === undefined || window === undefined ? undefined : pairOf(reference, window);
  const rows = { referenceRows: reference?.rows ?? 0, windowRows: window?.rows ?? 0 };
  const empty = { statistic: null, chanceBound: null, statistics: {}, changes: [] };
  if (pair === undefined || pair.kind !== kindOf(rule)) {
    const missing = reference === undefined ? 'notInReference' : 'missingColumn';
    const reason = reference === undefined || window === undefined ? missing : 'otherKind';
    return described(rule, { verdict: 'insufficientData', reason, ...rows, ...empty, ...noShares });
  }
  if (pair.reference.rows === 0 || pair.window.rows === 0) {
    return described(rule, { verdict: 'insufficientData', reason: 'noRows', ...rows, ...empty, ...sharesOfPair(pair) });
  }
  const { statistic, chanceBound } = measure(pair, rule.method, alpha);
  const level = statistic >= rule.critical ? 'critical' : statistic >= rule.warning ? 'warning' : 'ok';
  // A threshold of zero still asks for some change.
  const judged = statistic === 0 ? 'ok' : level;
  const reason = reasonToDoubt(pair, judged, statistic < chanceBound, rows.windowRows < minRows);
  return described(rule, {
    verdict: reason === null ? judged : 'insufficientData',
    reason,
    ...rows,
    statistic,
    chanceBound,
    ...sharesOfPair(pair),
    statistics: allStatistics(pair),
    changes: greatestChanges(binsOf(pair), pair),
  });
}

function reasonToDoubt(
  pair: ColumnPair,
  judged: Exclude<DriftLevel, 'insufficientData'>,
  withinChance: boolean,
  tooFewRows: boolean,
): ColumnDrift['reason'] {
  if (tooFewRows) return 'tooFewRows';
  if (judged !== 'ok') return withinChance ? 'withinChance' : null;
  return isMostlyUncounted(pair) ? 'tooManyCategories' : null;
}

/**
 * More than half of the reference's values are categories that it neither counts nor fully remembers: they could all be
 * others in the window, and no statistic would move.
 */
function isMostlyUncounted(pair: ColumnPair): boolean {
  if (pair.kind === 'numeric' || pair.reference.knownComplete) return false;
  const { otherCount, rows, nulls } = pair.reference;
  return 2 * otherCount > rows - nulls;
}

function kindOf({ type }: ColumnRule): ColumnPair['kind'] {
  return type === 'number' || type === 'integer' ? 'numeric' : 'categorical';
}

const noShares = { referenceMissingPercent: 0, windowMissingPercent: 0, unseenPercent: 0 };

type Judged = Omit<ColumnDrift, 'column' | 'method' | 'warning' | 'critical' | 'flaggedCritical' | 'explanation'>;

function described(rule: ColumnRule, judged: Judged): ColumnDrift {
  const { name, method, warning, critical, flaggedCritical } = rule;
  const result = { column: name, method, warning, critical, flaggedCritical, ...judged };
  return { ...result, explanation: explainColumn(result) };
}

function allStatistics(pair: ColumnPair): Partial<Record<DriftMethod, number>> {
  const statistics: Partial<Record<DriftMethod, number>> = {};
  for (const method of DRIFT_METHODS) {
    if (!needsSketch(method) || (pair.kind === 'numeric' && pair.window.quantiles !== null))
      statistics[method] = statisticOf(pair, method);
  }
  return statistics;
}

function sharesOfPair(pair: ColumnPair): typeof noShares {
  const missing = (side: ColumnPair['reference'] | ColumnPair['window']): number =>
    percentOf(side.nulls + (side.kind === 'numeric' ? side.nans : 0), side.rows);
  return {
    referenceMissingPercent: missing(pair.reference),
    windowMissingPercent: missing(pair.window),
    unseenPercent: pair.kind === 'categorical' ? percentOf(pair.window.unseenCount, pair.window.rows) : 0,
  };
}

function greatestChanges(bins: readonly AlignedBin[], { reference, window }: ColumnPair): BinChange[] {
  return bins
    .map((bin) => ({
      bin: bin.label,
      referencePercent: percentOf(bin.reference, reference.rows),
      windowPercent: percentOf(bin.window, window.rows),
    }))
    .sort((a, b) => changeOf(b) - changeOf(a))
    .slice(0, 3);
}

function changeOf({ referencePercent, windowPercent }: BinChange): number {
  return Math.abs(windowPercent - referencePercent);
}

function percentOf(count: number, rows: number): number {
  return rows === 0 ? 0 : (100 * count) / rows;
}
