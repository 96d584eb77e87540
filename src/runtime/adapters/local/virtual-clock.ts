import type { Clock } from '../../ports';

/** Time that moves when it is told to, and never back. */
export class VirtualClock implements Clock {
  /** @param seconds epoch seconds at the start */
  constructor(private seconds: number) {}

  now(): number {
    return this.seconds;
  }

  /** Moves on; an earlier time changes nothing. */
  advanceTo(seconds: number): void {
    if (seconds > this.seconds) this.seconds = seconds;
  }
}
