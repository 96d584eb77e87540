import { evaluateGate, type ScoredRow } from '../../../../src/runtime/core/gate';
import { holmAdjusted } from '../../../../src/runtime/core/statistics/holm';
import { checkOf, gateInput, hardRows } from './support';

const ACCURACY = { accuracy: { min: 0.5 } };

/** Rows of regions; in each, one row in so many is wrong. */
function regions(wrongOneIn: Readonly<Record<string, number>>, rowsEach: number): ScoredRow[] {
  return Object.entries(wrongOneIn).flatMap(([region, oneIn], place) =>
    hardRows(
      rowsEach,
      (row) => row % oneIn === 1,
      () => false,
    ).map((row) => ({
      ...row,
      key: `${region}-${String(row.key).padStart(5, '0')}-${place}`,
      slices: { region },
    })),
  );
}

function judge(rows: ScoredRow[], slices: object[]) {
  return evaluateGate(gateInput({ rows, evaluation: { metrics: ACCURACY, slices } }));
}

describe('declared slices', () => {
  const rows = regions({ north: 20, south: 2.5 }, 300);

  test('each is judged by its own rows', () => {
    const result = judge(rows, [
      { column: 'region', values: ['north', 'south'], metrics: { accuracy: { min: 0.85 } } },
    ]);
    expect(checkOf(result, 'slice/region=north/accuracy/min')).toMatchObject({
      verdict: 'pass',
      value: 0.95,
      rows: 300,
      slice: { column: 'region', value: 'north' },
    });
    expect(checkOf(result, 'slice/region=south/accuracy/min')).toMatchObject({ verdict: 'fail', rows: 300 });
    expect(result.verdict).toBe('fail');
    expect(result.explanation).toContain('where region is south');
  });

  test('a required value without rows fails, an optional one does not', () => {
    const missing = { column: 'region', values: ['west'], metrics: ACCURACY };
    expect(judge(rows, [missing]).verdict).toBe('fail');
    expect(checkOf(judge(rows, [missing]), 'slice/region=west/rows/min')).toMatchObject({
      rows: 0,
      explanation: 'no row of the test set has west in region',
    });
    expect(judge(rows, [{ ...missing, required: false }]).verdict).toBe('pass');
  });

  test('under minRows a required slice is inconclusive, an optional one does not hold back', () => {
    const small = { column: 'region', values: ['north'], minRows: 301, metrics: ACCURACY };
    expect(judge(rows, [small]).verdict).toBe('inconclusive');
    expect(checkOf(judge(rows, [small]), 'slice/region=north/accuracy/min')).toMatchObject({
      verdict: 'inconclusive',
      rowsNeeded: 301,
    });
    expect(judge(rows, [{ ...small, required: false }]).verdict).toBe('pass');
  });

  test('an optional slice that is shown to be bad still fails', () => {
    expect(
      judge(rows, [{ column: 'region', values: ['south'], required: false, metrics: { accuracy: { min: 0.85 } } }])
        .verdict,
    ).toBe('fail');
  });

  test('numbers and texts name the same slice; a slice named twice keeps apart', () => {
    const numbered = rows.map((row) => ({ ...row, slices: { region: row.slices!['region'] === 'north' ? 1 : 2 } }));
    const result = judge(numbered, [
      { column: 'region', values: ['1'], metrics: ACCURACY },
      { column: 'region', values: [1], metrics: { accuracy: { min: 0.99 } } },
    ]);
    expect(checkOf(result, 'slice/region=1/accuracy/min').verdict).toBe('pass');
    expect(checkOf(result, 'slice/region=1/accuracy/min#2').verdict).toBe('fail');
  });
});

describe('automatic slices', () => {
  const policy = { column: 'region', minRows: 200, metrics: { accuracy: { vsChampion: { margin: 0.05 } } } };

  test('the most frequent values with enough rows are judged, the rest is noted', () => {
    const rows = [...regions({ a: 50, b: 50 }, 300), ...regions({ c: 50, d: 50 }, 100)];
    const result = judge(rows, [policy]);
    const judged = result.checks.filter(({ slice }) => slice !== null).map(({ slice }) => slice!.value);
    expect(judged).toEqual(['a', 'b']);
    expect(result.notes).toEqual([
      '2 of 4 values of region are not judged: missing, under 200 rows, or beyond the most frequent ones',
    ]);
    expect(result.verdict).toBe('pass');
  });

  test('a proven drop in one of them fails', () => {
    const result = judge(regions({ a: 50, b: 50, c: 4 }, 300), [policy]);
    expect(checkOf(result, 'slice/region=c/accuracy/champion').verdict).toBe('fail');
    expect(result.verdict).toBe('fail');
  });

  test('a drop that one of many slices shows by chance is not a failure, but fails when that slice is named', () => {
    const names = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`r${String(index).padStart(2, '0')}`, 1000]),
    );
    const rows = regions({ ...names, r07: 11 }, 200);
    const automatic = checkOf(judge(rows, [policy]), 'slice/region=r07/accuracy/champion');
    const named = checkOf(judge(rows, [{ ...policy, values: ['r07'] }]), 'slice/region=r07/accuracy/champion');
    expect(named.verdict).toBe('fail');
    expect(automatic).toMatchObject({ verdict: 'inconclusive', compared: named.compared, interval: named.interval });
    expect(automatic.explanation).toContain('one of 20 automatic slices looks like this by chance');
    expect(holmAdjusted([0.03, ...new Array<number>(19).fill(0.5)])[0]).toBeCloseTo(0.6, 12);
  });

  test('no value with enough rows is inconclusive, and optional when the slice is', () => {
    const rows = regions({ a: 50, b: 50, c: 50 }, 100);
    const check = checkOf(judge(rows, [policy]), 'slice/region');
    expect(check).toMatchObject({ verdict: 'inconclusive', rows: 100, rowsNeeded: 600 });
    expect(judge(rows, [policy]).verdict).toBe('inconclusive');
    expect(judge(rows, [{ ...policy, required: false }]).verdict).toBe('pass');
  });

  test('rows without a value are no slice', () => {
    const rows = regions({ a: 50, b: 2 }, 300).map((row) =>
      row.slices!['region'] === 'b' ? { ...row, slices: { region: null } } : row,
    );
    expect(
      judge(rows, [policy])
        .checks.filter(({ slice }) => slice !== null)
        .map(({ slice }) => slice!.value),
    ).toEqual(['a']);
  });
});

test('custom metrics of a slice come as values of the slice', () => {
  const slice = { column: 'region', value: 'north' };
  const evaluation = {
    metrics: ACCURACY,
    slices: [
      { column: 'region', values: ['north'], metrics: { 'custom.profit': { min: 3, direction: 'higherIsBetter' } } },
    ],
  };
  const rows = regions({ north: 20 }, 300);
  const judged = (candidate: number) =>
    evaluateGate(gateInput({ rows, evaluation, custom: [{ metric: 'custom.profit', slice, candidate }] })).verdict;
  expect(judged(3)).toBe('pass');
  expect(judged(2)).toBe('fail');
  expect(
    evaluateGate(gateInput({ rows, evaluation, custom: [{ metric: 'custom.profit', candidate: 9 }] })).verdict,
  ).toBe('fail');
});
