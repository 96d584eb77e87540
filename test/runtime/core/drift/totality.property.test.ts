import fc from 'fast-check';
import { dataSchema } from '../../../../src/definition/data';
import { driftSchema } from '../../../../src/definition/monitoring';
import { DRIFT_METHODS } from '../../../../src/kernel/drift-defaults';
import {
  assertComparable,
  buildReferenceProfile,
  buildWindowProfile,
  driftRules,
  driftVerdict,
  type Rows,
} from '../../../../src/runtime/core/drift';

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.double({ noNaN: false }) },
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, undefined, '', 'text', true, Infinity, -Infinity, 5e-324, 1.7e308, -1.7e308),
  },
);
const category = fc.oneof(fc.constantFrom(null, 'a', 'b', '', true, 3), fc.string({ maxLength: 3 }));
const row = fc.record({ x: cell, y: cell, city: category, flag: fc.boolean(), prediction: cell });
const rowsOf = fc.oneof(
  fc.array(row, { maxLength: 60 }),
  row.map((only) => new Array<typeof only>(600).fill(only)),
);
const policies = fc.record({
  method: fc.constantFrom(...DRIFT_METHODS),
  minRows: fc.constantFrom(1, 20, 500),
  bins: fc.constantFrom(2, 10, 100),
  maxDriftedColumnsPercent: fc.constantFrom(0, 20, 100),
});
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };

const data = dataSchema.parse({
  source: { local: 'data.csv' },
  format: 'csv',
  timestamp: 'time',
  label: { column: 'label' },
  columns: {
    x: { type: 'number', critical: true },
    y: { type: 'integer', drift: { warning: 0, critical: 0 } },
    city: { type: 'category' },
    flag: { type: 'boolean' },
  },
});

function judge(reference: Rows, window: Rows, policy: object) {
  const drift = driftSchema.parse(policy);
  const profile = buildReferenceProfile(reference, driftRules(drift, data), {
    bins: drift.bins,
    origin: { dataDigest: 'sha256:1', source: 'training' },
    prediction: { name: 'prediction', type: 'number' },
  });
  const counted = buildWindowProfile(window, profile, span);
  assertComparable(profile, counted);
  return {
    profile,
    counted,
    verdict: driftVerdict({ reference: profile, window: counted, policy: drift, data, history: [] }),
  };
}

/** Every number in a value, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(numbersIn);
  return [];
}

it('has a verdict without NaN or infinity for any rows, which JSON keeps', () => {
  fc.assert(
    fc.property(rowsOf, rowsOf, policies, (reference, window, policy) => {
      const result = judge(reference, window, policy);
      expect(numbersIn(result).every(Number.isFinite)).toBe(true);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      for (const { verdict, explanation } of result.verdict.columns) {
        expect(['ok', 'warning', 'critical', 'insufficientData']).toContain(verdict);
        expect(explanation).not.toMatch(/NaN|undefined|Infinity|\[object/);
      }
      expect(result.verdict.explanation.length).toBeGreaterThan(0);
    }),
    { numRuns: 80, seed: 1 },
  );
});

it('does not depend on the order of the rows on either side', () => {
  fc.assert(
    fc.property(
      fc
        .array(row, { minLength: 2, maxLength: 60 })
        .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
      fc
        .array(row, { minLength: 1, maxLength: 60 })
        .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
      policies,
      ([reference, shuffledReference], [window, shuffledWindow], policy) => {
        const low = { ...policy, minRows: 1 };
        expect(judge(shuffledReference, shuffledWindow, low)).toEqual(judge(reference, window, low));
      },
    ),
    { numRuns: 50, seed: 2 },
  );
});

it('keeps a column critical when the same window comes with three times the rows', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.constantFrom('psi', 'jensenShannon', 'chiSquared'),
      (reference, window, method) => {
        const policy = { method, minRows: 1 };
        const once = judge(reference, window, policy).verdict;
        const thrice = judge(reference, [...window, ...window, ...window], policy).verdict;
        for (const [index, { verdict }] of once.columns.entries()) {
          if (verdict === 'critical') expect(thrice.columns[index]!.verdict).toBe('critical');
        }
      },
    ),
    { numRuns: 50, seed: 4 },
  );
});

it('finds no drift between a table and itself', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), policies, (rows, policy) => {
      const { verdict } = judge(rows, rows, { ...policy, minRows: 1 });
      for (const column of verdict.columns) expect(['ok', 'insufficientData']).toContain(column.verdict);
      expect(verdict.identity.pattern).toBe('none');
    }),
    { numRuns: 50, seed: 3 },
  );
});

describe.each(DRIFT_METHODS.map((method) => [method]))('bad input, by %s', (method) => {
  const policy = { method, minRows: 100 };
  const normal = Array.from({ length: 600 }, (_, index) => ({
    x: Math.sin(index),
    y: index % 7,
    city: `c${index % 5}`,
    flag: index % 2 === 0,
    prediction: Math.cos(index),
  }));

  it.each<[string, Rows, Rows]>([
    ['an empty window', normal, []],
    ['an empty reference', [], normal],
    ['both empty', [], []],
  ])('%s is insufficient data', (_, reference, window) => {
    const { verdict } = judge(reference, window, policy);
    expect(verdict.verdict).toBe('insufficientData');
    expect(verdict.outcome.dataBreach).toBeNull();
  });

  it('a constant column that changes its constant drifts', () => {
    const constant = (value: number): Rows => normal.map((entry) => ({ ...entry, x: value }));
    expect(judge(constant(5), constant(5), policy).verdict.columns[0]!.verdict).toBe('ok');
    expect(judge(constant(5), constant(6), policy).verdict.columns[0]!.verdict).toBe('critical');
    expect(judge(constant(0), constant(1e-300), policy).verdict.columns[0]!.verdict).toBe('critical');
  });

  it('a column that is all null on both sides is as it was, and values that come into it are drift', () => {
    const nulls = normal.map((entry) => ({ ...entry, x: null }));
    expect(judge(nulls, nulls, policy).verdict.columns[0]!.verdict).toBe('ok');
    expect(judge(nulls, normal, policy).verdict.columns[0]!.verdict).toBe('critical');
    expect(judge(normal, nulls, policy).verdict.columns[0]!.verdict).toBe('critical');
  });

  it('10,000 categories are no drift among themselves, and not called healthy: they are too many to remember', () => {
    const many = (from: number): Rows =>
      Array.from({ length: 10_000 }, (_, index) => ({ ...normal[index % 600]!, city: `key ${from + index}` }));
    const { columns } = judge(many(0), many(5_000), policy).verdict;
    expect(columns[2]).toMatchObject({ column: 'city', verdict: 'insufficientData', reason: 'tooManyCategories' });
  });

  it('unseen categories are drift', () => {
    const renamed = normal.map((entry) => ({ ...entry, city: `new ${entry.city}` }));
    expect(judge(normal, renamed, policy).verdict.columns[2]).toMatchObject({
      verdict: 'critical',
      unseenPercent: 100,
    });
  });

  it('rows that come twice change nothing', () => {
    const { verdict } = judge(normal, [...normal, ...normal], policy);
    expect(verdict.columns.filter((column) => column.verdict === 'warning' || column.verdict === 'critical')).toEqual(
      [],
    );
  });
});
