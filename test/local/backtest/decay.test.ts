import { type BacktestResult, backtest, type ModelBacktest } from '../../../src/local/backtest';
import { DAY, dayOf, definition, Folder, type Plant, rows, START } from './support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

type Change = Parameters<typeof definition>[0];
const FROM = dayOf(21);

async function run(plant: Plant, change?: Change): Promise<ModelBacktest> {
  const file = folder.predictions(rows(plant), `${JSON.stringify(plant).replace(/\W+/g, '-')}.csv`);
  return modelOf(await backtest({ definition: definition(change), history: [file], from: FROM }));
}
const modelOf = ({ models }: BacktestResult): ModelBacktest => models['line']!;
/** The first episode of an alarm, in days. */
const firstDay = (model: ModelBacktest, id: string): number | undefined => {
  const found = model.alarms.find((alarm) => alarm.id === id);
  return found === undefined ? undefined : (found.from - START) / DAY;
};
const ids = ({ alarms }: ModelBacktest): string[] => alarms.map(({ id }) => id);

describe('what the model learnt no longer holds from day 40 on', () => {
  let decayed: ModelBacktest;
  beforeAll(async () => {
    decayed = await run({ days: 55, decayFrom: 40 });
  });

  it('pages for quality within the week of the window and not before the first label is due', () => {
    const day = firstDay(decayed, 'quality-mae')!;
    expect(day).toBeGreaterThan(41);
    expect(day).toBeLessThanOrEqual(48);
    expect(decayed.alarms.find(({ id }) => id === 'quality-mae')).toMatchObject({
      kind: 'qualityDecay',
      severity: 'page',
    });
  });

  it('says that it is concept drift, since the inputs hold', () => {
    expect(decayed.alarms.find(({ id }) => id === 'concept-drift')).toMatchObject({
      kind: 'conceptDrift',
      severity: 'page',
    });
    expect(ids(decayed)).not.toContain('data-drift');
    expect(decayed.windows.quality.at(-1)).toMatchObject({ verdict: 'critical', cause: 'conceptDrift' });
  });

  it('would have trained again, for quality, when the alarm rang', () => {
    const [first] = decayed.decisions.filter(({ action }) => action === 'retrain');
    expect(first).toMatchObject({ cause: 'quality', code: 'start' });
    expect((first!.at - START) / DAY).toBe(firstDay(decayed, 'quality-mae'));
    expect(Object.keys(decayed.retrains)).toEqual(['quality']);
  });

  it('tells the month in which it happened, and what the champion was like before', () => {
    expect(decayed.months.map(({ month }) => month)).toEqual(['2024-01', '2024-02']);
    expect(decayed.months[0]!.metrics['mae']).toBeLessThan(2.5);
    expect(decayed.months[1]!.metrics['mae']).toBeGreaterThan(8);
    expect(decayed.atRelease['mae']).toBeLessThan(2.5);
    expect(decayed.rows).toEqual({ reference: 20 * 24 + 1, predictions: 55 * 24, labels: 55 * 24 });
  });
});

it('the same history without it is quiet', async () => {
  const quiet = await run({ days: 55 });
  expect(ids(quiet)).toEqual([]);
  expect(quiet.told).toEqual({ page: 0, ticket: 0, info: 0 });
  expect(quiet.decisions).toEqual([]);
  expect(quiet.windows.drift.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(25);
  expect(quiet.windows.quality.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(25);
});

it('a decay that ends is an episode that ends, and one that comes again is another', async () => {
  const file = folder.predictions(
    rows({ days: 80 }).map((row) => {
      const day = (row.at - START) / DAY;
      return (day >= 30 && day < 36) || (day >= 55 && day < 61) ? { ...row, y: row.y * 2 } : row;
    }),
    'twice.csv',
  );
  const model = modelOf(await backtest({ definition: definition(), history: [file], from: FROM }));
  const episodes = model.alarms.filter(({ id }) => id === 'quality-mae');
  expect(episodes.map(({ from, to }) => [from, to].map((at) => Math.round((at! - START) / DAY)))).toEqual([
    [expect.any(Number), expect.any(Number)],
    [expect.any(Number), expect.any(Number)],
  ]);
  expect((episodes[0]!.to! - START) / DAY).toBeLessThan(50);
  expect((episodes[1]!.from - START) / DAY).toBeGreaterThan(55);
});

describe('inputs that leave the training data from day 40 on', () => {
  it('are a ticket and nothing to retrain for, where the policy says so', async () => {
    const shifted = await run({ days: 55, shiftFrom: 40 });
    expect(firstDay(shifted, 'data-drift')).toBeLessThanOrEqual(47);
    expect(shifted.alarms.find(({ id }) => id === 'data-drift')).toMatchObject({
      kind: 'dataDrift',
      severity: 'ticket',
    });
    expect(ids(shifted)).not.toContain('quality-mae');
    expect(shifted.retrains).toEqual({});
    expect(shifted.decisionCounts).toMatchObject({ 'escalate: driftAlone': 1 });
    // Two alarms and the escalation.
    expect(shifted.told).toMatchObject({ page: 0, ticket: 3 });
  });

  it('are trained on where the policy says so', async () => {
    const shifted = await run({ days: 55, shiftFrom: 40 }, (model) => {
      model['retraining']!['onDriftAlone'] = 'retrain';
    });
    expect(shifted.retrains).toEqual({ drift: 1 });
  });
});

describe('labels', () => {
  /** Every label is first written as zero, within the hour; what is true is known a week later. */
  function apart(name: string) {
    const all = rows({ days: 45 });
    const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
    const lines = all.flatMap(({ id, at, y }) => [`${id},0,${iso(at + 1800)}`, `${id},${y},${iso(at + 7 * DAY)}`]);
    return [
      folder.predictions(all, `${name}-predictions.csv`, ['y']),
      folder.write(`${name}-labels.csv`, `id,y,label_time\n${lines.join('\n')}\n`),
    ];
  }
  const delayed =
    (delay: string): Change =>
    (model) => {
      model['data']!['label'] = { column: 'y', delay };
    };

  it('that are not due are not used, though they are there: those of the week before would page', async () => {
    const history = apart('early');
    const due = modelOf(await backtest({ definition: definition(delayed('7d')), history, from: FROM }));
    expect(ids(due)).toEqual([]);
    expect(due.windows.quality.at(-1)).toMatchObject({ verdict: 'ok', labels: 168 });
    const early = modelOf(await backtest({ definition: definition(delayed('1h')), history, from: FROM }));
    expect(ids(early)).toContain('quality-mae');
  });

  it('are seen a delay later: the same decay is found that much later', async () => {
    const days = await Promise.all(
      ['1d', '5d'].map(
        async (delay) => firstDay(await run({ days: 55, decayFrom: 40 }, delayed(delay)), 'quality-mae')!,
      ),
    );
    expect(days[1]! - days[0]!).toBeCloseTo(4, 5);
  });

  it('that come later than promised are seen when they come', async () => {
    const all = rows({ days: 45 });
    const late = all.map(({ id, at, y }) => `${id},${y},${new Date((at + 10 * DAY) * 1000).toISOString()}`);
    const history = [
      folder.predictions(all, 'late-predictions.csv', ['y']),
      folder.write('late-labels.csv', `id,y,label_time\n${late.join('\n')}\n`),
    ];
    const model = modelOf(await backtest({ definition: definition(delayed('1d')), history, from: FROM }));
    // The newest nine days of events have no label yet, and the window is a week.
    expect(model.windows.quality.filter(({ at }) => (at - START) / DAY <= 45).every(({ labels }) => labels === 0)).toBe(
      true,
    );
    expect(model.alarms.find(({ id }) => id === 'labels-missing')).toMatchObject({ kind: 'insufficientData' });
  });
});

describe('retraining', () => {
  const asking =
    (retraining: object): Change =>
    (model) => {
      Object.assign(model['retraining']!, retraining);
    };
  const daysOf = ({ decisions }: ModelBacktest): number[] =>
    decisions.filter(({ action }) => action === 'retrain').map(({ at }) => (at - START) / DAY);

  it('is held back by its cooldown and by the number of runs', async () => {
    const cooled = await run({ days: 70, decayFrom: 30 }, asking({ cooldown: '5d', minNewLabels: 1 }));
    const days = daysOf(cooled);
    expect(days.length).toBeGreaterThan(3);
    expect(Math.min(...days.slice(1).map((day, place) => day - days[place]!))).toBeGreaterThanOrEqual(5);
    const limited = await run(
      { days: 70, decayFrom: 30 },
      asking({ cooldown: '5d', minNewLabels: 1, maxRuns: { count: 2, per: '60d' } }),
    );
    expect(daysOf(limited)).toEqual(days.slice(0, 2));
  });

  it('counts the labels that came since the last run, and not those that it has seen', async () => {
    // 24 labels a day: ten days make enough.
    const model = await run(
      { days: 70 },
      asking({ on: ['newData'], minNewLabels: 240, cooldown: '1d', schedule: { every: '1d' } }),
    );
    const days = daysOf(model);
    expect(days.length).toBeGreaterThanOrEqual(3);
    for (const [place, day] of days.slice(1).entries()) expect(day - days[place]!).toBeGreaterThanOrEqual(9);
  });

  it('by schedule comes on the schedule', async () => {
    const model = await run({ days: 45 }, asking({ schedule: { every: '7d' }, minNewLabels: 10 }));
    expect(Object.keys(model.retrains)).toEqual(['schedule']);
    expect(daysOf(model).map((day) => (START / DAY + day) % 7)).toEqual(daysOf(model).map(() => 0));
  });
});

it('a recording that stops is no silence of the platform', async () => {
  const model = await run({ days: 40 }, (one) => {
    one['data']!['freshness'] = '6h';
  });
  expect(ids(model)).toEqual([]);
  const gap = folder.predictions(
    rows({ days: 50 }).filter(({ at }) => (at - START) / DAY < 30 || (at - START) / DAY >= 33),
    'gap.csv',
  );
  const stopped = await backtest({
    definition: definition((one) => {
      one['data']!['freshness'] = '6h';
    }),
    history: [gap],
    from: FROM,
  });
  const alarm = modelOf(stopped).alarms.find(({ id }) => id === 'data-freshness')!;
  expect((alarm.from - START) / DAY).toBe(31);
  expect((alarm.to! - START) / DAY).toBe(34);
});
