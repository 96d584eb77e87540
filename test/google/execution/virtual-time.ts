interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Turns of the event loop after which nothing is under way any more. */
const IDLE_TURNS = 12;
/** Real time, in ms, in which somebody outside says something. */
const PATIENCE_MS = 60_000;

/**
 * Time of a world: it passes only when everything waits, to the instant at which the first of those goes on. Hours pass in no
 * time, and in the same way each time.
 */
export class VirtualTime {
  /** `Date` of code whose time this is. */
  readonly Date: DateConstructor;
  private readonly timers = new Map<number, Timer>();
  private last = 0;
  private working = 0;
  private running = false;
  private wake: () => void = () => undefined;

  /** @param onPassed what the world does between two instants (milliseconds since the epoch) */
  constructor(
    private current: number,
    private readonly onPassed: (from: number, to: number) => void,
  ) {
    const now = (): number => this.current;
    this.Date = class extends Date {
      constructor(...parts: [] | [number]) {
        if (parts.length === 0) super(now());
        else super(...parts);
      }
      static override now(): number {
        return now();
      }
    } as DateConstructor;
  }

  now(): number {
    return this.current;
  }

  /** As `setTimeout`. */
  readonly setTimeout = (callback: (...args: unknown[]) => void, delay = 0, ...args: unknown[]): unknown => {
    this.last += 1;
    const id = this.last;
    this.timers.set(id, { at: this.current + Math.max(0, delay), fire: () => callback(...args) });
    this.wake();
    return { id, unref: () => undefined, ref: () => undefined, [Symbol.toPrimitive]: () => id };
  };

  /** As `clearTimeout`. */
  readonly clearTimeout = (timer: unknown): void => {
    this.timers.delete(typeof timer === 'object' && timer !== null ? (timer as { id: number }).id : Number(timer));
  };

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.setTimeout(() => resolve(), milliseconds));
  }

  /** Something outside of this process works: no time passes until `ended`. */
  began(): void {
    this.working += 1;
  }

  ended(): void {
    this.working -= 1;
    this.wake();
  }

  /** Lets time pass, as far as everybody waits, until a promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const end = (): void => {
      settled = true;
      this.wake();
    };
    promise.then(end, end);
    if (this.running) return promise;
    this.running = true;
    try {
      while (!settled) await this.step(() => settled);
    } finally {
      this.running = false;
    }
    return promise;
  }

  private async step(isOver: () => boolean): Promise<void> {
    for (let turn = 0; turn < IDLE_TURNS; turn++) {
      if (isOver()) return;
      await new Promise((resume) => setImmediate(resume));
    }
    const next = [...this.timers].sort(([a, one], [b, other]) => one.at - other.at || a - b)[0];
    if (isOver() || this.working > 0 || next === undefined) {
      if (isOver()) return;
      await new Promise<void>((resolve, reject) => {
        const late = (): void => reject(new RangeError(`nothing goes on; ${this.working} work outside`));
        const timer = setTimeout(late, PATIENCE_MS);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = () => undefined;
      return;
    }
    this.timers.delete(next[0]);
    this.passTo(next[1].at);
    next[1].fire();
  }

  private passTo(at: number): void {
    if (at <= this.current) return;
    const from = this.current;
    this.current = at;
    this.onPassed(from, at);
  }
}
