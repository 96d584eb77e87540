import type { MetricBound } from '../../../definition/evaluation';
import { metricDirection } from '../metrics/metric';
import { absoluteBounds, type CheckPlace, championBound, check, checkId } from './check';
import { type Bound, keeps } from './decide';
import type { CheckKind, CustomMetricValue, GateCheck, GateInput, SliceId } from './types';
import { boundText, numberText, sliceText } from './wording';

const NO_ROWS = 'a single value without rows, so chance is not allowed for';

/** The bounds of a `custom.<name>` metric: its values come computed, so the points themselves are compared. */
export function customChecks(
  metric: string,
  policy: MetricBound,
  { slice, required }: CheckPlace,
  input: Pick<GateInput, 'custom' | 'champion'>,
): GateCheck[] {
  const found = (input.custom ?? []).filter(
    (value) => value.metric === metric && isSameSlice(value.slice ?? null, slice),
  );
  const base = { metric, slice, required };
  const refused = refusal(metric, slice, found);
  if (refused !== null) {
    return [check(checkId(slice, metric, 'value'), 'absolute', { ...base, verdict: 'fail', explanation: refused })];
  }
  const { candidate, champion } = found[0]!;
  const name = `${metric}${sliceText(slice)}`;
  const compare = (kind: CheckKind, rule: string, bound: Bound, compared: number, said: string): GateCheck =>
    check(checkId(slice, metric, rule), kind, {
      ...base,
      verdict: keeps(bound, compared) ? 'pass' : 'fail',
      value: candidate,
      championValue: kind === 'champion' ? champion! : null,
      compared,
      comparator: bound.comparator,
      bound: bound.value,
      explanation: `${said}; asked is ${boundText(bound.comparator, bound.value)} (${NO_ROWS})`,
    });

  const said = `${name} is ${numberText(candidate)}`;
  const checks = absoluteBounds(policy).map(({ rule, bound }) => compare('absolute', rule, bound, candidate, said));
  if (policy.vsChampion !== undefined && input.champion !== null) {
    const direction = metricDirection(metric, policy.direction);
    if (direction === null || champion === undefined || !Number.isFinite(champion)) {
      const lack =
        direction === null ? 'the definition gives it no direction' : "the champion's value is missing or not finite";
      const explanation = `${name} cannot be compared with the champion: ${lack}`;
      return [
        ...checks,
        check(checkId(slice, metric, 'champion'), 'champion', {
          ...base,
          verdict: 'fail',
          value: candidate,
          explanation,
        }),
      ];
    }
    const bound = championBound(policy.vsChampion, direction);
    const difference = candidate - champion;
    const both = `${said} and the champion's ${numberText(champion)}, a difference of ${numberText(difference)}`;
    return [...checks, compare('champion', 'champion', bound, difference, both)];
  }
  if (checks.length > 0) return checks;
  const explanation = `${said}; no bound is judged`;
  return [
    check(checkId(slice, metric, 'value'), 'absolute', { ...base, verdict: 'pass', value: candidate, explanation }),
  ];
}

function refusal(metric: string, slice: SliceId | null, found: readonly CustomMetricValue[]): string | null {
  const name = `${metric}${sliceText(slice)}`;
  if (found.length === 0) return `${name} is missing: no value was handed in`;
  if (found.length > 1) return `${name} was handed in ${found.length} times`;
  return Number.isFinite(found[0]!.candidate) ? null : `${name} is not a finite number`;
}

function isSameSlice(left: SliceId | null, right: SliceId | null): boolean {
  return left?.column === right?.column && left?.value === right?.value;
}
