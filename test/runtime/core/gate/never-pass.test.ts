import { evaluateGate, type GateInput } from '../../../../src/runtime/core/gate';
import { checkOf, gateInput, hardRows, SERVING, scoredRows } from './support';

const METRICS = { auc: { min: 0.6, vsChampion: { margin: 0.02 } }, accuracy: { min: 0.2 } };
const sound = gateInput({ rows: scoredRows(1000), evaluation: { metrics: METRICS } });

/** The same input with one row changed. */
function withRow(change: Partial<GateInput['rows'][number]>): GateInput {
  return { ...sound, rows: sound.rows.map((row, index) => (index === 500 ? { ...row, ...change } : row)) };
}

test('the input of these tests passes as it stands', () => {
  const result = evaluateGate(sound);
  expect(result).toMatchObject({ verdict: 'pass', firstVersion: false, notes: [] });
  expect(result.explanation).toBe(`pass: all ${result.checks.length} checks hold or were optional, on 1,000 rows.`);
});

describe('what cannot be judged never passes', () => {
  test.each<[string, GateInput, 'fail' | 'inconclusive', string]>([
    [
      'a NaN probability of the candidate',
      withRow({ candidate: { probability: Number.NaN } }),
      'fail',
      'input/candidate',
    ],
    [
      'an infinite probability of the candidate',
      withRow({ candidate: { probability: Number.POSITIVE_INFINITY } }),
      'fail',
      'input/candidate',
    ],
    ['no answer of the candidate', withRow({ candidate: null }), 'fail', 'input/candidate'],
    ['a NaN probability of the champion', withRow({ champion: { probability: Number.NaN } }), 'fail', 'input/champion'],
    ['no answer of the champion', withRow({ champion: undefined }), 'fail', 'input/champion'],
    ['a missing label', withRow({ label: null }), 'fail', 'input/labels'],
    ['a NaN label', withRow({ label: Number.NaN }), 'fail', 'input/labels'],
    ['a repeated key', withRow({ key: 3 }), 'fail', 'input/keys'],
    ['a key repeated as text', withRow({ key: '3' }), 'fail', 'input/keys'],
    ['another test set', { ...sound, champion: { testSetDigest: 'sha256:2' } }, 'fail', 'input/test-set'],
    [
      'a test set without digest',
      { ...sound, candidate: { testSetDigest: '' }, champion: { testSetDigest: '' } },
      'fail',
      'input/test-set',
    ],
    ['no rows', { ...sound, rows: [] }, 'inconclusive', 'input/rows'],
    ['199 rows', { ...sound, rows: sound.rows.slice(0, 199) }, 'inconclusive', 'input/rows'],
    [
      'one class only',
      { ...sound, rows: sound.rows.map((row) => ({ ...row, label: 1 })) },
      'inconclusive',
      'metric/auc/min',
    ],
    ['answers without probability', withRow({ candidate: { value: 1 } }), 'fail', 'metric/auc/min'],
    ['no probability of the champion', withRow({ champion: { value: 1 } }), 'fail', 'metric/auc/champion'],
    ['no smoke check', { ...sound, serving: null }, 'inconclusive', 'serving/load'],
    ['a candidate that does not load', { ...sound, serving: { ...SERVING, loaded: false } }, 'fail', 'serving/load'],
  ])('%s', (_name, input, verdict, id) => {
    const result = evaluateGate(input);
    expect(result.verdict).not.toBe('pass');
    expect(checkOf(result, id).verdict).toBe(verdict);
    expect(result.explanation).toContain(checkOf(result, id).explanation);
  });

  test.each([
    ['a metric of another task', { metrics: { rmse: { max: 3 } } }],
    ['a metric of another task against the champion', { metrics: { rmse: { vsChampion: {} } } }],
    ['an unknown metric', { metrics: { kappa: { min: 0 } } }],
    ['an unknown metric against the champion', { metrics: { kappa: { vsChampion: {} } } }],
    ['a metric without bounds that nobody can compute', { metrics: { accuracy: { min: 0.5 }, kappa: {} } }],
    ['a custom metric without a value', { metrics: { 'custom.profit': { min: 0, direction: 'higherIsBetter' } } }],
    [
      'a slice of a column that is not there',
      { metrics: METRICS, slices: [{ column: 'region', metrics: { auc: { min: 0.1 } } }] },
    ],
    [
      'fairness by a column that is not there',
      { metrics: METRICS, fairness: [{ column: 'sex', metric: 'recall', maxGap: 1 }] },
    ],
  ])('%s fails', (_name, evaluation) => {
    expect(evaluateGate(gateInput({ rows: scoredRows(300), evaluation })).verdict).toBe('fail');
  });

  test('predictions so far off that the metric overflows fail', () => {
    const rows = Array.from({ length: 300 }, (_, key) => ({ key, label: key, candidate: { value: 1e200 } }));
    const result = evaluateGate(
      gateInput({ task: 'regression', rows, champion: null, evaluation: { metrics: { rmse: { max: 10 } } } }),
    );
    expect(checkOf(result, 'metric/rmse/max')).toMatchObject({ verdict: 'fail', value: null });
    expect(result.verdict).toBe('fail');
  });

  test('too few rows say how many are needed and still show the values', () => {
    const result = evaluateGate({ ...sound, rows: sound.rows.slice(0, 150) });
    expect(result.verdict).toBe('inconclusive');
    expect(checkOf(result, 'input/rows')).toMatchObject({ rowsNeeded: 200, value: 150 });
    const check = checkOf(result, 'metric/accuracy/min');
    expect(check).toMatchObject({ verdict: 'inconclusive', rowsNeeded: 200 });
    expect(check.value).toBeGreaterThan(0.2);
  });

  test('too few rows never fail a metric, however bad it looks', () => {
    const rows = hardRows(
      150,
      () => true,
      () => false,
    );
    expect(evaluateGate(gateInput({ rows, evaluation: { metrics: { accuracy: { min: 0.5 } } } })).verdict).toBe(
      'inconclusive',
    );
  });
});

describe('a first version', () => {
  const first = { ...sound, champion: null, rows: sound.rows.map(({ champion: _, ...row }) => row) };

  test('is judged by absolute bounds and stamped', () => {
    const result = evaluateGate(first);
    expect(result).toMatchObject({
      verdict: 'pass',
      firstVersion: true,
      primary: { metric: 'auc', championValue: null },
    });
    expect(result.checks.map(({ kind }) => kind)).not.toContain('champion');
    expect(result.notes).toEqual(['there is no champion yet, so these were not compared: auc']);
    expect(result.explanation).toContain('first version');
  });

  test('is not passed by a definition that only compares with a champion', () => {
    const { evaluation } = gateInput({ evaluation: { metrics: { auc: { vsChampion: {} } } } });
    const result = evaluateGate({ ...first, evaluation });
    expect(result.verdict).toBe('inconclusive');
    expect(checkOf(result, 'input/bounds').explanation).toContain('give a metric min or max');
  });

  test('fails an absolute bound like any other', () => {
    const { evaluation } = gateInput({ evaluation: { metrics: { auc: { min: 0.99 } } } });
    expect(evaluateGate({ ...first, evaluation })).toMatchObject({ verdict: 'fail', firstVersion: true });
  });
});

test('bounds of optional slices alone pass nobody', () => {
  const rows = scoredRows(300).map((row) => ({ ...row, slices: { region: 'north' } }));
  const slices = [{ column: 'region', values: ['north'], required: false, metrics: { auc: { min: 0.1 } } }];
  const judged = (required: boolean) =>
    evaluateGate(
      gateInput({
        rows,
        evaluation: { metrics: { auc: {} }, slices: slices.map((slice) => ({ ...slice, required })) },
      }),
    ).verdict;
  expect(judged(false)).toBe('inconclusive');
  expect(judged(true)).toBe('pass');
});

test('a definition without any bound passes nobody', () => {
  const result = evaluateGate(gateInput({ rows: scoredRows(300), evaluation: { metrics: { auc: {} } } }));
  expect(checkOf(result, 'metric/auc/value').verdict).toBe('pass');
  expect(result.verdict).toBe('inconclusive');
});

describe('custom metrics', () => {
  const judge = (bound: object, values: object, champion: GateInput['champion'] = sound.champion) =>
    evaluateGate(
      gateInput({
        rows: hardRows(200, () => false),
        champion,
        custom: [{ metric: 'custom.profit', candidate: 12, ...values }],
        evaluation: { metrics: { 'custom.profit': { direction: 'higherIsBetter', ...bound } } },
      }),
    );

  test('are compared as points, and the check says so', () => {
    const check = checkOf(judge({ min: 10 }, {}), 'metric/custom.profit/min');
    expect(check).toMatchObject({ verdict: 'pass', value: 12, interval: null, rows: null });
    expect(check.explanation).toBe(
      'custom.profit is 12; asked is at least 10 (a single value without rows, so chance is not allowed for)',
    );
    expect(judge({ min: 13 }, {}).verdict).toBe('fail');
  });

  test.each([
    ['better than the champion', { mode: 'superior' }, { champion: 11 }, 'pass'],
    ['equal is not superior', { mode: 'superior' }, { champion: 12 }, 'fail'],
    ['equal is non-inferior', {}, { champion: 12 }, 'pass'],
    ['worse beyond the margin', { margin: 1 }, { champion: 13.5 }, 'fail'],
    ['no value of the champion', {}, {}, 'fail'],
    ['a NaN value of the champion', {}, { champion: Number.NaN }, 'fail'],
    ['a NaN value of the candidate', {}, { candidate: Number.NaN, champion: 1 }, 'fail'],
  ])('%s', (_name, vsChampion, values, verdict) => {
    expect(judge({ vsChampion }, values).verdict).toBe(verdict);
  });

  test('a value that is handed in twice is refused', () => {
    const input = gateInput({
      rows: hardRows(200, () => false),
      custom: [1, 2].map((candidate) => ({ metric: 'custom.profit', candidate })),
      evaluation: { metrics: { 'custom.profit': { min: 0, direction: 'higherIsBetter' } } },
    });
    expect(evaluateGate(input).verdict).toBe('fail');
  });
});
