import type { VirtualTime } from '../../google/execution/virtual-time';

/**
 * Work of real processes, which takes no time of the world: while it goes on none passes, and whoever asks a service meanwhile
 * is answered when it is done.
 */
export class Gate {
  private last: Promise<unknown> = Promise.resolve();

  /** @param time asked for when work begins */
  constructor(private readonly time: () => VirtualTime) {}

  /** Takes work after that which was given before. An error is for `passed` to tell. */
  work(run: () => Promise<void>): void {
    this.time().began();
    this.last = this.last.then(run).finally(() => this.time().ended());
    // Told to everybody who passes.
    this.last.catch(() => undefined);
  }

  async passed(): Promise<void> {
    for (let seen: unknown; seen !== this.last; ) {
      seen = this.last;
      await this.last;
    }
  }
}
