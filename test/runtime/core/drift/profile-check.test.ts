import {
  assertComparable,
  buildReferenceProfile,
  buildWindowProfile,
  DriftProfileError,
  type NumericReference,
  type NumericWindow,
  type ReferenceProfile,
  type WindowProfile,
} from '../../../../src/runtime/core/drift';

const rows = Array.from({ length: 50 }, (_, index) => ({ x: index, city: `c${index % 3}` }));
const reference = buildReferenceProfile(
  rows,
  [
    { name: 'x', type: 'number' },
    { name: 'city', type: 'category' },
  ],
  { bins: 10, origin: { dataDigest: 'sha256:1', source: 'training' } },
);
const window = buildWindowProfile(rows, reference, { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' });
const x = reference.columns[0] as NumericReference;
const counted = window.columns[0] as NumericWindow;

function codes(left: ReferenceProfile, right: WindowProfile): string[] {
  try {
    assertComparable(left, right);
    return [];
  } catch (error) {
    if (!(error instanceof DriftProfileError)) throw error;
    return error.problems.map(({ code, path }) => `${code} ${path}`);
  }
}
const withReference = (change: Partial<NumericReference>): ReferenceProfile => ({
  ...reference,
  columns: [{ ...x, ...change }, reference.columns[1]!],
});
const withWindow = (change: Partial<NumericWindow>): WindowProfile => ({
  ...window,
  columns: [{ ...counted, ...change }, window.columns[1]!],
});

it('takes a window on its reference, also after JSON', () => {
  expect(codes(reference, window)).toEqual([]);
  expect(codes(JSON.parse(JSON.stringify(reference)), JSON.parse(JSON.stringify(window)))).toEqual([]);
});

it('refuses other formulas and another reference, all at once', () => {
  expect(
    codes({ ...reference, formulaVersion: 0 }, { ...window, formulaVersion: 2, referenceDigest: 'sha256:2' }),
  ).toEqual([
    'driftFormulaVersion reference.formulaVersion',
    'driftFormulaVersion window.formulaVersion',
    'driftBinning window.referenceDigest',
  ]);
});

it('refuses counts that are none or do not add up', () => {
  expect(codes(withReference({ nulls: -1 }), window)).toEqual(['driftCounts reference.columns.x']);
  expect(codes(withReference({ nulls: 1 }), window)).toEqual(['driftCounts reference.columns.x']);
  expect(codes(reference, withWindow({ nans: Number.NaN }))).toEqual(['driftCounts window.columns.x']);
  expect(codes(reference, withWindow({ nans: 3 }))).toEqual(['driftCounts window.columns.x']);
  expect(codes(reference, { ...window, rows: 49 })).toHaveLength(2);
});

it('refuses another binning and values out of order', () => {
  expect(codes(reference, withWindow({ binCounts: [50] }))).toContain('driftBinning window.columns.x.binCounts');
  expect(codes(withReference({ edges: [...x.edges].reverse() }), window)).toContain(
    'driftCounts reference.columns.x.edges',
  );
  expect(codes(withReference({ edges: x.edges.slice(1) }), window)).toContain(
    'driftCounts reference.columns.x.binCounts',
  );
  expect(codes(reference, withWindow({ quantiles: [1, 2] }))).toContain('driftCounts window.columns.x.quantiles');
  const swapped = { ...window, columns: [{ ...window.columns[1]!, name: 'x' }] } as WindowProfile;
  expect(codes(reference, swapped)).toContain('driftBinning window.columns.x.kind');
  expect(codes(reference, { ...window, columns: [counted, ...window.columns] })).toEqual([
    'driftCounts window.columns.x',
  ]);
});
