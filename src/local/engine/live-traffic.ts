import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import type { GatewayServingTarget } from '../../runtime/adapters/local/gateway-serving-target';
import type { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { predictionOf, watchedAnswer } from '../../runtime/usecases';
import type { CapturedRow, CaptureTable } from './capture-table';
import { EventFeed, eventsBefore } from './event-feed';

export interface LiveTrafficOptions {
  readonly engine: SqlEngine;
  readonly clock: VirtualClock;
  readonly serving: GatewayServingTarget;
  readonly capture: CaptureTable;
  readonly events: TableName;
  /** Epoch seconds: events from here on happen. */
  readonly from: number;
  readonly task: Task;
  readonly data: Data;
  readonly capturePercent: number;
  /** What the definition expects. */
  readonly requestsPerMinute: number;
}

/** Most requests a minute of virtual time while a release holds: enough to decide, and a machine can send them. */
const MOST_PER_MINUTE = 120;
/** The load takes its inputs from so many events, newest first. */
const LOAD_EVENTS = 48;

/** The live requests of a model: its events as virtual time passes, and the load under which a release is judged. */
export class LiveTraffic {
  /** Events that were answered. */
  served = 0;
  private readonly feed: EventFeed;

  constructor(private readonly options: LiveTrafficOptions) {
    this.feed = new EventFeed(options.engine, options.events, options.data, options.from);
  }

  /** The events until then happen, are answered over HTTP and captured. */
  async advanceTo(seconds: number): Promise<void> {
    const { serving, capture, clock, capturePercent } = this.options;
    const events = await this.feed.take(seconds);
    const captured: CapturedRow[] = [];
    for (const event of events) {
      const served = await serving.answer({ ...event, watch: (answer) => this.watch(answer) });
      if (served === null || !isCaptured(event.key, capturePercent)) continue;
      const [answer] = served.invocation.predictions ?? [];
      captured.push({ event, version: served.version, prediction: answer === undefined ? null : this.watch(answer) });
    }
    await capture.add(captured);
    clock.advanceTo(seconds);
    this.served += events.length;
  }

  /**
   * Lets the time of a release pass under load: as many requests as the definition expects, with the inputs of the newest
   * events in turn. They are answered and counted for the release, and not captured: each event is captured once.
   */
  async hold(seconds: number): Promise<void> {
    const { engine, events, data, clock, serving, requestsPerMinute } = this.options;
    const from = clock.now();
    const newest = await eventsBefore(engine, events, data, from, LOAD_EVENTS);
    const perMinute = Math.min(requestsPerMinute, MOST_PER_MINUTE);
    const count = newest.length === 0 ? 0 : Math.round((perMinute * seconds) / 60);
    for (let i = 0; i < count; i++) {
      const at = from + (i * seconds) / count;
      const { instance } = newest[i % newest.length]!;
      await serving.answer({ key: `load ${at}`, at, instance, watch: (answer) => this.watch(answer) });
    }
    await this.advanceTo(from + seconds);
  }

  /** What is watched of a server's answer. */
  private watch(answer: Json): number | string | null {
    const isLine = answer !== null && typeof answer === 'object' && !Array.isArray(answer);
    const line = isLine ? (answer as { readonly [key: string]: Json }) : { prediction: answer };
    return watchedAnswer(this.options.task, predictionOf(line));
  }
}

/** The same key is always captured or never, so that a resumed run captures the same. */
function isCaptured(key: string, percent: number): boolean {
  if (percent >= 100) return true;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % 10_000 < percent * 100;
}
