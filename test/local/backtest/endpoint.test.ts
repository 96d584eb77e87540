import { backtest, type ModelBacktest } from '../../../src/local/backtest';
import { DAY, dayOf, definition, Folder, rows, START } from './support/history';

jest.setTimeout(60_000);
const folder = new Folder();
afterAll(() => folder.remove());

const minute = (seconds: number): number => seconds / 60;

/** Metrics of six hours, minute by minute or coarser. */
function metrics(
  everySeconds: number,
  line: (second: number) => readonly string[],
  header = 'time,metric,value',
): string {
  const lines: string[] = [];
  for (let second = 0; second < 6 * 3600; second += everySeconds) {
    const at = new Date((START + second) * 1000).toISOString();
    lines.push(...line(second).map((rest) => `${at},${rest}`));
  }
  return folder.write(`metrics-${everySeconds}-${lines.length}.csv`, `${header}\n${lines.join('\n')}\n`);
}

async function run(
  options: Partial<Parameters<typeof backtest>[0]>,
  change?: Parameters<typeof definition>[0],
): Promise<ModelBacktest> {
  return (await backtest({ definition: definition(change), ...options })).models['line']!;
}
const bad = (second: number): boolean => second >= 7200 && second < 9000;

describe('recorded metrics of an endpoint', () => {
  it('page when two of three minutes are slow, and end with them', async () => {
    const { alarms } = await run({
      history: [metrics(60, (second) => [`Latency p99,${bad(second) ? 900 : 120}`])],
    });
    expect(alarms).toHaveLength(1);
    expect(alarms[0]).toMatchObject({ id: 'endpoint-latency-p99', severity: 'page', value: 900, threshold: 500 });
    expect(minute(alarms[0]!.from - START)).toBe(122);
    // The first of the last three minutes that leaves one bad one.
    expect(minute(alarms[0]!.to! - START)).toBe(152);
  });

  it('one slow minute is none', async () => {
    const { alarms } = await run({
      history: [metrics(60, (second) => [`Latency p99,${second === 7200 ? 900 : 120}`])],
    });
    expect(alarms).toEqual([]);
  });

  it('page for the share of failed requests, and for a budget that burns', async () => {
    const history = [metrics(60, (second) => ['Requests,200', `Errors,${bad(second) ? 30 : 0}`], 'time,metric,value')];
    const { alarms } = await run({ history }, (model) => {
      model['monitoring']!['availability'] = { targetPercent: 99.9 };
    });
    const byId = Object.fromEntries(alarms.map((alarm) => [alarm.id, alarm]));
    expect(minute(byId['endpoint-errors']!.from - START)).toBe(122);
    expect(byId['endpoint-errors']!.value).toBe(15);
    // 14.4 × 0.1 % of an hour's requests: the sixth bad minute of sixty has 1.5 %.
    expect(minute(byId['availability-burn-1h']!.from - START)).toBe(126);
  });

  it('of an hour stand for each of its minutes', async () => {
    const { alarms } = await run({
      history: [
        metrics(3600, (second) => [`Latency,p99,${second === 7200 ? 900 : 120}`], 'time,metric,statistic,value'),
      ],
    });
    expect(alarms.map(({ from, to }) => [minute(from - START), minute(to! - START)])).toEqual([[122, 182]]);
  });

  it('say what they do not tell', async () => {
    const { notes } = await run({ history: [metrics(60, () => ['Latency p99,10'])] });
    expect(notes).toEqual([
      'no predictions are recorded: drift, quality, retraining and releases are not judged',
      'no failures are recorded (failed, status, or metrics Errors and Requests): alarms on errors are not judged',
    ]);
  });
});

it('requests tell latency and failures themselves', async () => {
  const dense = Array.from({ length: 3600 }, (_, second) => ({
    id: `d${second}`,
    at: START + 24 * DAY + second,
    x: second % 10,
    kind: 'abc'[second % 3]!,
    prediction: 10 * (second % 10),
    y: 10 * (second % 10),
    latencyMs: second >= 1200 && second < 1500 ? 800 : 50,
    failed: second >= 2400 && second < 2700 && second % 5 === 0,
  }));
  const file = folder.predictions([...rows({ days: 24 }), ...dense]);
  const { alarms } = await run({ history: [file], from: dayOf(22) });
  const serving = alarms.filter(({ id }) => id.startsWith('endpoint-'));
  const minuteOf = (at: number): number => minute(at - START - 24 * DAY);
  expect(serving.map(({ id, from, value }) => [id, minuteOf(from), value])).toEqual([
    ['endpoint-latency-p99', 22, 800],
    ['endpoint-errors', 42, 20],
  ]);
});

it('other metrics ring their alarms, but not those that the backtest makes itself', async () => {
  const at = (day: number): string => new Date((START + day * DAY) * 1000).toISOString();
  const file = folder.write(
    'others.jsonl',
    [
      { at: START + 25 * DAY, name: 'DataViolations', value: 3, dimensions: {} },
      { at: START + 25 * DAY, name: 'DriftBreach', value: 1, dimensions: {} },
      { at: START + 26 * DAY, name: 'Quality', value: 99, dimensions: { Metric: 'mae' } },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  const predictions = folder.predictions(rows({ days: 30 }), 'with-metrics.csv');
  const { alarms } = await run({ history: [predictions, file], from: at(22) });
  expect(alarms.map(({ id, from }) => [id, (from - START) / DAY])).toEqual([['data-violations', 25]]);
});
