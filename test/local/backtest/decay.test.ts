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
