import type { Evaluation } from '../../../definition/evaluation';
import { className } from '../metrics/rows';
import { holmAdjusted } from '../statistics/holm';
import { type JudgedCheck, metricChecks } from './bound-check';
import { check, checkId } from './check';
import { customChecks } from './custom-checks';
import { errorRate } from './quantity';
import { automaticValues, type Groups, MISSING_VALUE } from './slices';
import type { TestSet } from './test-set';
import type { GateCheck, SliceId } from './types';
import { numberText, rowsNeededText, rowsText } from './wording';

type SlicePolicy = Evaluation['slices'][number];

/**
 * The checks of one entry of `slices`.
 * Values that the definition names are judged like the whole test set. Without names the most frequent values are, and a failure among
 * them must survive Holm's correction over the values of that metric: of 20 equal slices one looks bad by chance. To pass, every
 * slice has to show its bound, which needs no correction (an intersection-union test, Berger, Technometrics 24, 1982).
 */
export function sliceChecks(
  policy: SlicePolicy,
  testSet: TestSet,
): { readonly checks: GateCheck[]; readonly notes: string[] } {
  const { column, values, minRows } = policy;
  const groups = testSet.groups(column);
  if (groups === null) return { checks: [missingColumn(policy)], notes: [] };
  if (values !== undefined) {
    const checks = values.flatMap((value) => {
      const slice = { column, value: className(value) };
      return groups.has(slice.value)
        ? judgeSlice(policy, slice, testSet).map((judged) => judged.check)
        : [missingValue(policy, slice)];
    });
    return { checks, notes: [] };
  }
  const automatic = automaticValues(groups, minRows);
  if (automatic.length === 0) return { checks: [allSmall(policy, groups, testSet.rows.length)], notes: [] };
  const judged = automatic.map((value) => judgeSlice(policy, { column, value }, testSet));
  const left = groups.size - automatic.length;
  const notes =
    left > 0
      ? [
          `${left} of ${groups.size} values of ${column} are not judged: missing, under ${rowsText(minRows)}, or beyond the most frequent ones`,
        ]
      : [];
  return { checks: corrected(judged, errorRate(testSet.evaluation.confidencePercent)), notes };
}

function judgeSlice(policy: SlicePolicy, slice: SliceId, testSet: TestSet): JudgedCheck[] {
  const { required, minRows } = policy;
  const population = testSet.population(slice);
  const { confidencePercent } = testSet.evaluation;
  return Object.entries(policy.metrics).flatMap(([metric, bound]) => {
    if (testSet.isCustom(metric)) {
      return customChecks(metric, bound, { slice, required }, testSet.input).map((custom) => ({
        check: custom,
        refutationP: null,
      }));
    }
    return population === null
      ? []
      : metricChecks(metric, bound, { population, slice, required, minRows, confidencePercent });
  });
}

/** Failures that chance explains, given how many slices were looked at, become inconclusive. One family a metric and kind of bound. */
function corrected(slices: readonly (readonly JudgedCheck[])[], alpha: number): GateCheck[] {
  const judged = slices.flat();
  const families = new Map<string, JudgedCheck[]>();
  for (const one of judged) {
    if (one.refutationP === null) continue;
    const family = `${one.check.metric} ${one.check.kind} ${one.check.comparator}`;
    families.set(family, [...(families.get(family) ?? []), one]);
  }
  const explained = new Map<GateCheck, GateCheck>();
  for (const family of families.values()) {
    const adjusted = holmAdjusted(family.map((one) => one.refutationP!()));
    for (const [index, one] of family.entries()) {
      if (one.check.verdict !== 'fail' || adjusted[index]! <= alpha) continue;
      explained.set(one.check, {
        ...one.check,
        verdict: 'inconclusive',
        explanation:
          `${one.check.explanation}; but one of ${family.length} automatic slices looks like this by chance ` +
          `(p ${numberText(adjusted[index]!)} after Holm's correction, ${numberText(alpha)} is the limit)`,
      });
    }
  }
  return judged.map((one) => explained.get(one.check) ?? one.check);
}

/** An automatic column without a value that has enough rows. */
function allSmall({ column, required, minRows }: SlicePolicy, groups: Groups, total: number): GateCheck {
  const rows = Math.max(0, ...[...groups].map(([value, members]) => (value === MISSING_VALUE ? 0 : members.length)));
  const rowsNeeded = rows === 0 ? null : Math.ceil((total * minRows) / rows);
  const explanation = `no value of ${column} has ${rowsText(minRows)}, so no slice of it can be judged${rowsNeededText(rowsNeeded)}`;
  return check(`slice/${column}`, 'input', { verdict: 'inconclusive', required, rows, rowsNeeded, explanation });
}

function missingColumn({ column, required }: SlicePolicy): GateCheck {
  return check(`slice/${column}`, 'input', {
    required,
    verdict: required ? 'fail' : 'inconclusive',
    explanation: `the test set has no column ${column}, which slices are made of`,
  });
}

function missingValue({ required }: SlicePolicy, slice: SliceId): GateCheck {
  return check(checkId(slice, 'rows', 'min'), 'input', {
    slice,
    required,
    verdict: required ? 'fail' : 'inconclusive',
    rows: 0,
    explanation: `no row of the test set has ${slice.value} in ${slice.column}`,
  });
}
