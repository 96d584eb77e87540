import type { LocalEvent } from '../report/progress-events';
import { publicEvent } from './public-event';

/** An event as it is sent. */
export interface SentEvent {
  /** Of this server, and in order; what `Last-Event-ID` names. */
  readonly id: string;
  readonly kind: string;
  /** JSON in one line. */
  readonly data: string;
}

/** One who listens. */
export interface Listener {
  /** Something happened: `next` has it. */
  wake(): void;
  /** It has fallen behind, or the server closes: its connection ends now. */
  drop(): void;
}

export interface EventHubOptions {
  /** Events that are kept for those who come again. */
  readonly keep: number;
  /** Names this server in ids: those of an earlier one are not taken for its own. */
  readonly session: string;
}

/** Progress replaces earlier progress: no more often than this. */
const PROGRESS_MS = 250;

/**
 * The last events, and who listens. Nobody has a queue of his own: each reads on from his place in the one ring, and whoever is
 * so slow that the ring has passed his place is dropped. He comes again with the id of the last event that he got.
 */
export class EventHub {
  private ring: SentEvent[] = [];
  /** Number of the first event in the ring, from 1. */
  private first = 1;
  private readonly listeners = new Map<Listener, Subscription>();
  private progress: LocalEvent | null = null;
  private pause: NodeJS.Timeout | null = null;

  constructor(private readonly options: EventHubOptions) {}

  publish(event: LocalEvent): void {
    if (event.kind === 'replay') {
      this.progress = event;
      if (this.pause === null) this.sendProgress();
    } else this.add(event);
  }

  /**
   * Listens from now on, or from after an event.
   * @param lastId id of the last event that was received; after one that is not known, everything that is kept is new
   */
  join(listener: Listener, lastId?: string): Subscription {
    const wanted = lastId === undefined ? this.end : this.after(lastId);
    const missed = wanted === null ? null : Math.max(0, this.first - wanted);
    const subscription = new Subscription(this, Math.max(wanted ?? this.first, this.first), missed);
    this.listeners.set(listener, subscription);
    return subscription;
  }

  leave(listener: Listener): void {
    this.listeners.delete(listener);
  }

  /** Everybody's connection ends. */
  close(): void {
    if (this.pause !== null) clearTimeout(this.pause);
    for (const listener of this.listeners.keys()) listener.drop();
    this.listeners.clear();
  }

  /** The event of a number; undefined when it is forgotten, or has not happened. */
  event(number: number): SentEvent | undefined {
    return this.ring[number - this.first];
  }

  /** The number that the next event gets. */
  private get end(): number {
    return this.first + this.ring.length;
  }

  private after(lastId: string): number | null {
    const [session, number = ''] = lastId.split('-');
    if (session !== this.options.session || !/^\d{1,15}$/.test(number)) return null;
    return Number(number) < this.end ? Number(number) + 1 : null;
  }

  private add(event: LocalEvent): void {
    const id = `${this.options.session}-${this.end}`;
    this.ring.push({ id, kind: event.kind, data: JSON.stringify(publicEvent(event)) });
    if (this.ring.length > this.options.keep) {
      this.ring.shift();
      this.first += 1;
    }
    for (const [listener, subscription] of this.listeners) {
      if (subscription.next < this.first) {
        this.listeners.delete(listener);
        listener.drop();
      } else listener.wake();
    }
  }

  private sendProgress(): void {
    const { progress } = this;
    this.progress = null;
    if (progress === null) {
      this.pause = null;
      return;
    }
    this.add(progress);
    this.pause = setTimeout(() => this.sendProgress(), PROGRESS_MS);
    this.pause.unref();
  }
}

/** A place in the ring. */
export class Subscription {
  constructor(
    private readonly hub: EventHub,
    /** Number of the event that is taken next. */
    public next: number,
    /** Events that were forgotten before this listener came back; null when nobody can tell how many. */
    readonly missed: number | null,
  ) {}

  /** The next event; undefined when there is none yet. */
  take(): SentEvent | undefined {
    const event = this.hub.event(this.next);
    if (event !== undefined) this.next += 1;
    return event;
  }
}
