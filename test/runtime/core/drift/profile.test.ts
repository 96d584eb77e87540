import {
  buildReferenceProfile,
  buildWindowProfile,
  type CategoricalReference,
  type CategoricalWindow,
  type NumericReference,
  type NumericWindow,
  type ProfileColumnType,
  type Rows,
} from '../../../../src/runtime/core/drift';

const origin = { dataDigest: 'sha256:0', source: 'training' } as const;
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
const cells = (values: readonly unknown[]): Rows => values.map((x) => ({ x }));
const referenceOf = (values: readonly unknown[], type: ProfileColumnType, bins = 10) =>
  buildReferenceProfile(cells(values), [{ name: 'x', type }], { bins, origin });
const numeric = (values: readonly unknown[], bins = 10) =>
  referenceOf(values, 'number', bins).columns[0] as NumericReference;
const categorical = (values: readonly unknown[]) => referenceOf(values, 'category').columns[0] as CategoricalReference;

describe('a numeric reference', () => {
  it('has deciles by linear interpolation, without duplicates', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    expect(numeric(values).edges.map((edge) => Number(edge.toFixed(6)))).toEqual([
      9.9, 19.8, 29.7, 39.6, 49.5, 59.4, 69.3, 79.2, 89.1,
    ]);
    expect(numeric([0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).edges[0]).toBe(0);
    expect(new Set(numeric([0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).edges).size).toBe(
      numeric([0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).edges.length,
    );
  });

  it('takes a value with a tenth of the rows out of the bins', () => {
    const values = [...Array.from({ length: 89 }, (_, index) => index + 0.5), ...new Array<number>(11).fill(7)];
    const reference = numeric(values);
    expect(reference.heavy).toEqual([{ value: 7, count: 11 }]);
    expect(reference.binCounts.reduce((sum, count) => sum + count, 0)).toBe(89);
    expect(numeric([...values, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]).heavy).toEqual([]);
  });

  it('keeps nulls, NaN and infinities apart', () => {
    const reference = numeric([1, 2, null, undefined, '', Number.NaN, 'text', Infinity, -Infinity, -Infinity]);
    expect(reference).toMatchObject({ rows: 10, nulls: 3, nans: 2, positiveInfinities: 1, negativeInfinities: 2 });
    expect(reference.moments).toEqual({ mean: 1.5, standardDeviation: Math.SQRT1_2, min: 1, max: 2 });
    expect(reference.quantiles).toHaveLength(101);
  });

  it('says nothing of a column without a finite value', () => {
    expect(numeric([null, Number.NaN, Infinity])).toMatchObject({
      edges: [],
      heavy: [],
      binCounts: [0],
      moments: null,
      quantiles: null,
    });
  });

  it('stays finite for the greatest numbers there are', () => {
    const reference = numeric([1.7e308, -1.7e308, 1.7e308, 0]);
    expect(JSON.parse(JSON.stringify(reference))).toEqual(reference);
    expect(Number.isFinite(reference.moments!.standardDeviation)).toBe(true);
  });

  it('refuses fewer than two bins and a column that is named twice', () => {
    expect(() => numeric([1], 1)).toThrow(/invalidDriftArgument/);
    const twice = [
      { name: 'x', type: 'number' },
      { name: 'x', type: 'integer' },
    ] as const;
    expect(() => buildReferenceProfile([], twice, { bins: 10, origin })).toThrow(/duplicateDriftColumn/);
  });
});

describe('a numeric window', () => {
  it('is counted on the bins [e_i, e_i+1) of the reference', () => {
    const reference = referenceOf(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((value) => [value, value + 0.25]),
      'number',
      2,
    );
    const edge = (reference.columns[0] as NumericReference).edges[0]!;
    const window = buildWindowProfile(cells([edge - 0.01, edge, edge + 100, null]), reference, span);
    expect(window.columns[0] as NumericWindow).toMatchObject({ rows: 4, nulls: 1, binCounts: [1, 2] });
  });

  it('leaves out a column that no row has', () => {
    const reference = referenceOf([1, 2], 'number');
    expect(buildWindowProfile([{ y: 1 }], reference, span).columns).toEqual([]);
    expect(buildWindowProfile([{ x: null }], reference, span).columns).toHaveLength(1);
  });
});

describe('a categorical profile', () => {
  it('keeps the most frequent categories with half a percent, by count, then by text', () => {
    const values = [...new Array<string>(500).fill('b'), ...new Array<string>(496).fill('a'), 'z', 'y', 'x', null];
    const reference = categorical(values);
    expect(reference.top.map(({ value }) => value)).toEqual(['b', 'a']);
    expect(reference).toMatchObject({ rows: 1000, nulls: 1, otherCount: 3, otherSingletons: 3, knownComplete: true });
    expect(reference.known).toEqual(['a', 'b', 'x', 'y', 'z']);
  });

  it('tells unseen categories from other ones', () => {
    const reference = referenceOf([...new Array<string>(400).fill('a'), 'rare'], 'category');
    const window = buildWindowProfile(cells(['a', 'rare', 'new', 'newer', null]), reference, span);
    expect(window.columns[0] as CategoricalWindow).toMatchObject({
      rows: 5,
      nulls: 1,
      topCounts: [1],
      otherCount: 1,
      unseenCount: 2,
    });
  });

  it('cannot tell what is unseen when there are too many categories to remember', () => {
    const reference = referenceOf(
      Array.from({ length: 10_000 }, (_, index) => `c${index}`),
      'category',
    );
    const column = reference.columns[0] as CategoricalReference;
    expect(column.known).toHaveLength(1000);
    expect(column.knownComplete).toBe(false);
    const window = buildWindowProfile(cells(['new', 'c1']), reference, span);
    expect(window.columns[0] as CategoricalWindow).toMatchObject({ otherCount: 2, unseenCount: 0 });
  });

  it('reads booleans and numbers as text', () => {
    const reference = referenceOf([true, false, true], 'boolean').columns[0] as CategoricalReference;
    expect(reference.top).toEqual([
      { value: 'true', count: 2 },
      { value: 'false', count: 1 },
    ]);
    expect(categorical([1, 1, 2.5, -0, Number.NaN])).toMatchObject({ nulls: 1, known: ['0', '1', '2.5'] });
  });
});
