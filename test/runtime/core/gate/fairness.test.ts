import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateGate, type ScoredRow } from '../../../../src/runtime/core/gate';
import { checkOf, gateInput } from './support';

/** Positive rows of groups, each with a number of rows found and not found: recall is found / all. */
function groups(sizes: Readonly<Record<string, readonly [found: number, lost: number]>>): ScoredRow[] {
  return Object.entries(sizes).flatMap(([group, [found, lost]]) =>
    Array.from({ length: found + lost }, (_, row) => ({
      key: `${group}/${row}`,
      label: 1,
      candidate: { value: row < found ? 1 : 0 },
      slices: { group },
    })),
  );
}

function judge(rows: ScoredRow[], maxGap: number, metric = 'recall') {
  const fairness = [{ column: 'group', metric, maxGap }];
  return evaluateGate(
    gateInput({ rows, champion: null, evaluation: { metrics: { accuracy: { min: 0.1 } }, fairness } }),
  );
}
const check = (rows: ScoredRow[], maxGap: number) => checkOf(judge(rows, maxGap), 'fairness/group/recall');

describe('a largest gap between groups', () => {
  const rows = groups({ f: [400, 100], m: [450, 50], x: [425, 75] });

  test('passes when every pair is shown to be within it', () => {
    const within = check(rows, 0.15);
    expect(within).toMatchObject({ verdict: 'pass', bound: 0.15, comparator: '<=', rows: 1500 });
    expect(within.value).toBeCloseTo(0.1, 12);
    expect(within.interval!.upper).toBeGreaterThan(0.1);
    expect(within.interval!.upper).toBeLessThan(0.15);
    expect(within.explanation).toContain('recall differs by 0.1 between m (highest) and f (lowest) of group');
  });

  test('is inconclusive where the rows do not tell, with the rows that would', () => {
    const close = check(rows, 0.11);
    expect(close.verdict).toBe('inconclusive');
    expect(close.rowsNeeded).toBeGreaterThan(1500);
  });

  test('fails when one pair is shown to be beyond it', () => {
    const beyond = check(rows, 0.02);
    expect(beyond.verdict).toBe('fail');
    expect(beyond.interval!.lower).toBeGreaterThan(0.02);
    expect(judge(rows, 0.02).verdict).toBe('fail');
  });

  test('a gap that many small noisy groups show by chance does not fail', () => {
    const noisy = groups(
      Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [`g${index}`, [170 + 4 * (index % 5), 30 - 4 * (index % 5)] as const]),
      ),
    );
    const judged = check(noisy, 0.01);
    expect(judged.value).toBeGreaterThan(0.03);
    expect(judged.verdict).toBe('inconclusive');
  });

  test('a group that is too small is named and not left out', () => {
    const small = groups({ f: [450, 50], m: [450, 50], x: [9, 1] });
    expect(check(small, 0.2)).toMatchObject({ verdict: 'inconclusive', rowsNeeded: 20_200 });
    expect(check(small, 0.2).explanation).toContain('too small to judge: x (10 rows)');
    expect(check(groups({ f: [450, 50], m: [250, 250], x: [9, 1] }), 0.2).verdict).toBe('fail');
  });

  test.each([
    ['one group', groups({ f: [450, 50] }), 'inconclusive'],
    ['groups that are all too small', groups({ f: [90, 10], m: [90, 10], x: [90, 10] }), 'inconclusive'],
    [
      'a group without positive rows',
      groups({ f: [450, 50], m: [450, 50] }).map((row) => (row.slices!['group'] === 'm' ? { ...row, label: 0 } : row)),
      'inconclusive',
    ],
  ])('%s does not pass', (_name, given, verdict) => {
    expect(check(given, 0.5).verdict).toBe(verdict);
  });

  test('rows without a group are a group', () => {
    const some = rows.map((row, index) => (index % 3 === 0 ? { ...row, slices: { group: null } } : row));
    expect(check(some, 0.5).verdict).toBe('pass');
    expect(
      checkOf(
        judge(
          some.map((row) => (row.slices!['group'] === null ? { ...row, candidate: { value: 0 } } : row)),
          0.5,
        ),
        'fairness/group/recall',
      ),
    ).toMatchObject({
      verdict: 'fail',
    });
  });

  test('a metric that cannot be computed fails', () => {
    expect(judge(rows, 0.5, 'auc').verdict).toBe('fail');
  });
});

describe("gaps equal Fairlearn's", () => {
  const { ties } = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/gate/binary.json'), 'utf8')) as {
    ties: { label: number[]; candidate: number[]; group: string[]; fairlearn: Record<string, { gap: number }> };
  };
  const rows = ties.label.map((label, key) => ({
    key,
    label,
    candidate: { probability: ties.candidate[key]! },
    slices: { group: ties.group[key]! },
  }));

  test.each(['accuracy', 'precision', 'recall', 'f1'])('%s', (metric) => {
    const evaluation = {
      metrics: { accuracy: { min: 0.1 } },
      minRows: 30,
      fairness: [{ column: 'group', metric, maxGap: 0.3 }],
    };
    const result = evaluateGate(gateInput({ rows, champion: null, evaluation }));
    expect(checkOf(result, `fairness/group/${metric}`).value).toBeCloseTo(ties.fairlearn[metric]!.gap, 9);
  });
});

test('a custom metric needs a value for every group', () => {
  const rows = groups({ f: [100, 0], m: [100, 0] });
  const evaluation = {
    metrics: { accuracy: { min: 0.1 } },
    fairness: [{ column: 'group', metric: 'custom.cost', maxGap: 2 }],
  };
  const value = (group: string, candidate: number) => ({
    metric: 'custom.cost',
    slice: { column: 'group', value: group },
    candidate,
  });
  const judged = (custom: ReturnType<typeof value>[]) =>
    checkOf(evaluateGate(gateInput({ rows, champion: null, evaluation, custom })), 'fairness/group/custom.cost');
  expect(judged([value('f', 5), value('m', 7)])).toMatchObject({ verdict: 'pass', value: 2 });
  expect(judged([value('f', 5), value('m', 7.5)]).verdict).toBe('fail');
  expect(judged([value('f', 5)]).verdict).toBe('fail');
  expect(judged([value('f', 5), value('m', Number.NaN)]).verdict).toBe('fail');
});
