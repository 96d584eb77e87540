import { join } from 'node:path';
import { loadPlatform } from '../../../src/definition/load';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import {
  BacktestError,
  backtest,
  compareBacktests,
  compareText,
  sweepBacktest,
  sweepSvg,
  sweepText,
  timelineSvg,
} from '../../../src/local/backtest';
import { dayOf, definition, Folder, rows } from './support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

const history = [folder.predictions(rows({ days: 45, decayFrom: 32 }))];
const incidents = [folder.write('incidents.csv', `from,to,name\n${dayOf(32)},,slope\n`)];
const FROM = dayOf(21);
const ask = { definition: definition(), history, incidents, from: FROM };

describe('two definitions on one history', () => {
  it('side by side, and what one alarmed that the other did not', async () => {
    const lax = definition((model) => {
      Object.assign(model['monitoring']!['quality'] as object, { metrics: { mae: { max: 1000 } } });
    });
    const comparison = await compareBacktests(ask, { definition: lax });
    expect(comparison.a.totals).toMatchObject({ pages: 2, retrains: 2 });
    expect(comparison.b.totals).toMatchObject({ alarms: 0, pages: 0, retrains: 0 });
    expect(comparison.onlyA.map(({ id }) => id).sort()).toEqual(['concept-drift', 'quality-mae']);
    expect(comparison.onlyB).toEqual([]);
    expect([comparison.a.score!.recall.value, comparison.b.score!.recall.value]).toEqual([1, 0]);
    const text = compareText(comparison, ['strict.yaml', 'lax.yaml'], false);
    expect(text).toMatch(/pages +2 +0/);
    expect(text).toMatch(/recall +1 \(1\/1\)\* +0 \(0\/1\)\*/);
    expect(text).toMatch(/precision +1 \(2\/2\)\* +– \(0\/0\)/);
    expect(text).toContain('only lax.yaml: nothing');
  });

  it('with other data contracts too', async () => {
    const slow = definition((model) => {
      model['data']!['label'] = { column: 'y', delay: '4d' };
    });
    const { a, b, onlyA } = await compareBacktests(ask, { definition: slow });
    const begin = (one: typeof a): number => one.models['line']!.alarms.find(({ id }) => id === 'quality-mae')!.from;
    expect((begin(b) - begin(a)) / 86_400).toBeCloseTo(3, 5);
    expect(onlyA).toEqual([]);
  });
});

describe('a sweep', () => {
  const PATH = 'models.line.monitoring.quality.metrics.mae.max';

  it('runs every value, and draws the same picture each time', async () => {
    const seen: number[] = [];
    const sweep = await sweepBacktest({ ...ask, onPoint: (_, done) => seen.push(done) }, `${PATH}=5..45:3`);
    expect(seen).toEqual([1, 2, 3]);
    expect(sweep.current).toBe(8);
    expect(sweep.points.map(({ value, pages, retrains, recall }) => [value, pages, retrains, recall!.value])).toEqual([
      [5, 2, 2, 1],
      [25, 2, 1, 1],
      [45, 0, 0, 0],
    ]);
    const delays = sweep.points.map(({ meanSecondsToDetect }) => meanSecondsToDetect);
    expect(delays[1]!).toBeGreaterThan(delays[0]!);
    expect(delays[2]).toBeNull();
    const text = sweepText(sweep, false);
    expect(text).toMatch(/25 +2 +2 +0 +1 +1 \(2\/2\)\* +1 \(1\/1\)\*/);
    expect(text).toMatch(/45 ·{40} 0 alarms, 0 of 1 incidents found/);
    const svg = sweepSvg(sweep);
    expect(svg).toBe(sweepSvg(sweep));
    for (const word of [PATH, 'count', 'precision, recall', 'alarms', 'pages', 'retrainings', 'recall'])
      expect(svg).toContain(`>${word}<`);
  });

  it('of drift asks the history once for each window: the result is that of a run by itself', async () => {
    const shifted = { ...ask, history: [folder.predictions(rows({ days: 45, shiftFrom: 32 }), 'shifted.csv')] };
    const path = 'models.line.monitoring.drift.critical';
    const sweep = await sweepBacktest(shifted, `${path}=0.1,0.25,8`);
    const alone = await Promise.all(
      [0.1, 0.25, 8].map(async (critical) => {
        const one = definition((model) => Object.assign(model['monitoring']!['drift'] as object, { critical }));
        return (await backtest({ ...shifted, definition: one })).totals;
      }),
    );
    expect(sweep.points.map(({ alarms, pages, tickets, retrains }) => ({ alarms, pages, tickets, retrains }))).toEqual(
      alone,
    );
    expect(alone.at(0)!.alarms).toBeGreaterThan(0);
    expect(alone.at(-1)!.alarms).toBe(0);
  });

  it('takes durations too', async () => {
    const { points, current } = await sweepBacktest(ask, 'models.line.monitoring.quality.window=3d,7d');
    expect(current).toBe('7d');
    expect(points.map(({ value }) => value)).toEqual(['3d', '7d']);
    expect(points[0]!.meanSecondsToDetect!).toBeLessThanOrEqual(points[1]!.meanSecondsToDetect!);
  });

  it.each<[string, string, RegExp]>([
    [
      'models.line.monitoring.drift.critcal=1,2',
      'unknownPath',
      /did you mean models\.line\.monitoring\.drift\.critical\?/,
    ],
    [
      'models.lime.monitoring.drift.critical=1,2',
      'unknownPath',
      /did you mean models\.line\.monitoring\.drift\.critical\?/,
    ],
    ['monitoring.drift.critical=1,2', 'unknownPath', /did you mean models\.line\.monitoring\.drift\.critical\?/],
    ['models.line.monitoring.drift=1,2', 'notAThreshold', /models\.line\.monitoring\.drift\./],
    ['models.line.monitoring.drift.critical=0..1', 'badSweep', /0\.05\.\.0\.5:10/],
    ['models.line.monitoring.drift.critical=0..1:1', 'badSweep', /./],
    ['models.line.monitoring.drift.critical', 'badSweep', /./],
    ['models.line.monitoring.drift.minRows=100,-1', 'outOfRange', /./],
  ])('%s is a mistake', async (text, code, fix) => {
    const error = await sweepBacktest(ask, text).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BacktestError);
    const [problem] = (error as BacktestError).problems;
    expect(problem!.code).toBe(code);
    expect(problem!.fix).toMatch(fix);
  });

  it('can set what the definition leaves out', async () => {
    const sweep = await sweepBacktest(ask, 'models.line.retraining.maxModelAge=10d,400d');
    expect(sweep.current).toBeNull();
    expect(sweep.points[0]!.retrains).toBeGreaterThan(sweep.points[1]!.retrains);
  });

  it('changes a parsed definition as if it had been written so', async () => {
    const valid = await loadPlatform(join(__dirname, '../../fixtures/definitions/valid-scale.yaml'));
    expect(parsePlatformOrThrow(structuredClone(valid))).toEqual(valid);
  });
});

it('the timeline is drawn with alarms, bounds and incidents, the same bytes each time', async () => {
  const parsed = parsePlatformOrThrow(ask.definition);
  const result = await backtest({ ...ask, definition: parsed });
  const svg = timelineSvg(result, parsed);
  expect(svg).toBe(timelineSvg(result, parsed));
  for (const word of [
    'line: mae',
    'line: drifted columns, %',
    'line: alarms',
    'quality-mae',
    'concept-drift',
    'slope',
    'bound 8',
    'time (UTC)',
    'page',
    '2024-02-01',
  ])
    expect(svg).toContain(`>${word}<`);
  expect(svg).not.toContain('NaN');
});
