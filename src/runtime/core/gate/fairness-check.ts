import type { Evaluation } from '../../../definition/evaluation';
import { check } from './check';
import { type Bound, decide, keeps, rowsToDecide } from './decide';
import { lackOf } from './lack';
import type { Population } from './population';
import { candidateQuantity, errorRate, intervalOf, type Quantity } from './quantity';
import type { TestSet } from './test-set';
import type { GateCheck } from './types';
import { numberText, rowsNeededText, rowsText } from './wording';

/** Groups beyond this number are not groups of people but an identifier. */
const MOST_GROUPS = 100;

type FairnessPolicy = Evaluation['fairness'][number];

interface Group {
  readonly value: string;
  readonly rows: number;
  readonly population: Population | null;
}

/**
 * The largest difference of a metric between any two groups of a column, as Fairlearn's `MetricFrame.difference(method='between_groups')`.
 * Groups are resampled independently of each other. The gap of the sample is larger than the true one (the maximum of noise is not
 * 0), so its own resamples would find gaps where there are none. Instead every pair is bounded: all pairs must be shown to be within
 * the gap (no correction is needed for that), and the gap is refuted by one pair at an error rate divided by the number of pairs.
 * Groups under `minRows` cannot be judged, and are not left out: the check is inconclusive, unless the others fail it.
 */
export function fairnessCheck(policy: FairnessPolicy, testSet: TestSet): GateCheck {
  const { column, metric, maxGap } = policy;
  const id = `fairness/${column}/${metric}`;
  const named = { metric, comparator: '<=', bound: maxGap } as const;
  const groups = testSet.groups(column);
  if (groups === null) {
    return check(id, 'fairness', {
      ...named,
      verdict: 'fail',
      explanation: `the test set has no column ${column} to compare groups by`,
    });
  }
  if (testSet.isCustom(metric)) return customGap(policy, [...groups.keys()], testSet);

  const { minRows, confidencePercent } = testSet.evaluation;
  const sizes = [...groups].map(([value, rows]) => ({ value, rows: rows.length }));
  const judged = sizes.filter(({ rows }) => rows >= minRows);
  const small = sizes.filter(({ rows }) => rows < minRows);
  if (sizes.length < 2 || judged.length > MOST_GROUPS) {
    const explanation = `${column} has ${sizes.length} ${sizes.length === 1 ? 'group' : 'groups'}; a gap needs 2 to ${MOST_GROUPS}`;
    return check(id, 'fairness', { ...named, verdict: 'inconclusive', rows: testSet.rows.length, explanation });
  }

  const members: Group[] = judged.map((size) => ({
    ...size,
    population: testSet.population({ column, value: size.value }),
  }));
  const without = members.find(
    ({ population }) => population === null || candidateQuantity(metric, population) === null,
  );
  if (without !== undefined) return noGroupValue(id, policy, without);

  const alpha = errorRate(confidencePercent);
  const gap = gapOf(metric, members);
  const bound: Bound = { comparator: '<=', value: maxGap };
  const verdictOfLarge = gap === null ? 'inconclusive' : decide(gap.known, bound, alpha);
  const verdict = verdictOfLarge === 'pass' && small.length > 0 ? 'inconclusive' : verdictOfLarge;
  const rowsNeeded = verdict === 'inconclusive' ? rowsNeededFor(sizes, minRows, gap, bound, alpha) : null;
  const explanation = [
    gap === null
      ? `fewer than 2 groups of ${column} have ${rowsText(minRows)}`
      : `${metric} differs by ${numberText(gap.known.estimate)} between ${gap.highest} (highest) and ${gap.lowest} (lowest) of ${column}; ` +
        `asked is at most ${numberText(maxGap)}, and with ${confidencePercent} % confidence the gap is ` +
        `${verdict === 'fail' ? `at least ${numberText(gap.known.lower(alpha))}` : `at most ${numberText(gap.known.upper(alpha))}`}`,
    small.length === 0
      ? ''
      : `; too small to judge: ${small
          .slice(0, 5)
          .map(({ value, rows }) => `${value} (${rowsText(rows)})`)
          .join(', ')}`,
    rowsNeededText(rowsNeeded),
  ].join('');
  return check(id, 'fairness', {
    ...named,
    verdict,
    value: gap?.known.estimate ?? null,
    compared: gap?.known.estimate ?? null,
    interval: gap && intervalOf(gap.known, confidencePercent),
    rows: testSet.rows.length,
    rowsNeeded,
    explanation,
  });
}

interface Gap {
  readonly known: Quantity;
  readonly highest: string;
  readonly lowest: string;
}

/**
 * The gap over all pairs of groups; null with fewer than two. A pair's bound comes from the two groups' own bounds, squared and added
 * (Zou and Donner, Statistics in Medicine 27, 2008): groups are independent, and bounds that are not symmetric stay so.
 */
function gapOf(metric: string, groups: readonly Group[]): Gap | null {
  if (groups.length < 2) return null;
  const values = groups.map(({ value, population }) => ({ value, known: candidateQuantity(metric, population!)! }));
  const ranked = [...values].sort((left, right) => right.known.estimate - left.known.estimate);
  const highest = ranked[0]!;
  const lowest = ranked.at(-1)!;
  const pairs = values.length * (values.length - 1);
  return {
    highest: highest.value,
    lowest: lowest.value,
    known: {
      estimate: highest.known.estimate - lowest.known.estimate,
      standardError: Math.hypot(highest.known.standardError, lowest.known.standardError),
      method: values.some(({ known }) => known.method === 'pairedBootstrapAndExact')
        ? 'pairedBootstrapAndExact'
        : 'pairedBootstrap',
      upper: (alpha) =>
        largestOverPairs(
          values,
          (group) => group.known.upper(alpha) - group.known.estimate,
          (group) => group.known.estimate - group.known.lower(alpha),
          1,
        ),
      lower: (alpha) => {
        const shared = alpha / pairs;
        const down = (group: GroupValue): number => group.known.estimate - group.known.lower(shared);
        const up = (group: GroupValue): number => group.known.upper(shared) - group.known.estimate;
        return Math.max(0, largestOverPairs(values, down, up, -1));
      },
    },
  };
}

interface GroupValue {
  readonly value: string;
  readonly known: Quantity;
}

/** The largest (left − right) + sign × √(widthLeft² + widthRight²) over ordered pairs of different groups. */
function largestOverPairs(
  groups: readonly GroupValue[],
  leftWidth: (group: GroupValue) => number,
  rightWidth: (group: GroupValue) => number,
  sign: 1 | -1,
): number {
  const sides = groups.map((group) => ({
    estimate: group.known.estimate,
    left: leftWidth(group),
    right: rightWidth(group),
  }));
  let largest = Number.NEGATIVE_INFINITY;
  for (const left of sides) {
    for (const right of sides) {
      if (left !== right)
        largest = Math.max(largest, left.estimate - right.estimate + sign * Math.hypot(left.left, right.right));
    }
  }
  return largest;
}

/** Rows of the whole test set at which every group is large enough and the gap would be decided. */
function rowsNeededFor(
  sizes: readonly { readonly rows: number }[],
  minRows: number,
  gap: Gap | null,
  bound: Bound,
  alpha: number,
): number | null {
  const total = sizes.reduce((sum, { rows }) => sum + rows, 0);
  const smallest = Math.min(...sizes.map(({ rows }) => rows));
  const forSize = smallest < minRows ? Math.ceil((total * minRows) / smallest) : 0;
  const decided = gap !== null && decide(gap.known, bound, alpha) !== 'inconclusive';
  const forGap = gap === null || decided ? 0 : rowsToDecide(gap.known, bound, alpha, total);
  if (forGap === null) return null;
  return Math.max(forSize, forGap) || null;
}

function noGroupValue(
  id: string,
  { column, metric, maxGap }: FairnessPolicy,
  { value, rows, population }: Group,
): GateCheck {
  const lack = population === null ? 'missing' : lackOf(metric, population.candidate);
  return check(id, 'fairness', {
    metric,
    comparator: '<=',
    bound: maxGap,
    verdict: lack === 'undefined' ? 'inconclusive' : 'fail',
    rows,
    explanation: `${metric} has no value where ${column} is ${value} (${rowsText(rows)}), so the gap between groups is not known`,
  });
}

/** The gap of a custom metric from its given values, one for every group. */
function customGap(
  { column, metric, maxGap }: FairnessPolicy,
  groups: readonly string[],
  { input }: TestSet,
): GateCheck {
  const id = `fairness/${column}/${metric}`;
  const bound: Bound = { comparator: '<=', value: maxGap };
  const named = { metric, comparator: bound.comparator, bound: bound.value };
  const values = groups.map(
    (group) =>
      (input.custom ?? []).find(
        (one) => one.metric === metric && one.slice?.column === column && one.slice.value === group,
      )?.candidate,
  );
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  if (known.length < groups.length || groups.length < 2) {
    const explanation = `${metric} needs a finite value for each of at least 2 groups of ${column}; ${known.length} of ${groups.length} are there`;
    return check(id, 'fairness', { ...named, verdict: 'fail', explanation });
  }
  const gap = Math.max(...known) - Math.min(...known);
  const explanation = `${metric} differs by ${numberText(gap)} between groups of ${column}; asked is at most ${numberText(maxGap)} (single values without rows, so chance is not allowed for)`;
  return check(id, 'fairness', {
    ...named,
    verdict: keeps(bound, gap) ? 'pass' : 'fail',
    value: gap,
    compared: gap,
    explanation,
  });
}
