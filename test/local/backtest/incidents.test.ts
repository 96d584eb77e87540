import { backtest } from '../../../src/local/backtest';
import { scoreIncidents } from '../../../src/local/backtest/incidents/score';
import type { Episode } from '../../../src/local/backtest/replay/alarm-log';
import { DAY, dayOf, definition, Folder, rows, START } from './support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

const episode = (from: number, to: number | null, more: Partial<Episode> = {}): Episode => ({
  id: 'data-drift',
  kind: 'dataDrift',
  severity: 'ticket',
  from,
  to,
  value: 1,
  threshold: 1,
  rings: 1,
  summary: 'inputs drift',
  ...more,
});
const of = (model: string, one: Episode, toleranceSeconds = 0) => ({ model, episode: one, toleranceSeconds });
const incident = (from: number, to: number | null, more: object = {}) => ({
  from,
  to,
  kind: null,
  model: null,
  name: null,
  ...more,
});
const BOTH = ['page', 'ticket'] as const;

describe('precision and recall by hand', () => {
  it('counts what touches, what is late and what is apart', () => {
    const score = scoreIncidents(
      [incident(100, 200), incident(300, 310), incident(500, 600), incident(900, 950)],
      [
        of('m', episode(120, 130)), // within the first
        of('m', episode(150, 400)), // within the first, and on in the second
        of('m', episode(625, 640), 150), // after the third, within its tolerance
        of('m', episode(700, 710), 150), // after it
        of('m', episode(960, 970, { severity: 'info' }), 100), // does not count
      ],
      BOTH,
      [{ model: 'm', from: 0, to: 1000 }],
    );
    expect(score.precision).toEqual({ value: 3 / 4, numerator: 3, denominator: 4, tooFew: true });
    expect(score.recall).toEqual({ value: 3 / 4, numerator: 3, denominator: 4, tooFew: true });
    expect(score.incidents.map(({ secondsToDetect, standing }) => [secondsToDetect, standing])).toEqual([
      [20, false],
      [null, true],
      [125, false],
      [null, false],
    ]);
    expect(score.meanSecondsToDetect).toBe((20 + 125) / 2);
    expect(score.falseAlarms).toEqual([{ model: 'm', id: 'data-drift', from: 700 }]);
    // 1000 less 260 of incidents; 200–300 and 310–400, 625–640 and 700–710 of alarms outside of them.
    expect(score.alarmedOutside).toEqual({ share: 215 / 740, seconds: 215, ofSeconds: 740 });
  });

  it('an alarm that is always on is found out', () => {
    const { precision, recall, alarmedOutside, meanSecondsToDetect } = scoreIncidents(
      [incident(100, 110)],
      [of('m', episode(0, null))],
      BOTH,
      [{ model: 'm', from: 0, to: 200 }],
    );
    expect([precision.value, recall.value, meanSecondsToDetect, alarmedOutside.share]).toEqual([1, 1, null, 1]);
  });

  it('keeps kinds and models apart', () => {
    const episodes = [
      of('a', episode(110, 120)),
      of('b', episode(110, 120, { kind: 'qualityDecay', severity: 'page' })),
    ];
    const score = scoreIncidents(
      [
        incident(100, 200, { kind: 'qualityDecay' }),
        incident(100, 200, { model: 'a', kind: 'qualityDecay' }),
        incident(100, 200, { model: 'a' }),
      ],
      episodes,
      BOTH,
      [],
    );
    expect(score.incidents.map(({ alarms }) => alarms.length)).toEqual([1, 0, 1]);
    const pages = scoreIncidents([incident(100, 200)], episodes, ['page'], []);
    expect(pages.precision).toEqual({ value: 1, numerator: 1, denominator: 1, tooFew: true });
  });

  it('there is no share of nothing, and five are not few', () => {
    const nothing = scoreIncidents([], [], BOTH, [{ model: 'm', from: 0, to: 10 }]);
    expect(nothing.precision).toEqual({ value: null, numerator: 0, denominator: 0, tooFew: true });
    expect(nothing.recall.value).toBeNull();
    const five = Array.from({ length: 5 }, (_, i) => incident(100 * i, 100 * i + 10));
    expect(scoreIncidents(five, [], BOTH, []).recall).toEqual({
      value: 0,
      numerator: 0,
      denominator: 5,
      tooFew: false,
    });
  });
});

describe('marked in a file', () => {
  it('a decay that was found and an incident that nothing shows', async () => {
    const predictions = folder.predictions(rows({ days: 55, decayFrom: 40 }));
    const incidents = folder.write(
      'incidents.csv',
      `from,to,kind,model,name\n${dayOf(40)},,,line,slope\n${dayOf(30)},${dayOf(31)},dataDrift,,imagined\n`,
    );
    const { score } = await backtest({
      definition: definition(),
      history: [predictions],
      from: dayOf(21),
      incidents: [incidents],
    });
    expect(score!.recall).toMatchObject({ numerator: 1, denominator: 2 });
    expect(score!.precision).toMatchObject({ numerator: 2, denominator: 2, value: 1 });
    expect(score!.incidents.map(({ name, alarms }) => [name, alarms])).toEqual([
      ['imagined', []],
      ['slope', ['quality-mae', 'concept-drift']],
    ]);
    const [quality] = score!.incidents.slice(-1);
    expect(quality!.secondsToDetect! / DAY).toBeLessThanOrEqual(8);
    expect(score!.alarmedOutside).toMatchObject({ share: 0 });
  });

  it('how late an alarm belongs to an incident is the alarm’s own window, unless somebody says', async () => {
    // Two days of decay: over before the window shows it.
    const predictions = folder.predictions(
      rows({ days: 50 }).map((row) => {
        const day = (row.at - START) / DAY;
        return day >= 35 && day < 37 ? { ...row, y: row.y * 3 } : row;
      }),
      'short.csv',
    );
    const incidents = [folder.write('short-incidents.csv', `from,to\n${dayOf(35)},${dayOf(36)}\n`)];
    const ask = { definition: definition(), history: [predictions], from: dayOf(21), incidents };
    const own = (await backtest(ask)).score!;
    expect(own.recall.numerator).toBe(1);
    const strict = (await backtest({ ...ask, tolerance: '1h' })).score!;
    expect([strict.recall.numerator, strict.precision.numerator]).toEqual([0, 0]);
    expect(strict.precision.denominator).toBeGreaterThan(0);
  });
});
