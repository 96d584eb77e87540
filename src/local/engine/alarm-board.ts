import type { AlarmPlan } from '../../plan/plan';
import type { StoredPoint } from '../../runtime/adapters/local/file-metric-sink';

/** An alarm that began or ended. `at` in epoch seconds. */
export interface AlarmChange {
  readonly alarm: AlarmPlan;
  readonly firing: boolean;
  readonly at: number;
  readonly value: number;
}

/** What the board remembers: JSON-safe, so that a run that goes on knows it. */
export type AlarmBoardState = Readonly<
  Record<string, { readonly firing: boolean; readonly breaches: readonly boolean[] }>
>;

/**
 * The plan's alarms over the metrics that use cases emit: an alarm fires when `breaching` of its last `of` datapoints are
 * beyond its threshold. A datapoint is what one run of a job has emitted. Alarms on metrics of the serving platform
 * (latency, errors) are not on the board: replayed requests are no load.
 */
export class AlarmBoard {
  private state: Record<string, { firing: boolean; breaches: boolean[] }>;

  constructor(
    private readonly alarms: readonly AlarmPlan[],
    state: AlarmBoardState = {},
  ) {
    this.state = Object.fromEntries(
      Object.entries(state).map(([id, one]) => [id, { firing: one.firing, breaches: [...one.breaches] }]),
    );
  }

  /** Takes the points that one run of a job has emitted. @returns the alarms that began or ended */
  take(points: readonly StoredPoint[]): AlarmChange[] {
    return this.alarms.flatMap((alarm) => {
      const values = points.filter((point) => watches(alarm, point)).map(({ value }) => value);
      if (values.length === 0) return [];
      const value = statisticOf(alarm, values);
      const before = this.state[alarm.id] ?? { firing: false, breaches: [] };
      const breaches = [...before.breaches, isBeyond(alarm, value)].slice(-alarm.datapoints.of);
      const firing = breaches.filter(Boolean).length >= alarm.datapoints.breaching;
      this.state[alarm.id] = { firing, breaches };
      return firing === before.firing ? [] : [{ alarm, firing, at: points[0]!.at, value }];
    });
  }

  /** Ids of alarms that fire now. */
  firing(): string[] {
    return this.alarms.filter(({ id }) => this.state[id]?.firing === true).map(({ id }) => id);
  }

  snapshot(): AlarmBoardState {
    return structuredClone(this.state);
  }
}

const watches = ({ metric }: AlarmPlan, point: StoredPoint): boolean =>
  metric.name === point.name &&
  Object.keys(point.dimensions).length === Object.keys(metric.dimensions).length &&
  Object.entries(metric.dimensions).every(([name, value]) => point.dimensions[name] === value);

function statisticOf({ metric }: AlarmPlan, values: readonly number[]): number {
  switch (metric.statistic) {
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'minimum':
      return Math.min(...values);
    case 'average':
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    default:
      return Math.max(...values);
  }
}

function isBeyond({ comparator, threshold }: AlarmPlan, value: number): boolean {
  switch (comparator) {
    case 'above':
      return value > threshold;
    case 'atOrAbove':
      return value >= threshold;
    case 'below':
      return value < threshold;
    case 'atOrBelow':
      return value <= threshold;
  }
}
