import type { Endpoints } from './endpoints';
import type { Monitoring } from './monitoring';

/** How a version answers its nth request. */
export interface Answered {
  readonly latencyMs: number;
  readonly failed: boolean;
  readonly prediction: number;
}
export type Answers = (version: number, request: number) => Answered;

/** A captured answer, as the endpoint logs it. */
export interface Captured {
  readonly version: number;
  readonly at: number;
  readonly prediction: number;
}

const PER_MINUTE = 120;
const MINUTE_MS = 60_000;

/** No pattern of which a version could get more than its share. */
const scattered = (request: number): number => Math.imul(request, 0x9e3779b1) >>> 7;

/** Every version alike: fast, with an error now and then. */
export const HEALTHY: Answers = (_, request) => ({
  latencyMs: 20 + (request % 30),
  failed: scattered(request) % 900 === 0,
  prediction: (scattered(request) % 100) / 10,
});

/** A challenger that fails one request of seven. */
export const FAILING: Answers = (version, request) => ({
  ...HEALTHY(version, request),
  ...(version === 2 && request % 7 === 0 && { failed: true }),
});

/** What clients send while time passes, answered by what serves, counted, and captured. */
export class Traffic {
  readonly captured: Captured[] = [];
  /** Requests that nobody could answer although a version had served before. */
  unanswered = 0;
  private sent = 0;
  private stopped = false;
  private readonly credit = new Map<number, number>();

  constructor(
    private readonly endpoints: Endpoints,
    private readonly endpoint: string,
    private readonly monitoring: Monitoring,
    private readonly answers: Answers,
  ) {}

  /** Requests between two instants, milliseconds since the epoch. */
  send(from: number, to: number): void {
    if (this.stopped) return;
    const gap = MINUTE_MS / PER_MINUTE;
    const last = Math.ceil(to / gap);
    for (let tick = Math.ceil(from / gap); tick < last; tick++) this.one(tick * gap);
  }

  /** Nobody asks any more. */
  stop(): void {
    this.stopped = true;
  }

  private one(at: number): void {
    const version = this.chosen(this.endpoints.traffic(this.endpoint, at));
    if (version === undefined) {
      if (this.sent > 0) this.unanswered += 1;
      return;
    }
    this.sent += 1;
    const { latencyMs, failed, prediction } = this.answers(version, this.sent);
    this.monitoring.requests.push({ version, at, latencyMs, failed });
    if (!failed) this.captured.push({ version, at, prediction });
  }

  /** By share, without chance: whoever is furthest behind its share is next. */
  private chosen(split: ReadonlyMap<number, number>): number | undefined {
    let best: { readonly version: number; readonly credit: number } | undefined;
    for (const [version, percent] of split) {
      const credit = (this.credit.get(version) ?? 0) + percent / 100;
      this.credit.set(version, credit);
      if (percent > 0 && (best === undefined || credit > best.credit)) best = { version, credit };
    }
    if (best !== undefined) this.credit.set(best.version, best.credit - 1);
    return best?.version;
  }
}
