import type { AlarmKind } from '../../../kernel/alarm-kinds';
import type { Severity } from '../../../kernel/severity';
import type { AlarmPlan } from '../../../plan/plan';
import { AlarmBoard, type AlarmChange, type AlarmPoint } from '../../engine/alarm-board';

/** An alarm from its first breach to the first value that is well. Times in epoch seconds. */
export interface Episode {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly severity: Severity;
  readonly from: number;
  /** Null: to the end of the history. */
  readonly to: number | null;
  /** The value that made it ring. */
  readonly value: number;
  readonly threshold: number;
  /** How often people were told: an alarm of a weekly job falls silent between two of its values, and rings anew. */
  readonly rings: number;
  readonly summary: string;
}

type Open = { -readonly [K in keyof Episode]: Episode[K] } & { endedForWantOfData: boolean };

/** The time of a log, epoch seconds. */
export interface LoggedSpan {
  readonly from: number;
  /** That nothing comes after this is no want of data, but the end of the recording. */
  readonly until: number;
}

/** An alarm board whose time passes by itself, and what its alarms came to. */
export class AlarmLog {
  private readonly board: AlarmBoard;
  private readonly log: Open[] = [];
  private now: number;

  constructor(
    private readonly alarms: readonly AlarmPlan[],
    private readonly span: LoggedSpan,
  ) {
    this.board = new AlarmBoard(alarms);
    this.now = span.from;
  }

  /** Takes points of this moment. @returns the alarms that began or ended */
  take(points: readonly AlarmPoint[], now: number): AlarmChange[] {
    const changes = [...this.passTo(now), ...this.noted(this.board.take(points, now), false)];
    const firing = new Set(this.board.firing());
    for (const alarm of this.alarms) {
      if (!firing.has(alarm) && points.some((point) => isOf(alarm, point))) this.isWell(alarm.id, now);
    }
    return changes;
  }

  /** Takes what an alarm's metric is in the period of `at`; it becomes known at `now`. */
  takeValue(alarm: AlarmPlan, value: number, at: number, now: number): AlarmChange[] {
    const passed = this.passTo(at);
    const changes = this.board.takeValue(alarm, value, at).map((change) => ({ ...change, at: now }));
    return [...passed, ...this.noted(changes, false)];
  }

  /** Lets time pass: alarms are looked at whenever one of their periods is over, as a cloud does. */
  passTo(now: number): AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (let next = this.nextLook(); next <= now; next = this.nextLook()) {
      const ticked = this.board.tick(next);
      if (next <= this.span.until) changes.push(...this.noted(ticked, true));
      this.now = next;
    }
    this.now = Math.max(this.now, now);
    return changes;
  }

  /** In the order in which they began. */
  episodes(): Episode[] {
    return [...this.log]
      .sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1))
      .map(({ endedForWantOfData: _, ...episode }) => episode);
  }

  /** Only alarms that fire or wait for data change by time alone. */
  private nextLook(): number {
    const waiting = [...this.board.firing(), ...this.alarms.filter(({ missingData }) => missingData === 'breaching')];
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...waiting.map(({ periodSeconds }) => (Math.floor(this.now / periodSeconds) + 1) * periodSeconds),
    );
  }

  /** A value that is well ends what had fallen silent; what rings after it is another episode. */
  private isWell(alarm: string, now: number): void {
    const last = this.log.findLast(({ id }) => id === alarm);
    if (last?.to === null || last?.endedForWantOfData === true)
      Object.assign(last, { to: now, endedForWantOfData: false });
  }

  private noted(changes: AlarmChange[], wantOfData: boolean): AlarmChange[] {
    for (const { alarm, firing, at, value } of changes) {
      const last = this.log.findLast(({ id }) => id === alarm.id);
      if (!firing) {
        if (last !== undefined) Object.assign(last, { to: at, endedForWantOfData: wantOfData });
      } else if (last?.to === null || last?.endedForWantOfData === true) {
        Object.assign(last, { to: null, endedForWantOfData: false, rings: last.rings + 1 });
      } else {
        const { id, kind, severity, threshold, summary } = alarm;
        const begun = { id, kind, severity, from: at, to: null, value, threshold, rings: 1, summary };
        this.log.push({ ...begun, endedForWantOfData: false });
      }
    }
    return changes;
  }
}

const isOf = ({ metric }: AlarmPlan, { name, dimensions }: AlarmPoint): boolean =>
  metric.name === name &&
  Object.keys(dimensions).length === Object.keys(metric.dimensions).length &&
  Object.entries(metric.dimensions).every(([key, value]) => dimensions[key] === value);
