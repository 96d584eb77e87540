type Callback = (...args: unknown[]) => void;

interface Timer {
  readonly at: number;
  readonly delay: number;
  readonly fire: () => void;
}

/** Timers of at least this delay, in ms, are those of a state machine; shorter ones are of a handler that looks again. */
const OF_THE_MACHINE = 30_000;
/** Turns of the event loop after which nothing is under way any more. */
const IDLE_TURNS = 12;

/**
 * Time of a test: the date and `setTimeout` are its own, and it passes only when everything waits. Hours pass in no time, and
 * in the same way each time.
 */
export class VirtualTime {
  private readonly timers = new Map<number, Timer>();
  private readonly real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  private last = 0;
  /** Calls that are under way: a state's own timeout does not run out while its handler computes. */
  private busy = 0;

  /** @param onPassed what the world does between two instants (milliseconds since the epoch) */
  constructor(
    private now: number,
    private readonly onPassed: (from: number, to: number) => void,
  ) {}

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
    const set = (callback: Callback, delay = 0, ...args: unknown[]): unknown => {
      this.last += 1;
      const id = this.last;
      this.timers.set(id, { at: this.now + delay, delay, fire: () => callback(...args) });
      return { id, unref: () => undefined, ref: () => undefined, [Symbol.toPrimitive]: () => id };
    };
    const clear = (timer: unknown): void => {
      const id = typeof timer === 'object' && timer !== null ? (timer as { id: number }).id : Number(timer);
      this.timers.delete(id);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  restore(): void {
    Object.assign(globalThis, this.real);
    jest.useRealTimers();
  }

  /** A call that takes no time, however long it computes. */
  async call<T>(run: () => Promise<T>): Promise<T> {
    this.busy += 1;
    try {
      return await run();
    } finally {
      this.busy -= 1;
    }
  }

  /** Lets time pass until a promise is settled. @throws RangeError when nothing is left that could settle it */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const end = (): void => {
      settled = true;
    };
    promise.then(end, end);
    for (let waited = 0; !settled; ) {
      for (let turn = 0; turn < IDLE_TURNS && !settled; turn++) await new Promise((resume) => setImmediate(resume));
      if (settled) break;
      const next = this.next();
      if (next !== undefined) {
        waited = 0;
        this.timers.delete(next[0]);
        this.passTo(next[1].at);
        next[1].fire();
      } else if (this.busy === 0 && ++waited > 10_000) throw new RangeError('nothing is left that could go on');
    }
    return promise;
  }

  /** Lets so many seconds pass. */
  pass(seconds: number): void {
    this.passTo(this.now + seconds * 1000);
  }

  private passTo(at: number): void {
    if (at <= this.now) return;
    const from = this.now;
    this.now = at;
    jest.setSystemTime(at);
    this.onPassed(from, at);
  }

  private next(): [number, Timer] | undefined {
    const waiting = [...this.timers].filter(([, { delay }]) => this.busy === 0 || delay < OF_THE_MACHINE);
    return waiting.sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
  }
}
