import fc from 'fast-check';
import { DATA_RULE_SEVERITIES, DATA_RULES } from '../../../../src/kernel/data-rules';
import type { DataDecision, DataRow, DataVerdict } from '../../../../src/runtime/core/data-checks';
import { dataOf, decide, NOW, ofRule, rowOf, rowsOf } from './support';

const ORDER: readonly DataVerdict[] = ['pass', 'warn', 'quarantine', 'fail'];
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('1', '50', 'yes', 'no', '2026-11-20', 'a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom(null, '', ' ', 'NaN', Number.NaN, Infinity, -1, 1e308, true, '2999-01-01') },
  { weight: 1, arbitrary: fc.anything() },
);
const anyRow = fc.record({ id: cell, at: cell, age: cell, churned: cell, score: cell, code: cell });
const goodRow = fc.integer({ min: 0, max: 400 }).map((index): DataRow => ({ ...rowOf(index), score: 0.5, code: 'a' }));
const anyRows = fc.array(fc.oneof(anyRow as fc.Arbitrary<DataRow>, goodRow), { maxLength: 40, size: 'max' });
const anyData = fc
  .record({
    onViolation: fc.constantFrom('fail', 'quarantine', 'warn'),
    checks: fc.dictionary(fc.constantFrom(...DATA_RULES), fc.constantFrom(...DATA_RULE_SEVERITIES)),
    minRows: fc.integer({ min: 0, max: 20 }),
    maxRowChangePercent: fc.constantFrom(undefined, 0, 50),
    freshness: fc.constantFrom(undefined, '1h', '30d'),
    key: fc.constantFrom(undefined, 'id'),
    format: fc.constantFrom('csv', 'jsonl', 'parquet'),
  })
  .map((changes) =>
    dataOf(changes, {
      score: { type: 'number', max: 1, unique: true, maxMissingPercent: 30 },
      code: { type: 'category', maxUnseenPercent: 20, values: ['a', 'b'] },
    }),
  );
const name = fc.constantFrom('id', 'at', 'age', 'score', 'code');
const anyContext = fc.record({
  task: fc.constantFrom('binaryClassification' as const, 'multiclassClassification', 'regression'),
  trailingRowCounts: fc.array(fc.oneof(fc.nat(), fc.constantFrom(Number.NaN, Infinity, -1))),
  previousLabels: fc.option(fc.array(fc.record({ label: fc.string(), rows: fc.nat({ max: 500 }) }))),
  identity: fc.option(fc.record({ mapping: fc.array(fc.record({ column: name, looksLike: name })) })),
  distribution: fc.option(
    fc.array(
      fc.record({
        column: name,
        verdict: fc.constantFrom('ok' as const, 'warning', 'critical', 'insufficientData'),
      }),
    ),
  ),
});

/** Every number of a decision is finite, every check speaks, and the verdict is one of four. */
function expectSound(decision: DataDecision): void {
  expect(ORDER).toContain(decision.verdict);
  expect((decision.verdict === 'pass') === (decision.reasons.length === 0)).toBe(true);
  expect(new Set(decision.checks.map(({ rule }) => rule)).size).toBe(DATA_RULES.length);
  for (const check of decision.checks) {
    expect(check.message).toMatch(/\S/);
    expect(check.message).not.toMatch(/NaN[^ ]|undefined|Infinity/);
    expect(Number.isSafeInteger(check.violations) && check.violations >= 0).toBe(true);
    expect(Number.isSafeInteger(check.rows) && check.rows >= 0).toBe(true);
    expect(check.percent === null || Number.isFinite(check.percent)).toBe(true);
    expect(check.keys.length).toBeLessThanOrEqual(20);
    if (check.verdict === 'ok')
      expect(
        check.rule === 'missingShare' ||
          check.rule === 'unseenCategory' ||
          check.violations === 0 ||
          check.rule === 'rowCountChange',
      ).toBe(true);
  }
}

describe('decideDataChecks', () => {
  it('is total: any rows, any definition, any history give a verdict that explains itself', () => {
    fc.assert(
      fc.property(anyRows, anyData, anyContext, (rows, data, context) => expectSound(decide(rows, data, context))),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(anyRows, anyData, anyContext, fc.infiniteStream(fc.nat()), (rows, data, context, random) => {
        const shuffled = rows.map((row) => ({ row, at: random.next().value })).sort((a, b) => a.at - b.at);
        expect(
          decide(
            shuffled.map(({ row }) => row),
            data,
            context,
          ),
        ).toEqual(decide(rows, data, context));
      }),
      { numRuns: 150 },
    );
  });

  it('is never milder when one rule is made stricter', () => {
    fc.assert(
      fc.property(anyRows, anyData, anyContext, fc.constantFrom(...DATA_RULES), (rows, data, context, rule) => {
        const verdicts = DATA_RULE_SEVERITIES.map(
          (severity) => decide(rows, { ...data, checks: { ...data.checks, [rule]: severity } }, context).verdict,
        );
        const ranks = verdicts.map((verdict) => ORDER.indexOf(verdict));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });

  it('never turns better for a bad row more, as long as no rule tolerates a share', () => {
    fc.assert(
      fc.property(fc.array(goodRow, { maxLength: 30 }), anyRow as fc.Arbitrary<DataRow>, (rows, bad) => {
        const data = dataOf(
          { checks: { labelRate: 'off', rowCount: 'off' } },
          { score: { type: 'number' }, code: { type: 'category' } },
        );
        const rank = (all: readonly DataRow[]) => ORDER.indexOf(decide(all, data).verdict);
        if (rows.length > 0) expect(rank([...rows, bad])).toBeGreaterThanOrEqual(rank(rows));
      }),
      { numRuns: 150 },
    );
  });

  it('never shows a value of another column than the key', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 10 }), (digits) => {
        const rows = digits.map((digit, index) =>
          rowOf(index, { age: `private-${digit}`, churned: `private-${digit}`, at: `private-${digit}` }),
        );
        expect(
          JSON.stringify(decide(rows, dataOf(), { previousLabels: [{ label: 'private-x', rows: 100 }] })),
        ).not.toContain('private');
      }),
      { numRuns: 50 },
    );
  });
});

describe('bad input', () => {
  const verdictsOf = (decision: DataDecision, rule: string) => ofRule(decision, rule).map(({ verdict }) => verdict);

  it('an empty table fails by its row count; where none are needed it is told, not passed', () => {
    const empty = decide([]);
    expectSound(empty);
    expect(empty.verdict).toBe('fail');
    expect(ofRule(empty, 'rowCount')[0]!.verdict).toBe('violated');
    expect(new Set(verdictsOf(empty, 'missingShare'))).toEqual(new Set(['insufficientData']));
    expect(decide([], dataOf({ minRows: 0 })).verdict).toBe('warn');
  });

  it('one class only, a constant column and all null', () => {
    const rows = rowsOf(30).map((row) => ({ ...row, churned: 'no', age: 7 }));
    const one = decide(rows);
    expectSound(one);
    expect(verdictsOf(one, 'labelRate')).toEqual(['violated']);
    expect(one.checks.filter(({ column, verdict }) => column === 'age' && verdict === 'violated')).toEqual([]);
    const nulls = decide(rowsOf(30).map((row) => ({ ...row, age: null })));
    expect(ofRule(nulls, 'missingShare').find(({ column }) => column === 'age')).toMatchObject({
      violations: 30,
      percent: 100,
    });
    expect(ofRule(nulls, 'range')[0]).toMatchObject({ verdict: 'notApplicable', percent: null });
  });

  it('infinite values, which no range hides', () => {
    const decision = decide(
      [...rowsOf(9), rowOf(9, { age: Number.POSITIVE_INFINITY })],
      dataOf({}, { age: { type: 'number' } }),
    );
    expect(ofRule(decision, 'nonFinite').find(({ column }) => column === 'age')).toMatchObject({
      verdict: 'violated',
      violations: 1,
    });
  });

  it('10,000 categories and as many classes', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
    const data = dataOf({}, { churned: { type: 'category', values } });
    const rows = values.map((value, index) => rowOf(index, { churned: value }));
    const previousLabels = values.map((label) => ({ label, rows: 1 }));
    const decision = decide(rows, data, { task: 'multiclassClassification', previousLabels });
    expectSound(decision);
    expect(decision.verdict).toBe('pass');
  });

  it('duplicate keys, all of whose rows are counted', () => {
    const decision = decide([...rowsOf(5), rowOf(2, { age: 99 })]);
    expect(ofRule(decision, 'uniqueness')[0]).toMatchObject({ verdict: 'violated', violations: 2, keys: ['k00002'] });
    expect(ofRule(decision, 'duplicateRows')[0]!.verdict).toBe('ok');
  });

  it('labels that come apart, before or without their rows', () => {
    const data = dataOf({ label: { column: 'churned', positive: 'yes', source: { local: 'labels.csv' } } });
    const decision = decide(rowsOf(20), data, {}, { header: ['id', 'at', 'age'] });
    expectSound(decision);
    expect(decision.verdict).toBe('pass');
    expect(verdictsOf(decision, 'labelRate')).toEqual(['notApplicable']);
  });

  it('clock skew: hours are forgiven, days are not, and neither makes old data fresh', () => {
    const at = (hours: number) => rowOf(99, { at: new Date(NOW + hours * 3_600_000).toISOString() });
    expect(violatedFuture(decide([...rowsOf(5), at(14)]))).toBe(0);
    expect(violatedFuture(decide([...rowsOf(5), at(25)]))).toBe(1);
  });

  const violatedFuture = (decision: DataDecision): number => ofRule(decision, 'futureEvent')[0]!.violations;
});
