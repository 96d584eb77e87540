import type { MetricBound } from '../../../definition/evaluation';
import { metricChecks } from './bound-check';
import { check } from './check';
import { customChecks } from './custom-checks';
import { explainVerdict } from './explain';
import { fairnessCheck } from './fairness-check';
import { inputChecks } from './input-checks';
import { servingChecks } from './serving-checks';
import { sliceChecks } from './slice-checks';
import { TestSet } from './test-set';
import type { GateCheck, GateInput, GateResult, Verdict } from './types';

/**
 * Decides whether a candidate is good enough: every bound of the definition's `evaluation` on frozen rows that both models answered.
 *
 * A bound holds when its one-sided bound at `confidencePercent` holds (paired bootstrap, 1,000 seeded resamples); it fails when even
 * the other side's bound does not keep it; else it is inconclusive, with the rows that would decide. The verdict is `fail` when any
 * check fails, `inconclusive` when any required one is, else `pass`. What cannot be judged never passes, nor does a definition
 * without a bound that applies. The result depends on the set of rows and the seed, not on the rows' order. Total: it throws on no input
 * of its type. O(resamples × rows × metrics): about a second for 10,000 rows and five metrics.
 */
export function evaluateGate(input: GateInput): GateResult {
  const { evaluation, champion } = input;
  const { checks: inputs, usable, comparable } = inputChecks(input);
  const testSet = new TestSet(input, comparable);
  const notes: string[] = [];

  const metrics = Object.entries(evaluation.metrics).flatMap(([metric, policy]) =>
    wholeChecks(metric, policy, testSet),
  );
  const slices = usable ? evaluation.slices.map((policy) => sliceChecks(policy, testSet)) : [];
  const fairness = usable ? evaluation.fairness.map((policy) => fairnessCheck(policy, testSet)) : [];
  const judged = [...metrics, ...slices.flatMap((slice) => slice.checks), ...fairness];
  notes.push(...slices.flatMap((slice) => slice.notes));
  if (!usable) notes.push('metrics, slices and fairness were not judged: not every row can be used');
  const relative = relativeBounds(input);
  if (champion === null && relative.length > 0)
    notes.push(`there is no champion yet, so these were not compared: ${relative.join(', ')}`);
  if (champion !== null && !comparable && relative.length > 0)
    notes.push(`the champion could not be compared: ${relative.join(', ')}`);

  const checks = withUniqueIds([
    ...inputs,
    ...boundsCheck(judged, usable),
    ...judged,
    ...servingChecks(evaluation.serving, input.serving),
  ]);
  const verdict = verdictOf(checks);
  const firstVersion = champion === null;
  const whole = usable ? testSet.population(null)?.distributions.get(evaluation.primary) : undefined;
  const custom = input.custom?.find((value) => value.metric === evaluation.primary && value.slice === undefined);
  return {
    verdict,
    firstVersion,
    primary: {
      metric: evaluation.primary,
      value: finiteOrNull(whole?.candidate ?? custom?.candidate),
      championValue: firstVersion ? null : finiteOrNull(whole?.champion ?? custom?.champion),
    },
    checks,
    notes,
    explanation: explainVerdict(verdict, checks, firstVersion, input.rows.length),
  };
}

/** A single fail decides, then a single required check that is inconclusive. */
export function verdictOf(checks: readonly Pick<GateCheck, 'verdict' | 'required'>[]): Verdict {
  if (checks.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return checks.some(({ verdict, required }) => required && verdict === 'inconclusive') ? 'inconclusive' : 'pass';
}

function wholeChecks(metric: string, policy: MetricBound, testSet: TestSet): GateCheck[] {
  const place = { slice: null, required: true };
  if (testSet.isCustom(metric)) return customChecks(metric, policy, place, testSet.input);
  const population = testSet.population(null);
  if (population === null) return [];
  const { confidencePercent, minRows } = testSet.evaluation;
  return metricChecks(metric, policy, { ...place, population, confidencePercent, minRows }).map(
    (judged) => judged.check,
  );
}

/** Without a bound that applies nothing would be shown: a definition that asks for nothing passes nobody by accident. */
function boundsCheck(judged: readonly GateCheck[], usable: boolean): GateCheck[] {
  const applied = judged.filter(
    ({ kind, bound, required }) => (kind === 'absolute' || kind === 'champion') && required && bound !== null,
  );
  if (!usable) return [];
  return [
    check('input/bounds', 'input', {
      verdict: applied.length > 0 ? 'pass' : 'inconclusive',
      value: applied.length,
      compared: applied.length,
      comparator: '>=',
      bound: 1,
      explanation:
        applied.length > 0
          ? `${applied.length} ${applied.length === 1 ? 'bound' : 'bounds'} of metrics ${applied.length === 1 ? 'applies' : 'apply'}`
          : 'no bound of a metric applies to this version, so nothing would be shown; give a metric min or max',
    }),
  ];
}

function relativeBounds({ evaluation }: GateInput): string[] {
  const named = (metrics: Readonly<Record<string, MetricBound>>, where: string): string[] =>
    Object.entries(metrics).flatMap(([metric, { vsChampion }]) =>
      vsChampion === undefined ? [] : [`${metric}${where}`],
    );
  return [
    ...named(evaluation.metrics, ''),
    ...evaluation.slices.flatMap(({ column, metrics }) => named(metrics, ` by ${column}`)),
  ];
}

/** A definition may name a slice twice; the second check with an id gets `#2`. */
function withUniqueIds(checks: readonly GateCheck[]): GateCheck[] {
  const seen = new Map<string, number>();
  return checks.map((one) => {
    const times = (seen.get(one.id) ?? 0) + 1;
    seen.set(one.id, times);
    return times === 1 ? one : { ...one, id: `${one.id}#${times}` };
  });
}

function finiteOrNull(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}
