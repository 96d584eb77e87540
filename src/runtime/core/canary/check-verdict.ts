import type { ReleaseEvidence } from './evidence';
import {
  countAbove,
  edgeAtLeast,
  histogramQuantile,
  type QuantileEstimate,
  TAIL_QUANTILE,
  TAIL_SHARE,
  totalOf,
} from './latency';
import type { CanaryCheck } from './policy';
import { distancePValue, predictionDistance } from './prediction-drift';
import { pValue, rateDifference } from './rate-ratio';
import { effectiveTrials, type Standardised } from './standardised';
import { decimal, limitText, milliseconds, percentOf, probability, wholeNumber } from './words';

export type CheckStatus = 'pass' | 'fail' | 'inconclusive';

/** What one check says after all looks so far. Every number is finite. */
export interface CheckVerdict {
  readonly check: CanaryCheck;
  readonly status: CheckStatus;
  /** In the unit of `limit`; null when there is nothing to measure yet. */
  readonly value: number | null;
  readonly limit: number;
  readonly unit: 'points' | 'percent' | 'ms' | '1';
  /** Always-valid p-value against "no harm"; 1 where nothing was tested. */
  readonly pValue: number;
  /** The level below which the p-value decides. */
  readonly alpha: number;
  /** Requests behind the value; for distributions the effective number, see `effectiveTrials`. */
  readonly challengerTrials: number;
  /** Null for a check of the challenger alone. */
  readonly championTrials: number | null;
  /** A sentence for a person on call. */
  readonly text: string;
}

/** What a check is judged against. */
export interface CheckContext {
  readonly evidence: ReleaseEvidence;
  readonly alpha: number;
  readonly minRequests: number;
  /** In the unit of the field of the definition: points, percent, milliseconds, or 1. */
  readonly limit: number;
}

interface Found {
  readonly status: CheckStatus;
  readonly value: number | null;
  readonly pValue: number;
  readonly challengerTrials: number;
  readonly championTrials: number | null;
  readonly text: string;
}

/** Judges one check on the evidence so far. */
export function judgeCheck(check: CanaryCheck, context: CheckContext): CheckVerdict {
  const found = JUDGES[check](context);
  const unit = UNITS[check];
  const look = `look ${context.evidence.looks}`;
  return { check, limit: context.limit, unit, alpha: context.alpha, ...found, text: `${found.text}; ${look}` };
}

const UNITS: Readonly<Record<CanaryCheck, CheckVerdict['unit']>> = {
  errorIncrease: 'points',
  errorLimit: 'percent',
  latencyIncrease: 'percent',
  latencyLimit: 'ms',
  predictionDrift: '1',
  disagreement: 'percent',
};

const JUDGES: Readonly<Record<CanaryCheck, (context: CheckContext) => Found>> = {
  errorIncrease,
  errorLimit,
  latencyIncrease,
  latencyLimit,
  predictionDrift,
  disagreement,
};

const tooFew = (what: string, have: number, need: number): string =>
  `too few to say: ${wholeNumber(have)} of ${wholeNumber(need)} ${what}`;

const notYet = (p: number, alpha: number): string =>
  `beyond it, but chance could do that (p ${probability(p)}, decided below ${probability(alpha)})`;

/**
 * A relative check fails when there is proof of harm (p ≤ α) *and* the estimate is beyond what the definition allows; it
 * is inconclusive when the estimate alone is beyond, or when an arm has too few requests for an estimate.
 */
function relativeStatus(proven: boolean, beyond: boolean, enough: boolean): CheckStatus {
  if (proven && beyond) return 'fail';
  return enough && !beyond ? 'pass' : 'inconclusive';
}

function errorIncrease({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { challenger, champion, errors } = evidence;
  const value = 100 * rateDifference(errors);
  const p = pValue(errors.peak);
  const enough = challenger.requests >= minRequests && champion.requests >= minRequests;
  const status = relativeStatus(p <= alpha, value > limit, enough);
  const crude =
    100 * (challenger.errors / Math.max(1, challenger.requests) - champion.errors / Math.max(1, champion.requests));
  const counts =
    `challenger ${percentOf(challenger.errors, challenger.requests)} errors of ${wholeNumber(challenger.requests)}, ` +
    `champion ${percentOf(champion.errors, champion.requests)} of ${wholeNumber(champion.requests)}`;
  // Totals mislead when rate and split change together; then the sentence says what was compared.
  const within = crude > limit === value > limit ? '' : ` (${decimal(value)} points within the same windows)`;
  const why =
    status !== 'inconclusive'
      ? ''
      : value > limit && enough
        ? `; ${notYet(p, alpha)}`
        : `; ${tooFew('requests per arm', Math.min(challenger.requests, champion.requests), minRequests)}`;
  return {
    status,
    value: errors.weight === 0 ? null : value,
    pValue: p,
    challengerTrials: challenger.requests,
    championTrials: champion.requests,
    text: `${counts}${within}; limit ${limitText(limit)} points${why}`,
  };
}

/** An absolute guard fails when the challenger is beyond the limit by more than chance, and needs a minimum of requests. */
function guardStatus(proven: boolean, beyond: boolean, enough: boolean): CheckStatus {
  if (!enough) return 'inconclusive';
  return proven && beyond ? 'fail' : 'pass';
}

function errorLimit({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { requests, errors } = evidence.challenger;
  const value = requests === 0 ? 0 : (100 * errors) / requests;
  const p = pValue(evidence.errorLimitPeak);
  const enough = requests >= minRequests;
  const text = `challenger ${percentOf(errors, requests)} errors of ${wholeNumber(requests)}; limit ${limitText(limit)} %`;
  return {
    status: guardStatus(p <= alpha, value > limit, enough),
    value: requests === 0 ? null : value,
    pValue: p,
    challengerTrials: requests,
    championTrials: null,
    text: enough ? text : `${text}; ${tooFew('requests', requests, minRequests)}`,
  };
}

/** Whole numbers, so that rounding of sums does not make 500 requests fewer. */
function comparedTrials(compared: Standardised): { challengerTrials: number; championTrials: number } {
  const { challenger, champion } = effectiveTrials(compared);
  return { challengerTrials: Math.round(challenger), championTrials: Math.round(champion) };
}

const p99Text = (estimate: QuantileEstimate): string =>
  `${estimate.atLeast ? 'above ' : ''}${milliseconds(estimate.ms)}`;

function latencyIncrease({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { edgesMs, compared, tail } = evidence.latency;
  const { challengerTrials, championTrials } = comparedTrials(compared);
  const base = { pValue: pValue(tail.peak), challengerTrials, championTrials };
  const ours = edgesMs === null ? null : histogramQuantile(edgesMs, compared.challenger, TAIL_QUANTILE);
  const theirs = edgesMs === null ? null : histogramQuantile(edgesMs, compared.champion, TAIL_QUANTILE);
  if (ours === null || theirs === null) {
    const text = `no latencies of both arms in one window; limit ${limitText(limit)} % more`;
    return { ...base, status: 'inconclusive', value: null, text };
  }
  const text =
    `challenger p99 ${p99Text(ours)} of ${wholeNumber(challengerTrials)}, champion ${p99Text(theirs)} of ` +
    `${wholeNumber(championTrials)}; limit ${limitText(limit)} % more`;
  if (theirs.atLeast || theirs.ms <= 0) {
    return { ...base, status: 'inconclusive', value: null, text: `${text}; the histogram does not reach that far` };
  }
  const value = 100 * (ours.ms / theirs.ms - 1);
  const beyond = value > limit;
  const enough = challengerTrials >= minRequests && championTrials >= minRequests && !(ours.atLeast && !beyond);
  const untested = enough && tail.weight === 0;
  const status = relativeStatus(base.pValue <= alpha, beyond, enough && !untested);
  const why =
    status !== 'inconclusive'
      ? ''
      : untested
        ? '; the buckets are too coarse to compare the tails'
        : beyond && enough
          ? `; ${notYet(base.pValue, alpha)}`
          : `; ${tooFew('latencies per arm', Math.min(challengerTrials, championTrials), minRequests)}`;
  return { ...base, status, value, text: text + why };
}

function latencyLimit({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { edgesMs, challenger, limitPeak } = evidence.latency;
  const all = { edgesMs: edgesMs ?? [], counts: challenger };
  const trials = totalOf(all);
  const base = { pValue: pValue(limitPeak), challengerTrials: trials, championTrials: null };
  const p99 = edgesMs === null ? null : histogramQuantile(edgesMs, challenger, TAIL_QUANTILE);
  if (p99 === null) {
    return { ...base, status: 'inconclusive', value: null, text: `no latencies; limit p99 ${milliseconds(limit)}` };
  }
  const text = `challenger p99 ${p99Text(p99)} of ${wholeNumber(trials)}; limit p99 ${milliseconds(limit)}`;
  const edge = edgeAtLeast(all.edgesMs, limit);
  if (edge === undefined) {
    const ends = `the histogram ends at ${milliseconds(all.edgesMs.at(-1)!)}`;
    return { ...base, status: 'inconclusive', value: p99.ms, text: `${text}; ${ends}` };
  }
  const enough = trials >= minRequests;
  const beyond = countAbove(all, edge) > TAIL_SHARE * trials;
  return {
    ...base,
    status: guardStatus(base.pValue <= alpha, beyond, enough),
    value: p99.ms,
    text: enough ? text : `${text}; ${tooFew('latencies', trials, minRequests)}`,
  };
}

function predictionDrift({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { compared } = evidence.predictions;
  const { challengerTrials, championTrials } = comparedTrials(compared);
  const base = { challengerTrials, championTrials };
  if (challengerTrials === 0) {
    const text = `no predictions of both arms in one window; limit ${limitText(limit)}`;
    return { ...base, status: 'inconclusive', value: null, pValue: 1, text };
  }
  const distance = predictionDistance(compared);
  const { psi } = distance;
  const p = distancePValue(distance, evidence.looks);
  const beyond = psi > limit;
  const proven = p <= alpha;
  const enough = challengerTrials >= minRequests && championTrials >= minRequests;
  const status: CheckStatus = enough && proven && beyond ? 'fail' : enough && !beyond ? 'pass' : 'inconclusive';
  const text =
    `predictions differ by PSI ${decimal(psi, 3)} (challenger ${wholeNumber(challengerTrials)}, champion ` +
    `${wholeNumber(championTrials)}); limit ${limitText(limit)}`;
  const why =
    status !== 'inconclusive'
      ? ''
      : enough
        ? `; ${notYet(p, alpha)}`
        : `; ${tooFew('predictions per arm', Math.min(challengerTrials, championTrials), minRequests)}`;
  return { ...base, status, value: psi, pValue: p, text: text + why };
}

function disagreement({ evidence, alpha, minRequests, limit }: CheckContext): Found {
  const { compared, disagreed } = evidence.mirrored;
  const value = compared === 0 ? 0 : (100 * disagreed) / compared;
  const p = pValue(evidence.disagreementPeak);
  const enough = compared >= minRequests;
  const beyond = value > limit;
  const status = enough && p <= alpha && beyond ? 'fail' : enough && !beyond ? 'pass' : 'inconclusive';
  const text = `${percentOf(disagreed, compared)} of ${wholeNumber(compared)} answers differ; limit ${limitText(limit)} %`;
  const why =
    status !== 'inconclusive'
      ? ''
      : enough
        ? `; ${notYet(p, alpha)}`
        : `; ${tooFew('mirrored requests', compared, minRequests)}`;
  return {
    status,
    value: compared === 0 ? null : value,
    pValue: p,
    challengerTrials: compared,
    championTrials: null,
    text: text + why,
  };
}
