import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateGate } from '../../../../src/runtime/core/gate';
import { proportionBounds } from '../../../../src/runtime/core/statistics/proportions';
import { checkOf, gateInput, hardRows, scoredRows } from './support';

const right = () => false;
const everyTenth = (row: number) => row % 10 === 3;

describe('an absolute bound', () => {
  const judge = (rows: number, min: number, wrong: (row: number) => boolean) =>
    checkOf(
      evaluateGate(gateInput({ rows: hardRows(rows, wrong), evaluation: { metrics: { accuracy: { min } } } })),
      'metric/accuracy/min',
    );

  test('passes when the one-sided bound keeps it', () => {
    const check = judge(1000, 0.85, everyTenth);
    expect(check).toMatchObject({
      verdict: 'pass',
      value: 0.9,
      compared: 0.9,
      comparator: '>=',
      bound: 0.85,
      rows: 1000,
      rowsNeeded: null,
    });
    expect(check.interval!.lower).toBeGreaterThan(0.85);
    expect(check.interval!.lower).toBeLessThan(0.9);
    expect(check.explanation).toBe(
      `accuracy is 0.9 on 1,000 rows; asked is at least 0.85 and with 95 % confidence it is at least ${check.interval!.lower!.toFixed(4).replace(/0+$/, '')}`,
    );
  });

  test('a point that keeps the bound is not enough: inconclusive, with rows that would decide', () => {
    const check = judge(1000, 0.89, everyTenth);
    expect(check).toMatchObject({ verdict: 'inconclusive', value: 0.9 });
    // n = ((1.645 + 0.842) × √(0.9 × 0.1) / 0.01)², and a little more for the exact bound
    expect(check.rowsNeeded).toBeGreaterThan(5000);
    expect(check.rowsNeeded).toBeLessThan(6700);
    expect(check.explanation).toContain('rows would decide');
  });

  test('the rows that are asked for decide', () => {
    const { rowsNeeded } = judge(1000, 0.89, everyTenth);
    expect(judge(Math.ceil(rowsNeeded! / 10) * 10, 0.89, everyTenth).verdict).toBe('pass');
  });

  test('a point that misses the bound is not enough to fail', () => {
    expect(judge(1000, 0.91, everyTenth).verdict).toBe('inconclusive');
  });

  test('fails when even the upper bound misses it, and more of the same rows still fail', () => {
    for (const rows of [1000, 2000, 10_000]) expect(judge(rows, 0.95, everyTenth).verdict).toBe('fail');
    expect(judge(1000, 0.95, everyTenth).explanation).toContain(
      'asked is at least 0.95 but with 95 % confidence it is at most 0.9',
    );
  });

  test('200 right answers of 200 do not show 99 %, although every resample says 100 %', () => {
    const check = judge(200, 0.99, right);
    expect(check).toMatchObject({ verdict: 'inconclusive', value: 1 });
    expect(check.interval).toMatchObject({
      lower: proportionBounds(200, 200, 0.05).lower,
      method: 'pairedBootstrapAndExact',
    });
    expect(judge(400, 0.99, right).verdict).toBe('pass');
  });

  test('three positives that all rank first do not show an auc of 0.9', () => {
    const rows = scoredRows(400).map((row, index) => {
      const label = index < 3 ? 1 : 0;
      return { ...row, label, candidate: { probability: label === 1 ? 0.9 : 0.1 } };
    });
    const result = evaluateGate(gateInput({ rows, champion: null, evaluation: { metrics: { auc: { min: 0.9 } } } }));
    expect(checkOf(result, 'metric/auc/min')).toMatchObject({ verdict: 'inconclusive', value: 1 });
  });

  test('a largest value is judged by the upper bound', () => {
    const rows = scoredRows(2000);
    const judged = (max: number) =>
      checkOf(evaluateGate(gateInput({ rows, evaluation: { metrics: { logLoss: { max } } } })), 'metric/logLoss/max');
    const { lower, upper } = judged(0.6).interval!;
    expect(judged(upper! + 0.001)).toMatchObject({ verdict: 'pass', comparator: '<=' });
    expect(judged((lower! + upper!) / 2).verdict).toBe('inconclusive');
    expect(judged(lower! - 0.001).verdict).toBe('fail');
  });
});

describe('a bound against the champion', () => {
  const judge = (
    vsChampion: object,
    candidate: (row: number) => boolean,
    champion: (row: number) => boolean,
    rows = 2000,
  ) =>
    checkOf(
      evaluateGate(
        gateInput({ rows: hardRows(rows, candidate, champion), evaluation: { metrics: { accuracy: { vsChampion } } } }),
      ),
      'metric/accuracy/champion',
    );
  const oneInFifty = (row: number) => row % 50 === 7;

  test('non-inferior: two points worse is within three, is not within one, and is a tie at two', () => {
    expect(judge({ margin: 0.03 }, oneInFifty, right)).toMatchObject({
      verdict: 'pass',
      value: 0.98,
      championValue: 1,
      comparator: '>=',
      bound: -0.03,
    });
    expect(judge({ margin: 0.01 }, oneInFifty, right).verdict).toBe('fail');
    expect(judge({ margin: 0.02 }, oneInFifty, right)).toMatchObject({ verdict: 'inconclusive', rowsNeeded: null });
  });

  test('superior: two points better is more than one, and not more than three', () => {
    const superior = (margin: number) => judge({ margin, mode: 'superior' }, right, oneInFifty);
    expect(superior(0.01)).toMatchObject({ verdict: 'pass', comparator: '>', bound: 0.01 });
    expect(superior(0.03).verdict).toBe('fail');
    expect(superior(0.018)).toMatchObject({ verdict: 'inconclusive' });
  });

  test('for a metric that should be low the signs turn round', () => {
    const rows = scoredRows(2000, 3);
    const judged = (vsChampion: object) =>
      checkOf(
        evaluateGate(gateInput({ rows, evaluation: { metrics: { logLoss: { vsChampion } } } })),
        'metric/logLoss/champion',
      );
    expect(judged({ mode: 'superior' })).toMatchObject({ verdict: 'pass', comparator: '<', bound: 0 });
    expect(judged({ margin: 0 })).toMatchObject({ verdict: 'pass', comparator: '<=', bound: 0 });
    const { compared, interval } = judged({ margin: 0 });
    expect(compared).toBeLessThan(0);
    // Better by more than the margin: as sure as the bound of the difference, and no surer.
    const shown = -interval!.upper!;
    expect(judged({ mode: 'superior', margin: 0.9 * shown })).toMatchObject({ verdict: 'pass', bound: -0.9 * shown });
    expect(judged({ mode: 'superior', margin: 1.01 * shown }).verdict).toBe('inconclusive');
    expect(judged({ mode: 'superior', margin: -1.01 * interval!.lower! }).verdict).toBe('fail');
    const turned = scoredRows(2000, 0.2);
    const worse = evaluateGate(
      gateInput({ rows: turned, evaluation: { metrics: { logLoss: { vsChampion: { margin: 0.01 } } } } }),
    );
    expect(worse.verdict).toBe('fail');
  });

  test('hard answers that agree on 200 rows do not show a difference within half a point', () => {
    expect(judge({ margin: 0.005 }, everyTenth, everyTenth, 200).verdict).toBe('inconclusive');
    expect(judge({ margin: 0.005 }, everyTenth, everyTenth, 2000).verdict).toBe('pass');
  });

  test('the same probabilities on every row are the same model: not worse, and not better', () => {
    const rows = scoredRows(300).map((row) => ({ ...row, champion: row.candidate }));
    const judged = (vsChampion: object) =>
      evaluateGate(gateInput({ rows, evaluation: { metrics: { accuracy: { vsChampion } } } })).verdict;
    expect(judged({ margin: 0 })).toBe('pass');
    expect(judged({ margin: 0, mode: 'superior' })).toBe('fail');
  });

  test('a difference of exactly the margin is within it, although 0.845 − 0.85 is a little less than −0.005', () => {
    const custom = [{ metric: 'custom.profit', candidate: 0.845, champion: 0.85 }];
    const metrics = { 'custom.profit': { direction: 'higherIsBetter', vsChampion: { margin: 0.005 } } };
    expect(0.845 - 0.85).toBeLessThan(-0.005);
    expect(
      checkOf(
        evaluateGate(gateInput({ rows: hardRows(200, right), custom, evaluation: { metrics } })),
        'metric/custom.profit/champion',
      ).verdict,
    ).toBe('pass');
  });
});

describe('paired bounds equal those of SciPy up to resampling noise', () => {
  const { continuous, scipyBootstrap } = JSON.parse(
    readFileSync(join(__dirname, '../../../fixtures/gate/binary.json'), 'utf8'),
  ) as {
    continuous: { label: number[]; candidate: number[]; champion: number[] };
    scipyBootstrap: Record<string, { lower: number; upper: number; standardError: number }>;
  };
  const rows = continuous.label.map((label, key) => ({
    key,
    label,
    candidate: { probability: continuous.candidate[key]! },
    champion: { probability: continuous.champion[key]! },
  }));

  test.each(['auc', 'logLoss'])('%s', (metric) => {
    const result = evaluateGate(
      gateInput({ rows, evaluation: { metrics: { [metric]: { vsChampion: { margin: 0.01 } } } } }),
    );
    const { interval } = checkOf(result, `metric/${metric}/champion`);
    const { lower, upper, standardError } = scipyBootstrap[metric]!;
    // A 5 % quantile of 1,000 resamples has a standard error of about 0.07 standard errors of the statistic.
    expect(Math.abs(interval!.lower! - lower)).toBeLessThan(0.25 * standardError);
    expect(Math.abs(interval!.upper! - upper)).toBeLessThan(0.25 * standardError);
    expect(interval!.method).toBe('pairedBootstrap');
  });

  test('accuracy is bounded no closer than SciPy does', () => {
    const result = evaluateGate(
      gateInput({ rows, evaluation: { metrics: { accuracy: { vsChampion: { margin: 0.01 } } } } }),
    );
    const { interval } = checkOf(result, 'metric/accuracy/champion');
    const { lower, upper, standardError } = scipyBootstrap['accuracy']!;
    expect(Math.abs(interval!.lower! - lower)).toBeLessThan(0.25 * standardError);
    expect(Math.abs(interval!.upper! - upper)).toBeLessThan(0.25 * standardError);
  });
});
