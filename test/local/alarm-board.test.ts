import { AlarmBoard, type AlarmPoint } from '../../src/local/engine/alarm-board';
import { EndpointMeter } from '../../src/local/engine/endpoint-meter';
import type { AlarmPlan } from '../../src/plan/plan';

const alarm = (changes: Partial<AlarmPlan> = {}): AlarmPlan => ({
  id: 'a',
  kind: 'dataDrift',
  severity: 'page',
  summary: 's',
  metric: { name: 'Quality', dimensions: { Metric: 'mae' }, statistic: 'maximum' },
  comparator: 'above',
  threshold: 10,
  periodSeconds: 60,
  datapoints: { breaching: 2, of: 3 },
  missingData: 'insufficient',
  runbook: '',
  abortsRelease: false,
  ...changes,
});
const point = (value: number, at = 0, dimensions: Record<string, string> = { Metric: 'mae' }): AlarmPoint => ({
  at,
  name: 'Quality',
  value,
  dimensions,
});
const ids = (board: AlarmBoard): string[] => board.firing().map(({ id }) => id);

describe('the alarm board', () => {
  it('fires when m of the last n periods are beyond, once, and ends when they are not', () => {
    const board = new AlarmBoard([alarm()]);
    const firing = [11, 9, 12, 13, 8, 7].map((value, minute) =>
      board.take([point(value, minute * 60)], minute * 60).map((change) => change.firing),
    );
    expect(firing).toEqual([[], [], [true], [], [], [false]]);
  });

  it('watches its own dimensions alone, takes no datapoint without a point, and its bound is not beyond', () => {
    const board = new AlarmBoard([alarm({ datapoints: { breaching: 1, of: 1 } })]);
    expect(board.take([point(99, 0, { Metric: 'mae', Slice: 'x' }), point(99, 0, { Metric: 'r2' })], 0)).toEqual([]);
    expect(board.take([point(10)], 0)).toEqual([]);
    expect(board.take([], 0)).toEqual([]);
    expect(ids(board)).toEqual([]);
    expect(board.take([point(10.1)], 0)).toHaveLength(1);
    expect(ids(board)).toEqual(['a']);
  });

  it.each([
    ['above', 11, true],
    ['atOrAbove', 10, true],
    ['below', 9, true],
    ['atOrBelow', 10, true],
    ['above', 10, false],
    ['below', 10, false],
  ] as const)('%s 10 of %s: %s', (comparator, value, fires) => {
    const board = new AlarmBoard([alarm({ comparator, datapoints: { breaching: 1, of: 1 } })]);
    expect(board.take([point(value)], 0)).toHaveLength(fires ? 1 : 0);
  });

  it('takes the statistic of all points of a period', () => {
    const sum = alarm({
      metric: { ...alarm().metric, statistic: 'sum' },
      datapoints: { breaching: 1, of: 1 },
    });
    const board = new AlarmBoard([sum]);
    expect(board.take([point(6, 1)], 1)).toEqual([]);
    expect(board.take([point(6, 59)], 59)).toMatchObject([{ firing: true, value: 12 }]);
    expect(board.take([point(6, 60)], 60)).toMatchObject([{ firing: false, value: 6 }]);
  });

  it('does not go on firing when nothing more is known, and rings again for the next one', () => {
    const board = new AlarmBoard([alarm({ datapoints: { breaching: 1, of: 1 } })]);
    expect(board.take([point(11, 0)], 0)).toHaveLength(1);
    // The next minute goes on: the one before it is still the last that is known.
    expect(board.tick(60)).toEqual([]);
    expect(board.tick(120)).toMatchObject([{ firing: false, at: 120 }]);
    expect(board.take([point(11, 600)], 600)).toMatchObject([{ firing: true }]);
  });

  it('does not add up breaches that lie further apart than its periods', () => {
    const board = new AlarmBoard([alarm()]);
    expect(board.take([point(11, 0)], 0)).toEqual([]);
    expect(board.take([point(11, 3600)], 3600)).toEqual([]);
    expect(board.take([point(11, 3720)], 3720)).toHaveLength(1);
  });

  it('rings when data stop where that is a breach, and never before there were any', () => {
    const missing = alarm({ missingData: 'breaching', datapoints: { breaching: 1, of: 1 } });
    const board = new AlarmBoard([missing]);
    expect(board.tick(600)).toEqual([]);
    expect(board.tick(86_400)).toEqual([]);
    expect(board.take([point(1, 90_000)], 90_000)).toEqual([]);
    expect(board.tick(90_119)).toEqual([]);
    expect(board.tick(90_120)).toMatchObject([{ firing: true, at: 90_120 }]);
    expect(board.tick(180_000)).toEqual([]);
    expect(board.take([point(1, 180_000)], 180_000)).toMatchObject([{ firing: false }]);
    expect(board.tick(180_120)).toMatchObject([{ firing: true }]);
  });

  it('counts no period before the first value as one without', () => {
    const board = new AlarmBoard([alarm({ missingData: 'breaching' })]);
    expect(board.take([point(1, 600)], 600)).toEqual([]);
    expect(board.tick(720)).toEqual([]);
    expect(board.tick(780)).toMatchObject([{ firing: true, at: 780 }]);
  });

  it('goes on from what it was', () => {
    const first = new AlarmBoard([alarm()]);
    first.take([point(11, 0)], 0);
    const second = new AlarmBoard([alarm()], JSON.parse(JSON.stringify(first.snapshot())));
    expect(second.take([point(12, 60)], 60)).toHaveLength(1);
  });
});

describe('what the endpoint measures', () => {
  const errors = alarm({
    id: 'errors',
    metric: { name: 'Errors', dimensions: {}, statistic: 'errorPercent' },
    threshold: 5,
    datapoints: { breaching: 1, of: 1 },
  });
  const hourly = { ...errors, id: 'hourly', periodSeconds: 3600 };
  const slow = {
    ...errors,
    id: 'slow',
    metric: { name: 'Latency' as const, dimensions: {}, statistic: 'p99' as const },
  };
  /** Minutes of 100 requests with so many errors, answered in so many ms. */
  const play = (minutes: readonly (readonly [number, number])[], judgesLatency = true) => {
    const board = new AlarmBoard([errors, hourly, slow]);
    const meter = new EndpointMeter(board, [errors, hourly, slow], judgesLatency);
    return minutes.map(([failed, latencyMs], minute) => {
      for (let i = 0; i < 100; i++) meter.count({ at: minute * 60 + i * 0.5, latencyMs, failed: i < failed });
      expect(meter.due).toBe(minute * 60 + 60);
      return meter.closeUpTo(minute * 60 + 60).map((change) => `${change.alarm.id} ${change.firing} ${change.value}`);
    });
  };

  it('is the share of failed requests in each period, and percentiles of the minute', () => {
    expect(
      play([
        [0, 1],
        [20, 1],
        [0, 9],
        [0, 1],
      ]),
    ).toEqual([
      [],
      // 20 of 200 within the hour.
      ['errors true 20', 'hourly true 10'],
      ['errors false 0', 'slow true 9'],
      // 20 of 400: 5 % is not above 5 %.
      ['hourly false 5', 'slow false 1'],
    ]);
  });

  it('has no latency where that is not of the world’s time, and no minute without requests', () => {
    expect(play([[0, 99]], false)).toEqual([[]]);
    const meter = new EndpointMeter(new AlarmBoard([errors]), [errors], true);
    expect(meter.due).toBeNull();
    expect(meter.closeUpTo(1e9)).toEqual([]);
  });
});
