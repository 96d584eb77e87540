type Callback = (...args: unknown[]) => void;

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Shorter timers, in ms, are those of processes and sockets beside the platform: they are real. */
const OF_THE_PLATFORM = 1000;
/** Turns of the event loop after which nothing is under way any more. */
const IDLE_TURNS = 12;

/**
 * Time of an account: the date and `setTimeout` are its own. It passes only up to where it is told to, stands while handlers,
 * jobs and requests are at work, and stops at each instant at which a state machine goes on.
 */
export class WorldTime {
  private readonly timers = new Map<number, Timer>();
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  private last = 0;
  private busy = 0;
  private skipped: number | undefined;

  /** @param now milliseconds since the epoch */
  constructor(private now: number) {}

  /** Takes the clock and the timers over. Call `restore` afterwards. */
  install(): void {
    jest.useFakeTimers({
      now: this.now,
      doNotFake: [
        'nextTick',
        'hrtime',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'setTimeout',
        'clearTimeout',
      ],
    });
    const { setTimeout: later, clearTimeout: never } = this.real;
    const set = (callback: Callback, delay = 0, ...args: unknown[]): unknown => {
      if (delay < OF_THE_PLATFORM) return later(callback, delay, ...args);
      const waits = delay === this.skipped ? 0 : delay;
      this.skipped = undefined;
      this.last += 1;
      const id = this.last;
      this.timers.set(id, { at: this.now + waits, fire: () => callback(...args) });
      return { worldTimer: id, unref: () => undefined, ref: () => undefined };
    };
    const clear = (timer: unknown): void => {
      const id = (timer as { readonly worldTimer?: number } | undefined)?.worldTimer;
      if (id === undefined) never(timer as NodeJS.Timeout);
      else this.timers.delete(id);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  restore(): void {
    Object.assign(globalThis, this.real);
    jest.useRealTimers();
  }

  /** The next wait of exactly so many milliseconds takes no time. */
  skipNext(milliseconds: number): void {
    this.skipped = milliseconds;
  }

  /** Work during which time stands, however long it computes. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await run();
    } finally {
      this.busy -= 1;
    }
  }

  /** When the next timer is due, milliseconds since the epoch; infinity for none. */
  next(): number {
    return Math.min(...[...this.timers.values()].map(({ at }) => at));
  }

  /** Goes to an instant; nothing that is due at it has happened yet. */
  moveTo(at: number): void {
    if (at < this.now) throw new RangeError(`time goes back from ${this.now} to ${at}`);
    this.now = at;
    jest.setSystemTime(at);
  }

  /** Lets everything go on that is due by now, until all waits for a later instant. */
  async settle(): Promise<void> {
    for (;;) {
      await this.idle();
      const due = [...this.timers]
        .filter(([, { at }]) => at <= this.now)
        .sort(([a, one], [b, two]) => one.at - two.at || a - b);
      const [first] = due;
      if (first === undefined) return;
      this.timers.delete(first[0]);
      first[1].fire();
    }
  }

  private async idle(): Promise<void> {
    for (let turn = 0; turn < IDLE_TURNS; turn++) {
      await new Promise((resume) => setImmediate(resume));
      if (this.busy === 0) continue;
      turn = 0;
      await new Promise((resume) => this.real.setTimeout(resume, 1));
    }
  }
}
