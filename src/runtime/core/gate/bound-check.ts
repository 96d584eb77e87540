import type { MetricBound } from '../../../definition/evaluation';
import { metricDirection } from '../metrics/metric';
import { absoluteBounds, type CheckPlace, championBound, check, checkId } from './check';
import { type Bound, decide, refutationP, rowsToDecide } from './decide';
import { lackOf } from './lack';
import type { Population } from './population';
import { candidateQuantity, differenceQuantity, errorRate, intervalOf, type Quantity } from './quantity';
import type { CheckKind, GateCheck, Verdict } from './types';
import { boundText, numberText, rowsNeededText, rowsText, sliceText } from './wording';

/** What every bound of one place is judged by. */
export interface BoundContext extends CheckPlace {
  readonly population: Population;
  readonly confidencePercent: number;
  readonly minRows: number;
}

/** A check, and how to get the p-value of its failure, for the correction over automatic slices; null where nothing was compared. */
export interface JudgedCheck {
  readonly check: GateCheck;
  readonly refutationP: (() => number) | null;
}

/** Every bound of one metric on one population; where none applies, that the metric has a value. */
export function metricChecks(metric: string, policy: MetricBound, context: BoundContext): JudgedCheck[] {
  const checks = absoluteBounds(policy).map(({ rule, bound }) => absoluteCheck(metric, rule, bound, context));
  const direction = metricDirection(metric, policy.direction);
  const { vsChampion } = policy;
  if (vsChampion !== undefined && context.population.champion !== null && direction !== null) {
    checks.push(championCheck(metric, championBound(vsChampion, direction), context));
  }
  return checks.length > 0 ? checks : [valueCheck(metric, context)];
}

function absoluteCheck(metric: string, rule: 'min' | 'max', bound: Bound, context: BoundContext): JudgedCheck {
  const { population, slice } = context;
  const known = candidateQuantity(metric, population);
  const id = checkId(slice, metric, rule);
  if (known === null) return noValue(id, 'absolute', metric, bound, context);
  return judge(id, 'absolute', metric, bound, known, context, {
    value: known.estimate,
    said: `${metric}${sliceText(slice)} is ${numberText(known.estimate)} on ${rowsText(population.rows)}`,
  });
}

function championCheck(metric: string, bound: Bound, context: BoundContext): JudgedCheck {
  const { population, slice } = context;
  const known = differenceQuantity(metric, population);
  const id = checkId(slice, metric, 'champion');
  if (known === null) return noValue(id, 'champion', metric, bound, context);
  const { candidate, champion } = population.distributions.get(metric)!;
  return judge(id, 'champion', metric, bound, known, context, {
    value: candidate,
    championValue: champion,
    said:
      `${metric}${sliceText(slice)} is ${numberText(candidate!)} and the champion's ${numberText(champion!)} ` +
      `on the same ${rowsText(population.rows)}, a difference of ${numberText(known.estimate)}`,
  });
}

function judge(
  id: string,
  kind: CheckKind,
  metric: string,
  bound: Bound,
  known: Quantity,
  { population, slice, required, confidencePercent, minRows }: BoundContext,
  found: { readonly value: number | null; readonly championValue?: number | null; readonly said: string },
): JudgedCheck {
  const alpha = errorRate(confidencePercent);
  const enough = population.rows >= minRows;
  const undecided = decide(known, bound, alpha);
  const verdict = enough ? undecided : 'inconclusive';
  const estimated = undecided === 'inconclusive' ? rowsToDecide(known, bound, alpha, population.rows) : null;
  const rowsNeeded = verdict !== 'inconclusive' ? null : enough ? estimated : Math.max(minRows, estimated ?? 0);
  const interval = intervalOf(known, confidencePercent);
  return {
    refutationP: enough ? () => refutationP(known, bound) : null,
    check: check(id, kind, {
      metric,
      slice,
      required,
      verdict,
      value: found.value,
      championValue: found.championValue ?? null,
      compared: known.estimate,
      comparator: bound.comparator,
      bound: bound.value,
      interval,
      rows: population.rows,
      rowsNeeded,
      explanation: `${found.said}; ${boundOutcome(verdict, bound, interval, enough ? null : minRows, rowsNeeded)}`,
    }),
  };
}

/** The second half of a sentence about a bound. */
export function boundOutcome(
  verdict: Verdict,
  bound: Bound,
  interval: GateCheck['interval'],
  minRows: number | null,
  rowsNeeded: number | null,
): string {
  const asked = `asked is ${boundText(bound.comparator, bound.value)}`;
  if (minRows !== null)
    return `${asked}, but fewer than ${rowsText(minRows)} are not judged${rowsNeededText(rowsNeeded)}`;
  const upward = bound.comparator === '>=' || bound.comparator === '>';
  const bad = upward ? interval?.lower : interval?.upper;
  const good = upward ? interval?.upper : interval?.lower;
  const confidence = `with ${interval?.confidencePercent} % confidence`;
  const atLeast = (side: number | null | undefined, word: string): string =>
    side === null || side === undefined ? 'the rows give no bound' : `${confidence} it is ${word} ${numberText(side)}`;
  switch (verdict) {
    case 'pass':
      return `${asked} and ${atLeast(bad, upward ? 'at least' : 'at most')}`;
    case 'fail':
      return `${asked} but ${atLeast(good, upward ? 'at most' : 'at least')}`;
    case 'inconclusive':
      return `${asked}, which is neither shown nor ruled out: ${atLeast(bad, upward ? 'no lower than' : 'no higher than')}${rowsNeededText(rowsNeeded)}`;
  }
}

/** A metric without a value to compare: nothing to compute it from, not finite, or not defined on these rows. */
function noValue(id: string, kind: CheckKind, metric: string, bound: Bound | null, context: BoundContext): JudgedCheck {
  const { population, slice, required, minRows } = context;
  const arms = kind === 'champion' ? [population.candidate, population.champion] : [population.candidate];
  const lack = arms.map((sample) => sample && lackOf(metric, sample)).find((found) => found !== null) ?? 'undefined';
  const name = `${metric}${sliceText(slice)}`;
  return {
    refutationP: null,
    check: check(id, kind, {
      metric,
      slice,
      required,
      verdict: lack === 'undefined' ? 'inconclusive' : 'fail',
      comparator: bound?.comparator ?? null,
      bound: bound?.value ?? null,
      rows: population.rows,
      rowsNeeded: lack === 'undefined' && population.rows < minRows ? minRows : null,
      explanation: {
        missing: `${name} is missing: it is not a metric of this task, or a row has no probability to compute it from`,
        notFinite: `${name} is not a finite number: predictions are too far from the labels`,
        undefined: `${name} has no value on these ${rowsText(population.rows)}: one class only, or constant or zero labels`,
      }[lack],
    }),
  };
}

function valueCheck(metric: string, context: BoundContext): JudgedCheck {
  const { population, slice, required } = context;
  const id = checkId(slice, metric, 'value');
  const value = population.distributions.get(metric)?.candidate ?? null;
  if (value === null) return noValue(id, 'absolute', metric, null, context);
  const explanation = `${metric}${sliceText(slice)} is ${numberText(value)} on ${rowsText(population.rows)}; no bound is judged`;
  return {
    refutationP: null,
    check: check(id, 'absolute', {
      metric,
      slice,
      required,
      verdict: 'pass',
      value,
      rows: population.rows,
      explanation,
    }),
  };
}
