import type { AlarmPlan } from '../../plan/plan';
import type { ServedRequest } from '../../runtime/adapters/local/traffic-log';
import type { AlarmBoard, AlarmChange } from './alarm-board';

const MINUTE = 60;

interface Minute {
  readonly begin: number;
  requests: number;
  errors: number;
  /** Milliseconds, of this minute; forgotten when it is over. */
  latencies: number[];
}

/**
 * What a cloud's serving measures of live requests (`Latency`, `Errors`, `Requests`), minute by minute, for the alarms of the
 * endpoint. A minute without requests gives no datapoint.
 */
export class EndpointMeter {
  private minute: Minute | null = null;
  private readonly past: { readonly begin: number; readonly requests: number; readonly errors: number }[] = [];
  private readonly alarms: readonly AlarmPlan[];
  private readonly longest: number;

  /** @param judgesLatency whether latencies are of the world's own time, and not of a replay as fast as it can */
  constructor(
    private readonly board: AlarmBoard,
    alarms: readonly AlarmPlan[],
    judgesLatency: boolean,
  ) {
    this.alarms = alarms.filter(
      ({ metric }) => metric.statistic === 'errorPercent' || (judgesLatency && metric.name === 'Latency'),
    );
    this.longest = Math.max(MINUTE, ...this.alarms.map(({ periodSeconds }) => periodSeconds));
  }

  /** Counts a live request; requests come in the order of time, and the minute before is closed first (`closeUpTo`). */
  count({ at, latencyMs, failed }: Pick<ServedRequest, 'at' | 'latencyMs' | 'failed'>): void {
    const begin = Math.floor(at / MINUTE) * MINUTE;
    if (this.minute?.begin !== begin) this.minute = { begin, requests: 0, errors: 0, latencies: [] };
    this.minute.requests += 1;
    if (failed) this.minute.errors += 1;
    this.minute.latencies.push(latencyMs);
  }

  /** The instant at which the minute that goes on is over; null when it has no request. */
  get due(): number | null {
    return this.minute === null ? null : this.minute.begin + MINUTE;
  }

  /** Judges the minute that is over by `now`. @returns the alarms that began or ended */
  closeUpTo(now: number): AlarmChange[] {
    const { minute } = this;
    if (minute === null || minute.begin + MINUTE > now) return [];
    this.minute = null;
    const { begin, requests, errors } = minute;
    this.past.push({ begin, requests, errors });
    while (this.past[0] !== undefined && this.past[0].begin <= begin - this.longest) this.past.shift();
    minute.latencies.sort((a, b) => a - b);
    return this.alarms.flatMap((alarm) => this.board.takeValue(alarm, this.valueOf(alarm, minute), begin));
  }

  private valueOf({ metric, periodSeconds }: AlarmPlan, { begin, latencies }: Minute): number {
    if (metric.statistic === 'p50') return quantile(latencies, 0.5);
    if (metric.statistic === 'p99') return quantile(latencies, 0.99);
    const within = this.past.filter((one) => one.begin > begin - periodSeconds);
    const [requests, errors] = [sum(within.map((one) => one.requests)), sum(within.map((one) => one.errors))];
    return (100 * errors) / requests;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Nearest rank: the smallest value that at least this share of the values does not exceed. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
