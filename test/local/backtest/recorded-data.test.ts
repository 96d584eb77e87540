import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { backtest, backtestText, type ModelBacktest } from '../../../src/local/backtest';
import { Folder } from './support/history';
import { BREAK, dayOfRow, RAINFALL_DEFINITION, rainfallHistory } from './support/rainfall';

jest.setTimeout(180_000);
const folder = new Folder();
afterAll(() => folder.remove());

const EMPLOYMENT = join(__dirname, '../../../examples/employment/platform.yaml');
const SAMPLE = join(__dirname, '../../fixtures/drift/employment.csv.gz');

describe('employment 2015–2018: nothing happens', () => {
  const ask = { file: EMPLOYMENT, from: '2016-01-01', spread: 'year' as const };
  let model: ModelBacktest;
  beforeAll(async () => {
    model = (await backtest({ ...ask, history: [SAMPLE] })).models['employed']!;
  });

  it('no page, no ticket, and nothing is trained again', () => {
    expect(model.alarms).toEqual([]);
    expect(model.told).toEqual({ page: 0, ticket: 0, info: 0 });
    expect([model.decisions, model.retrains]).toEqual([[], {}]);
  });

  it('because it was watched, and not because it was not', () => {
    expect(model.rows.predictions).toBe(34_710);
    const decided = (windows: readonly { readonly verdict: string }[]): number =>
      windows.filter(({ verdict }) => verdict === 'ok').length;
    expect([decided(model.windows.drift), model.windows.drift.length]).toEqual([154, 157]);
    expect(decided(model.windows.quality)).toBeGreaterThan(150);
    const accuracies = model.months.map(({ metrics }) => metrics['accuracy']!);
    expect(accuracies).toHaveLength(36);
    expect(Math.min(...accuracies)).toBeGreaterThan(0.79);
    expect(Math.max(...accuracies)).toBeLessThan(0.86);
    // The file has no key, and each row carries its label.
    expect(model.rows.labels).toBe(34_710);
  });

  it('the same history with a quarter of the labels of 2018 spoilt pages, and not before', async () => {
    const lines = gunzipSync(readFileSync(SAMPLE)).toString('utf8').trim().split('\n');
    const names = lines[0]!.split(',');
    const [label, year] = [names.indexOf('employed'), names.indexOf('year')];
    const spoilt = lines.map((line, place) => {
      const cells = line.split(',');
      if (cells[year] === '2018' && place % 4 === 0) cells[label] = cells[label] === '1' ? '0' : '1';
      return cells.join(',');
    });
    const file = folder.write('spoilt.csv', `${spoilt.join('\n')}\n`);
    const span = { from: '2017-10-01', to: '2018-04-01' };
    const result = (await backtest({ ...ask, ...span, history: [file] })).models['employed']!;
    const pages = result.alarms.filter(({ severity }) => severity === 'page');
    expect(pages.map(({ id }) => id)).toEqual(expect.arrayContaining(['quality-accuracy', 'concept-drift']));
    const first = Math.min(...pages.map(({ from }) => from));
    expect(first).toBeGreaterThan(Date.UTC(2018, 0, 1) / 1000);
    expect(first).toBeLessThan(Date.UTC(2018, 1, 15) / 1000);
    expect(result.retrains['drift']).toBeUndefined();
  });
});

it('rainfall: eight features rotated by one are found, by quality and by the inputs', async () => {
  const { history, incidents, from } = rainfallHistory(folder);
  const to = dayOfRow(BREAK + 3000);
  const result = await backtest({ file: RAINFALL_DEFINITION, history: [history], from, to, incidents: [incidents] });
  const { score } = result;
  expect(score!.recall).toEqual({ value: 1, numerator: 1, denominator: 1, tooFew: true });
  expect(score!.incidents[0]!.alarms).toEqual(expect.arrayContaining(['quality-auc', 'data-drift']));
  // Windows of two years, looked at four times a year.
  expect(score!.meanSecondsToDetect! / 86_400).toBeLessThan(365);
  expect(score!.precision.numerator).toBeGreaterThanOrEqual(score!.precision.denominator - 1);
  const { months } = result.models['rain']!;
  const mean = (of: typeof months): number => {
    const values = of.flatMap(({ metrics }) => (metrics['auc'] === undefined ? [] : [metrics['auc']]));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const broken = dayOfRow(BREAK).slice(0, 7);
  expect(mean(months.filter(({ month }) => month < broken))).toBeGreaterThan(0.75);
  expect(mean(months.filter(({ month }) => month > broken))).toBeLessThan(0.45);
  const text = backtestText(result, false);
  expect(text).toMatch(/recall +1 \(1 of 1, too few to say much\)/);
  expect(text).toMatch(/precision +0\.\d+ \(\d of \d/);
});
