import type { Data } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import type { GatewayServingTarget, LiveBatch, Served } from '../../runtime/adapters/local/gateway-serving-target';
import type { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import type { TableName } from '../../runtime/ports';
import { predictionOf, watchedAnswer } from '../../runtime/usecases';
import type { AlarmChange } from './alarm-board';
import type { CapturedRow, CaptureTable, RowsEngine } from './capture-table';
import type { EndpointMeter } from './endpoint-meter';
import { EventFeed, eventsBefore, type ReplayedEvent } from './event-feed';

export interface LiveTrafficOptions {
  readonly engine: RowsEngine & { close(): Promise<void> };
  readonly clock: VirtualClock;
  readonly serving: GatewayServingTarget;
  readonly capture: CaptureTable;
  readonly meter: EndpointMeter;
  readonly events: TableName;
  /** Epoch seconds: events from here on happen. */
  readonly from: number;
  readonly task: Task;
  readonly data: Data;
  readonly capturePercent: number;
  /** Requests a minute beside the events at a time (epoch seconds): what clients send while a release is judged. */
  readonly loadPerMinute: (at: number) => number;
  /** Whether requests of a time are measured for the endpoint's alarms. */
  readonly isMeasured: (at: number) => boolean;
  /** Whether captured requests carry the gateway's clock (they should) or the clients'. */
  readonly stampedBy: 'gateway' | 'client';
  /** Alarms that began or ended while time passed; the clock is at that instant. */
  readonly onAlarms: (changes: readonly AlarmChange[]) => Promise<void>;
}

/** The load takes its inputs from so many events, the newest ones. */
const LOAD_EVENTS = 200;
const MINUTE = 60;

/** The live requests of a model: its events as virtual time passes, and the load under which a release is judged. */
export class LiveTraffic {
  /** Events that were answered. */
  served = 0;
  /** Requests that were sent: events, load, and those from outside. */
  sent = 0;
  private live = 0;
  private readonly feed: EventFeed;
  private newest: ReplayedEvent[] | null = null;
  private captured: CapturedRow[] = [];

  constructor(private readonly options: LiveTrafficOptions) {
    this.feed = new EventFeed(options.engine, options.events, options.data, options.from);
  }

  /** Time passes: the events until then happen, the load is sent, all is answered, and events are captured. */
  async advanceTo(until: number): Promise<void> {
    const { clock, meter } = this.options;
    const events = await this.feed.take(until);
    const load = await this.loadIn(clock.now(), until);
    let [event, request] = [0, 0];
    for (;;) {
      const [nextEvent, nextLoad] = [events[event], load[request]];
      if (nextEvent === undefined && nextLoad === undefined) break;
      const isEvent = nextLoad === undefined || (nextEvent !== undefined && nextEvent.at <= nextLoad.at);
      const at = isEvent ? nextEvent!.at : nextLoad!.at;
      if (meter.due !== null && meter.due <= at) await this.closeMinute();
      if (isEvent) {
        await this.happen(nextEvent!);
        event += 1;
      } else {
        await this.send(nextLoad!);
        request += 1;
      }
    }
    if (meter.due !== null && meter.due <= until) await this.closeMinute();
    await this.flush();
    clock.advanceTo(until);
    this.remember(events);
  }

  /** Answers a request that came from outside at the clock's time; it is measured, and captured like an event. */
  async answerLive(request: Omit<LiveBatch, 'watch' | 'at'>): Promise<Served | null> {
    const { serving, clock, meter, capturePercent } = this.options;
    const at = clock.now();
    const served = await serving.answerLive({ ...request, at, watch: (answer) => this.watch(answer) });
    this.sent += 1;
    if (served === null) return null;
    const { version, invocation } = served;
    const { latencyMs, error, refused = false } = invocation;
    // A request that came from outside may be malformed: that is no fault of the endpoint, as it is none in the clouds. A
    // release counts it, on every target: both arms get alike requests, and one may refuse what the other accepts.
    meter.count({ at, latencyMs, failed: error !== null && !refused });
    this.served += 1;
    this.live += 1;
    const key = request.key ?? `live ${at} ${this.live}`;
    if (!isCaptured(key, capturePercent)) return served;
    await this.options.capture.add(
      request.instances.map((instance, place) => {
        const prediction = invocation.predictions?.[place];
        const event = { key: request.instances.length === 1 ? key : `${key} ${place}`, instance };
        return { event, at, version, prediction: prediction === undefined ? null : this.watch(prediction) };
      }),
    );
    return served;
  }

  private async happen(event: ReplayedEvent): Promise<void> {
    const { stampedBy, capturePercent } = this.options;
    const served = await this.send(event);
    this.served += 1;
    if (served === null) return;
    if (isCaptured(event.key, capturePercent)) {
      const at = stampedBy === 'gateway' ? event.at : event.happenedAt;
      this.captured.push({ event, at, version: served.version, prediction: this.watch(served.prediction) });
    }
  }

  private async send(event: Pick<ReplayedEvent, 'key' | 'at' | 'instance'>) {
    const { serving, meter, isMeasured } = this.options;
    this.sent += 1;
    const served = await serving.answer({ ...event, watch: (answer) => this.watch(answer) });
    if (served === null) return null;
    const { latencyMs, error, predictions } = served.invocation;
    if (isMeasured(event.at)) meter.count({ at: event.at, latencyMs, failed: error !== null });
    return { version: served.version, prediction: predictions?.[0] ?? null };
  }

  private async closeMinute(): Promise<void> {
    const { meter, clock, onAlarms } = this.options;
    const due = meter.due;
    if (due === null) return;
    clock.advanceTo(due);
    const changes = meter.closeUpTo(due);
    if (changes.length === 0) return;
    await this.flush();
    await onAlarms(changes);
  }

  private async flush(): Promise<void> {
    const rows = this.captured;
    this.captured = [];
    await this.options.capture.add(rows);
  }

  /**
   * Requests beside the events, evenly over each minute, with the inputs of the newest events in turn. They are answered and
   * counted for the release, and not captured: each event is captured once.
   */
  private async loadIn(from: number, until: number): Promise<Pick<ReplayedEvent, 'key' | 'at' | 'instance'>[]> {
    const { loadPerMinute } = this.options;
    const load: Pick<ReplayedEvent, 'key' | 'at' | 'instance'>[] = [];
    for (let minute = Math.floor(from / MINUTE) * MINUTE; minute < until; minute += MINUTE) {
      const count = Math.round(loadPerMinute(Math.max(from, minute)));
      const inputs = count === 0 ? [] : await this.inputs(from);
      if (inputs.length === 0) continue;
      for (let i = 0; i < count; i++) {
        const at = minute + ((i + 0.5) * MINUTE) / count;
        if (at < from || at >= until) continue;
        load.push({ key: `load ${at}`, at, instance: inputs[i % inputs.length]!.instance });
      }
    }
    return load;
  }

  private async inputs(before: number): Promise<readonly ReplayedEvent[]> {
    const { engine, events, data } = this.options;
    this.newest ??= await eventsBefore(engine, events, data, before, LOAD_EVENTS);
    return this.newest;
  }

  private remember(events: readonly ReplayedEvent[]): void {
    if (this.newest === null || events.length === 0) return;
    this.newest = [...events.slice(-LOAD_EVENTS).reverse(), ...this.newest].slice(0, LOAD_EVENTS);
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
