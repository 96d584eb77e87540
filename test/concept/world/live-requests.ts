import type { HeldStage } from '../../../src/local/engine/world';
import type { RecordedEvent } from './events';

/** What a client sends. `at` in milliseconds since the epoch. */
export interface LiveRequest {
  readonly key: string;
  readonly at: number;
  readonly instance: RecordedEvent['instance'];
  /** One of the recorded events, or load under which a release is judged. */
  readonly isEvent: boolean;
}

const MINUTE = 60_000;
/** The load takes its inputs from so many events, the newest ones. */
const LOAD_EVENTS = 200;

/** What clients send as time passes: the events, and beside them the load of the local engine while a release holds. */
export class LiveRequests {
  /** @param loadPerMinute at a time (epoch seconds), by the stage of the release; see `processParts` */
  constructor(
    private readonly events: readonly RecordedEvent[],
    private readonly loadPerMinute: (at: number, stage: HeldStage | null) => number,
  ) {}

  /** Requests in `[from, to)`, in the order of time. */
  between(from: number, to: number, stage: HeldStage | null): LiveRequest[] {
    const events = this.events
      .filter(({ at }) => at >= from && at < to)
      .map(({ key, at, instance }) => ({ key, at, instance, isEvent: true }));
    return [...events, ...this.load(from, to, stage)].sort((one, other) => one.at - other.at);
  }

  private load(from: number, to: number, stage: HeldStage | null): LiveRequest[] {
    if (stage === null) return [];
    const inputs = this.events
      .filter(({ at }) => at < from)
      .slice(-LOAD_EVENTS)
      .reverse();
    const load: LiveRequest[] = [];
    for (let minute = Math.floor(from / MINUTE) * MINUTE; minute < to; minute += MINUTE) {
      const count = Math.round(this.loadPerMinute(Math.max(from, minute) / 1000, stage));
      for (let place = 0; place < count; place++) {
        // In seconds, as the local engine has it: the key says it to the last digit.
        const seconds = minute / 1000 + ((place + 0.5) * 60) / count;
        const at = seconds * 1000;
        if (at < from || at >= to) continue;
        load.push({ key: `load ${seconds}`, at, instance: inputs[place % inputs.length]!.instance, isEvent: false });
      }
    }
    return load;
  }
}

/** A place in [0, 100) for a key: who answers it is the same on every target that chooses by it. FNV-1a, mixed. */
export function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32) * 100;
}
