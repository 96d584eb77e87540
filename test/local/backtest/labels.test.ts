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
