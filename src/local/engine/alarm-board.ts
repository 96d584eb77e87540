import type { AlarmPlan } from '../../plan/plan';

/** A value of a metric. `at` in epoch seconds. */
export interface AlarmPoint {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly at: number;
}

/** An alarm that began or ended. `at` in epoch seconds. */
export interface AlarmChange {
  readonly alarm: AlarmPlan;
  readonly firing: boolean;
  readonly at: number;
  /** The value that decided; of an alarm that ended for want of data, the last one. */
  readonly value: number;
}

interface AlarmState {
  readonly firing: boolean;
  readonly value: number;
  /** Values of the last periods, by the period's number; older ones are forgotten. */
  readonly periods: readonly { readonly period: number; readonly values: readonly number[] }[];
}

/** What the board remembers: JSON-safe, so that a run that goes on knows it. */
export type AlarmBoardState = Readonly<Record<string, AlarmState>>;

const QUIET: AlarmState = { firing: false, value: 0, periods: [] };

/**
 * The plan's alarms over metric points in the order of time, judged as the clouds judge them: points are put into periods
 * of `periodSeconds`, the statistic is taken of each, and an alarm fires while `breaching` of the last `of` periods are beyond
 * its threshold. A period without a point counts as the plan says: as a breach once there have been points, or not at all; an
 * alarm that nothing is known of does not go on firing. A period is judged as soon as it has a point, as a cloud's evaluation each minute does.
 */
export class AlarmBoard {
  private readonly state = new Map<string, AlarmState>();

  constructor(
    private readonly alarms: readonly AlarmPlan[],
    state: AlarmBoardState = {},
  ) {
    for (const [id, one] of Object.entries(state)) this.state.set(id, one);
  }

  /** Takes points of one moment or later. @returns the alarms that began or ended */
  take(points: readonly AlarmPoint[], now: number): AlarmChange[] {
    return this.alarms.flatMap((alarm) => {
      const of = points.filter((point) => watches(alarm, point));
      return of.length === 0 ? [] : this.judge(alarm, of, now);
    });
  }

  /** Takes what one alarm's metric is in the period of `at`, as far as it is known: percentiles, shares of requests. */
  takeValue(alarm: AlarmPlan, value: number, at: number): AlarmChange[] {
    const before = this.state.get(alarm.id) ?? QUIET;
    const period = periodOf(alarm, at);
    this.state.set(alarm.id, { ...before, periods: before.periods.filter((one) => one.period !== period) });
    return this.judge(alarm, [{ ...alarm.metric, value, at }], at);
  }

  /** Time has passed: alarms without data end, or begin where missing data is a breach. */
  tick(now: number): AlarmChange[] {
    return this.alarms.flatMap((alarm) => {
      const { firing } = this.state.get(alarm.id) ?? QUIET;
      return firing || alarm.missingData === 'breaching' ? this.judge(alarm, [], now) : [];
    });
  }

  /** Alarms that fire now. */
  firing(): AlarmPlan[] {
    return this.alarms.filter(({ id }) => this.state.get(id)?.firing === true);
  }

  snapshot(): AlarmBoardState {
    return Object.fromEntries(this.state);
  }

  private judge(alarm: AlarmPlan, points: readonly AlarmPoint[], now: number): AlarmChange[] {
    const before = this.state.get(alarm.id) ?? QUIET;
    const values = new Map(before.periods.map(({ period, values: known }) => [period, known]));
    for (const { at, value } of points) {
      const period = periodOf(alarm, at);
      values.set(period, [...(values.get(period) ?? []), value]);
    }
    // The period that goes on counts once it has a point; until then the ones before it do.
    const current = periodOf(alarm, now);
    const last = values.has(current) ? current : current - 1;
    const first = last - alarm.datapoints.of + 1;
    const periods = [...values]
      .filter(([period]) => period >= first)
      .map(([period, known]) => ({ period, values: known }))
      .sort((a, b) => a.period - b.period);
    const known = periods.map(({ values: of }) => statisticOf(alarm, of));
    const beyond = known.filter((value) => isBeyond(alarm, value)).length;
    // Before the first value none is missing; an alarm that fires may have forgotten it.
    const begun = before.firing ? first : Math.max(first, Math.min(...values.keys()));
    const missing = alarm.missingData === 'breaching' ? Math.max(0, last - begun + 1 - periods.length) : 0;
    const firing = beyond + missing >= alarm.datapoints.breaching;
    const value = known.at(-1) ?? before.value;
    this.state.set(alarm.id, { firing, value, periods });
    return firing === before.firing ? [] : [{ alarm, firing, at: now, value }];
  }
}

const periodOf = ({ periodSeconds }: AlarmPlan, at: number): number => Math.floor(at / periodSeconds);

const watches = ({ metric }: AlarmPlan, point: AlarmPoint): boolean =>
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
    // A percentile or a share of requests comes as one value a period.
    case 'maximum':
    case 'p50':
    case 'p99':
    case 'errorPercent':
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
