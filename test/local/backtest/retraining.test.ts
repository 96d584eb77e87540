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
