import type { Sample } from '../metrics/sample';
import { type Bounds, pairedDifferenceBounds, proportionBounds } from '../statistics/proportions';
import { answersAreIdentical } from './population';

/** One-sided bounds at error rate α. */
export type BoundsAt = (alpha: number) => Bounds;

/** Fewer errors than this among the rarer class, and resampled bounds of auc are too narrow. */
const FEW_ERRORS = 5;

/**
 * Bounds for a metric that is a share of rows, which hold for few errors too: 200 right answers of 200 do not show that all are right,
 * but every resample of them says so.
 * - accuracy, precision, recall: Clopper and Pearson's exact bounds on the rows in the denominator
 * - auc with fewer than five expected errors: the same with the rarer class's rows as trials, because the variance of auc is at most
 *   A (1 − A) / min(positives, negatives) (Birnbaum and Klose, Annals of Mathematical Statistics 28, 1957)
 * @returns null for other metrics
 */
export function exactBounds(metric: string, value: number, sample: Sample): BoundsAt | null {
  const trials = trialsOf(metric, value, sample);
  if (trials === null) return null;
  // A share of whole rows up to rounding; auc is not, and needs not be.
  const successes = metric === 'auc' ? value * trials : Math.round(value * trials);
  return remembered((alpha) => proportionBounds(successes, trials, alpha));
}

/**
 * Bounds of a difference of accuracy or recall on the same rows that do not shrink to nothing where the models hardly disagree
 * (Bonett and Price). Models that answer every row identically, to the last bit of a probability, are one model for this purpose: no
 * bound is added then.
 * @returns null where there is nothing to add
 */
export function exactDifferenceBounds(metric: string, candidate: Sample, champion: Sample): BoundsAt | null {
  if (candidate.task === 'regression' || champion.task === 'regression') return null;
  if (metric !== 'accuracy' && metric !== 'recall') return null;
  if (answersAreIdentical(candidate, champion)) return null;
  const counted = (row: number): boolean => metric === 'accuracy' || candidate.labels[row] === 1;
  let rows = 0;
  let gains = 0;
  let losses = 0;
  for (let row = 0; row < candidate.rows; row++) {
    if (!counted(row)) continue;
    rows++;
    const right = isRight(candidate, row);
    const championRight = isRight(champion, row);
    if (right && !championRight) gains++;
    if (!right && championRight) losses++;
  }
  return rows === 0 ? null : (alpha) => pairedDifferenceBounds(gains, losses, rows, alpha);
}

function isRight(sample: Exclude<Sample, { task: 'regression' }>, row: number): boolean {
  return sample.labels[row] === sample.predictions[row];
}

function trialsOf(metric: string, value: number, sample: Sample): number | null {
  if (sample.task === 'regression') return null;
  if (metric === 'accuracy') return sample.rows;
  if (sample.task !== 'binaryClassification') return null;
  const positives = sum(sample.labels);
  switch (metric) {
    case 'recall':
      return positives;
    case 'precision':
      return sum(sample.predictions);
    case 'auc': {
      const rarer = Math.min(positives, sample.rows - positives);
      return rarer * Math.min(value, 1 - value) < FEW_ERRORS ? rarer : null;
    }
    default:
      return null;
  }
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Quantiles of the beta distribution are searched for, and the same few error rates are asked for again and again. */
function remembered(bounds: BoundsAt): BoundsAt {
  const known = new Map<number, Bounds>();
  return (alpha) => {
    const found = known.get(alpha) ?? bounds(alpha);
    known.set(alpha, found);
    return found;
  };
}
