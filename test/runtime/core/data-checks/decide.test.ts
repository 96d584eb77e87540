import { DATA_RULES } from '../../../../src/kernel/data-rules';
import { judgeLabels } from '../../../../src/runtime/core/data-checks/judge-labels';
import { CONTEXT, dataOf, decide, NOW, ofRule, rowOf, rowsOf, violated } from './support';

const labels = (yes: number, no: number) => [
  { label: 'yes', rows: yes },
  { label: 'no', rows: no },
];

describe('decideDataChecks', () => {
  it('lets good data pass and accounts for every rule', () => {
    const decision = decide(rowsOf(100));
    expect(decision).toMatchObject({ verdict: 'pass', reasons: [] });
    expect(new Set(decision.checks.map(({ rule }) => rule))).toEqual(new Set(DATA_RULES));
    for (const check of decision.checks) {
      expect(check.message).not.toBe('');
      expect(['ok', 'notApplicable']).toContain(check.verdict);
    }
  });

  it('says what is wrong, of how many, and which', () => {
    const decision = decide([
      ...rowsOf(97),
      rowOf(97, { age: 'old' }),
      rowOf(98, { age: 500 }),
      rowOf(99, { age: 'x' }),
    ]);
    expect(decision.verdict).toBe('fail');
    expect(ofRule(decision, 'typeChange').find(({ column }) => column === 'age')).toEqual({
      rule: 'typeChange',
      column: 'age',
      severity: 'fail',
      verdict: 'violated',
      violations: 2,
      rows: 100,
      percent: 2,
      limit: { value: 0, unit: 'percent' },
      keys: ['k00097', 'k00099'],
      message: 'age: 2 of 100 rows (2 %) cannot be read as the declared type; none may',
    });
    expect(decision.reasons).toEqual([
      'age: 2 of 100 rows (2 %) cannot be read as the declared type; none may',
      'age: 1 of 100 rows (1 %) are outside of the range; none may',
    ]);
  });

  it.each([
    ['fail', {}, 'fail'],
    ['quarantine by onViolation', { onViolation: 'quarantine' }, 'quarantine'],
    ['warn by override', { checks: { range: 'warn' } }, 'warn'],
    ['off', { checks: { range: 'off' } }, 'pass'],
    ['fail by override over a mild default', { onViolation: 'warn', checks: { range: 'fail' } }, 'fail'],
  ])('gives a rule its severity: %s', (_name, changes, verdict) => {
    expect(decide([...rowsOf(10), rowOf(10, { age: -1 })], dataOf(changes)).verdict).toBe(verdict);
  });

  it('takes the worst of several rules', () => {
    const data = dataOf({ onViolation: 'warn', checks: { typeChange: 'quarantine' } });
    const decision = decide([...rowsOf(10), rowOf(10, { age: -1 }), rowOf(11, { age: 'x' })], data);
    expect(decision.verdict).toBe('quarantine');
    expect(decision.reasons[0]).toContain('declared type');
    expect(decision.reasons).toHaveLength(2);
  });
});

describe('rules about shares', () => {
  it('tolerate up to the limit, and not more', () => {
    const data = dataOf(
      {},
      {
        age: { type: 'integer', maxMissingPercent: 10 },
        city: { type: 'category', values: ['a'], maxUnseenPercent: 10 },
      },
    );
    const rows = (missing: number, unseen: number) =>
      rowsOf(20).map((row, index) => ({ ...row, age: index < missing ? null : 1, city: index < unseen ? 'b' : 'a' }));
    expect(decide(rows(2, 2), data).verdict).toBe('pass');
    expect(violated(decide(rows(3, 2), data))).toEqual(['missingShare:age']);
    expect(violated(decide(rows(2, 3), data))).toEqual(['unseenCategory:city']);
  });

  it('measure values by the rows that have one', () => {
    const data = dataOf(
      {},
      {
        age: { type: 'integer', maxMissingPercent: 100 },
        city: { type: 'category', values: ['a'], maxUnseenPercent: 10, maxMissingPercent: 100 },
      },
    );
    const rows = rowsOf(100).map((row, index) => ({ ...row, city: index < 8 ? 'a' : index === 8 ? 'b' : null }));
    expect(ofRule(decide(rows, data), 'unseenCategory').find(({ column }) => column === 'city')).toMatchObject({
      verdict: 'violated',
      violations: 1,
      rows: 9,
    });
  });
});

describe('rules about columns', () => {
  const header = (...names: string[]) => ({ header: names });

  it('name each missing and each extra column, and take the label as it comes', () => {
    const decision = decide(rowsOf(5), dataOf(), {}, header('id', 'at', 'churned', 'surprise', 'more'));
    expect(violated(decision)).toEqual(['missingColumn:age', 'extraColumn:surprise', 'extraColumn:more']);
    const apart = dataOf({ label: { column: 'churned', positive: 'yes', source: { local: 'labels.csv' } } });
    expect(violated(decide(rowsOf(5), apart, {}, header('id', 'at', 'age')))).toEqual([]);
    expect(violated(decide(rowsOf(5), apart))).toEqual([]);
  });

  it('say which columns changed places', () => {
    const decision = decide(rowsOf(5), dataOf(), {}, header('at', 'id', 'age', 'churned'));
    expect(ofRule(decision, 'reorderedColumn')[0]).toMatchObject({
      verdict: 'violated',
      violations: 2,
      rows: 4,
      message: "columns are not in the definition's order: at, id",
    });
  });

  it('do not call a missing column reordered', () => {
    expect(violated(decide(rowsOf(5), dataOf(), {}, header('id', 'age', 'churned')))).toEqual(['missingColumn:at']);
  });
});

describe('row counts', () => {
  it('are held against minRows', () => {
    expect(ofRule(decide(rowsOf(9), dataOf({ minRows: 10 })), 'rowCount')[0]).toMatchObject({
      verdict: 'violated',
      violations: 1,
      limit: { value: 10, unit: 'rows' },
      message: 'the table has 9 rows; at least 10 rows are needed',
    });
    expect(decide(rowsOf(10), dataOf({ minRows: 10 })).verdict).toBe('pass');
  });

  it.each([
    [[100, 100, 1000], 150, 'ok'],
    [[100, 100, 1000], 151, 'violated'],
    [[100, 100, 1000], 49, 'violated'],
    [[100, 200], 75, 'ok'],
    [[], 5, 'notApplicable'],
    [[0], 5, 'violated'],
    [[Number.NaN, 100], 100, 'ok'],
  ])('are compared with the median of %j: %d rows are %s', (trailingRowCounts, rows, verdict) => {
    const decision = decide(rowsOf(rows), dataOf({ maxRowChangePercent: 50 }), { trailingRowCounts });
    expect(ofRule(decision, 'rowCountChange')[0]!.verdict).toBe(verdict);
  });
});

describe('freshness', () => {
  const data = dataOf({ freshness: '2h' });
  const at = (hours: number) => [
    rowOf(0, { at: new Date(NOW - hours * 3_600_000).toISOString() }),
    rowOf(1, { at: '2020-01-01' }),
  ];

  it('is the age of the newest event', () => {
    expect(ofRule(decide(at(2), data), 'freshness')[0]).toMatchObject({
      verdict: 'ok',
      limit: { value: 7200, unit: 'seconds' },
    });
    expect(ofRule(decide(at(3), data), 'freshness')[0]).toMatchObject({
      verdict: 'violated',
      message: 'the newest event is 10,800 s old; at most 2h may be',
    });
  });

  it('is not made by events of the future, which are a violation of their own', () => {
    const rows = [rowOf(0, { at: '2020-01-01' }), rowOf(1, { at: '2020-01-01' }), rowOf(2, { at: '2999-01-01' })];
    expect(violated(decide(rows, data))).toEqual(expect.arrayContaining(['futureEvent:at', 'freshness']));
    expect(ofRule(decide(at(-1), data), 'freshness')[0]).toMatchObject({ verdict: 'ok' });
  });

  it('without one readable event is broken, not unknown', () => {
    expect(ofRule(decide([rowOf(0, { at: 'never' })], data), 'freshness')[0]).toMatchObject({ verdict: 'violated' });
  });
});

describe('labels', () => {
  it('of one class cannot be learnt', () => {
    const rows = rowsOf(10).map((row) => ({ ...row, churned: 'no' }));
    expect(ofRule(decide(rows), 'labelRate')[0]).toMatchObject({
      verdict: 'violated',
      message: 'all 10 labelled rows have one class',
    });
    expect(ofRule(decide(rows, dataOf(), { task: 'regression' }), 'labelRate')[0]!.verdict).toBe('notApplicable');
  });

  it.each([
    ['the same rate', 400, labels(100, 200), 'ok'],
    ['a rate a little higher', 400, labels(110, 290), 'ok'],
    ['half of the odds', 1000, labels(550, 450), 'violated'],
    ['a class that is gone', 400, [...labels(100, 200), { label: 'maybe', rows: 100 }], 'violated'],
    ['another rate of too few', 30, labels(20, 5), 'insufficientData'],
    ['nothing accepted before', 400, null, 'ok'],
  ])('are compared with the last accepted ones: %s', (_name, rows, previousLabels, verdict) => {
    expect(ofRule(decide(rowsOf(rows), dataOf(), { previousLabels }), 'labelRate')[0]!.verdict).toBe(verdict);
  });

  it('of the same source are never called changed: 2,000 pairs of samples at a rate of 5 %', () => {
    let state = 12_345;
    // Lehmer's generator: seeded, and good enough to toss coins
    const toss = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647 < 0.05 ? 1 : 0;
    };
    const sample = () => Array.from({ length: 200 }, toss).reduce((sum: number, one) => sum + one, 0);
    const facts = { rows: 200, header: [], rowChecks: [], newestEventMs: null };
    const alarms = Array.from({ length: 2000 }, () => {
      const [now, before] = [sample(), sample()];
      const context = { ...CONTEXT, previousLabels: labels(before, 200 - before) };
      return judgeLabels(dataOf(), { ...facts, labels: labels(now, 200 - now) }, context).verdict;
    }).filter((verdict) => verdict === 'violated');
    expect(alarms.length).toBeLessThanOrEqual(6);
  });

  it('of a class that is not known are counted and not shown', () => {
    const free = dataOf({}, { churned: { type: 'category' } });
    const rows = [...rowsOf(60), rowOf(60, { churned: 'secret-class' })];
    const decision = decide(rows, free, { previousLabels: labels(20, 40) });
    expect(ofRule(decision, 'newLabel')[0]).toMatchObject({ verdict: 'violated', violations: 1, keys: ['k00060'] });
    expect(JSON.stringify(decision)).not.toContain('secret-class');
    expect(ofRule(decide(rows, free), 'newLabel')[0]!.verdict).toBe('notApplicable');
  });
});

describe('comparisons with other data', () => {
  it('name columns that hold what others held', () => {
    const decision = decide(rowsOf(10), dataOf(), { identity: { mapping: [{ column: 'age', looksLike: 'income' }] } });
    expect(decision).toMatchObject({ verdict: 'fail', reasons: ['age holds what income held'] });
    expect(decide(rowsOf(10), dataOf(), { identity: { mapping: [] } }).verdict).toBe('pass');
  });

  it('fail on a critical distribution, warn on a warning, and tell what could not be compared', () => {
    const verdictOf = (verdict: 'ok' | 'warning' | 'critical' | 'insufficientData') =>
      decide(rowsOf(10), dataOf(), { distribution: [{ column: 'age', verdict }] }).verdict;
    expect([verdictOf('ok'), verdictOf('warning'), verdictOf('critical'), verdictOf('insufficientData')]).toEqual([
      'pass',
      'warn',
      'fail',
      'warn',
    ]);
  });

  it('find leakage by keys and by time, each alone', () => {
    const split = { trainRows: 80, testRows: 20, sharedKeys: { violations: 0, keys: [] }, testRowsBeforeTrainEnd: 0 };
    expect(decide(rowsOf(10), dataOf(), { split }).verdict).toBe('pass');
    expect(
      violated(decide(rowsOf(10), dataOf(), { split: { ...split, sharedKeys: { violations: 1, keys: ['a'] } } })),
    ).toEqual(['leakage']);
    expect(violated(decide(rowsOf(10), dataOf(), { split: { ...split, testRowsBeforeTrainEnd: 3 } }))).toEqual([
      'leakage',
    ]);
    expect(decide(rowsOf(10), dataOf(), { split: { ...split, testRows: 0 } }).verdict).toBe('warn');
  });
});

describe('expressions', () => {
  const data = dataOf({ expressions: [{ name: 'old-enough', sql: 'age >= 18' }] });

  it('hold where they are true or unknown', () => {
    const holds = (row: Readonly<Record<string, unknown>>) => (row['age'] === null ? null : Number(row['age']) >= 21);
    const rows = [...rowsOf(9), { ...rowOf(9), age: null }];
    const decision = decide(
      rows,
      dataOf({ expressions: data.expressions }, { age: { type: 'integer', maxMissingPercent: 50 } }),
      {},
      { expressions: { 'old-enough': holds } },
    );
    expect(ofRule(decision, 'expressions')).toEqual([
      expect.objectContaining({ name: 'old-enough', verdict: 'violated', violations: 1, rows: 10, keys: ['k00000'] }),
    ]);
  });

  it('that nobody evaluated are not held to be fine', () => {
    const decision = decide(rowsOf(10), data);
    expect(ofRule(decision, 'expressions')).toEqual([
      expect.objectContaining({ verdict: 'insufficientData', message: 'old-enough: it was not evaluated' }),
    ]);
    expect(decision.verdict).toBe('warn');
  });
});
