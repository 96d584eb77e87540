import {
  buildReferenceProfile,
  buildWindowProfile,
  columnIdentity,
  couldHoldOthers,
  type ProfileColumn,
  type Rows,
  type WindowProfile,
} from '../../../../src/runtime/core/drift';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

const columns: ProfileColumn[] = [
  { name: 'age', type: 'integer' },
  { name: 'income', type: 'number' },
  { name: 'score', type: 'number' },
  { name: 'city', type: 'category' },
  { name: 'shop', type: 'category' },
  { name: 'active', type: 'boolean' },
];

function table(rows: number, seed: string): Record<string, unknown>[] {
  const random = createRandom(seed);
  return Array.from({ length: rows }, () => ({
    age: 18 + random.integer(60),
    income: Math.exp(10 + 0.5 * random.normal()),
    score: random.next(),
    city: `city ${random.integer(8)}`,
    shop: `shop ${random.integer(6)}`,
    active: random.next() < 0.3,
  }));
}

const reference = buildReferenceProfile(table(4000, 'reference'), columns, {
  bins: 10,
  origin: { dataDigest: 'sha256:1', source: 'training' },
});
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
const withoutSketches = (window: WindowProfile): WindowProfile => ({
  ...window,
  columns: window.columns.map((one) => (one.kind === 'numeric' ? { ...one, moments: null, quantiles: null } : one)),
});
/** Nothing that is found would have been passed over by the counts alone. */
const identityOf = (rows: Rows) => {
  const window = buildWindowProfile(rows, reference, span);
  const identity = columnIdentity(reference, window, 0.001);
  if (identity.pattern !== 'none') expect(couldHoldOthers(reference, withoutSketches(window))).toBe(true);
  return identity;
};
const named = (rows: Rows) => {
  const { pattern, mapping } = identityOf(rows);
  return { pattern, mapping: mapping.map(({ column, looksLike }) => `${column} <- ${looksLike}`).sort() };
};

it('finds nothing in a window like the reference, and in one that drifted', () => {
  expect(named(table(1000, 'same')).pattern).toBe('none');
  const drifted = table(1000, 'drifted').map((row) => ({
    ...row,
    income: Number(row.income) * 3,
    age: Number(row.age) + 20,
  }));
  expect(named(drifted)).toEqual({ pattern: 'none', mapping: [] });
});

it('is not searched by sketches where the counts leave no room for it', () => {
  const counts = (rows: Rows) => withoutSketches(buildWindowProfile(rows, reference, span));
  expect(couldHoldOthers(reference, counts(table(2000, 'same')))).toBe(false);
  const swapped = table(2000, 'swap').map((row) => ({ ...row, city: row.shop, shop: row.city }));
  expect(couldHoldOthers(reference, counts(swapped))).toBe(true);
  expect(couldHoldOthers(reference, counts(swapped.slice(0, 400)))).toBe(false);
});

it('names two columns that were exchanged, numbers and categories', () => {
  const numbers = table(1000, 'swap').map((row) => ({ ...row, age: row.score, score: row.age }));
  expect(named(numbers)).toEqual({ pattern: 'exchanged', mapping: ['age <- score', 'score <- age'] });
  const categories = table(1000, 'swap').map((row) => ({ ...row, city: row.shop, shop: row.city }));
  expect(named(categories)).toEqual({ pattern: 'exchanged', mapping: ['city <- shop', 'shop <- city'] });
});

it('names a rotation of a run of columns', () => {
  const rows = table(1000, 'run').map((row) => ({ ...row, age: row.income, income: row.score, score: row.age }));
  expect(named(rows)).toEqual({ pattern: 'shifted', mapping: ['age <- income', 'income <- score', 'score <- age'] });
});

it('names a column that holds a copy of another', () => {
  const rows = table(1000, 'copy').map((row) => ({ ...row, age: row.score }));
  expect(identityOf(rows)).toMatchObject({
    pattern: 'copied',
    mapping: [{ column: 'age', looksLike: 'score', proven: true }],
    explanation: 'columns hold copies of others: age holds score',
  });
});

it('does not take a column that only came to look like another for that one', () => {
  const rows = table(1000, 'alike').map((row, index) => ({ ...row, age: ((index * 7919) % 1000) / 1000 }));
  expect(named(rows).pattern).toBe('none');
});

it('says nothing of a few rows, or of a window without the columns', () => {
  const swapped = table(200, 'swap').map((row) => ({ ...row, age: row.score, score: row.age }));
  expect(named(swapped).pattern).toBe('none');
  expect(named([]).pattern).toBe('none');
  expect(named(Array.from({ length: 600 }, () => ({ other: 1 }))).pattern).toBe('none');
});
