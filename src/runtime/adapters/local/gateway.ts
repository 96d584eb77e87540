import type { Json } from '../../../kernel/json';
import type { Invocation } from './model-arm';
import { brokeOff, type ServingArm } from './serving-arm';
import type { TrafficLog } from './traffic-log';

/** How live traffic is split and mirrored: percents by version. */
export interface TrafficSplit {
  readonly live: Readonly<Record<number, number>>;
  readonly mirrored: Readonly<Record<number, number>>;
  /** The version that a release judges; null when none is judged. */
  readonly challenger: number | null;
}

/** What is watched of an answer. */
type Watch = (answer: Json) => number | string | null;

/** A live request: `key` decides which arm answers, the same one every time. */
export interface LiveRequest {
  readonly key: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly instance: Readonly<Record<string, Json>>;
  readonly watch: Watch;
}

/** A live request of one or more rows, all answered by one arm; without a key, by any arm by its percent. */
export interface LiveBatch {
  readonly key?: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly instances: readonly Readonly<Record<string, Json>>[];
  readonly watch: Watch;
}

/** An answer, and the version that gave it. */
export interface Served {
  readonly version: number;
  readonly invocation: Invocation;
}

export interface GatewayOptions {
  readonly log: TrafficLog;
  /** The split that is in force. */
  readonly split: () => TrafficSplit;
  /** What answers for a version; undefined when nothing does. */
  readonly arm: (version: number) => ServingArm | undefined;
}

/** Where a request goes, all of it by one split. */
interface Route {
  readonly version: number;
  /** The version that answers when a challenger has broken off; null when `version` is no challenger. */
  readonly fallback: number | null;
  readonly mirrors: readonly number[];
}

/** Mirrored requests that may be in flight at once; a challenger that falls behind by more fails those that follow. */
const MOST_MIRRORED = 1000;

/**
 * Splits live requests over arms by percent, mirrors them, and logs what came of them. A request is routed and counted in one
 * step, by one split: it is in flight to an arm that serves, or it was never given to it.
 *
 * A challenger that goes away with a request in its hands is a failure of the challenger, and counts as one; the client is
 * answered by the champion, once. That is safe, as an inference changes nothing, and it is what several instances of a version
 * do for each other in a cloud. An error that a server answers and a timeout go to the client, as they do in the clouds; so
 * does all that a champion does.
 */
export class Gateway {
  private readonly mirroring = new Set<Promise<void>>();
  private unkeyed = 0;

  constructor(private readonly options: GatewayOptions) {}

  /**
   * Answers one live request, and waits for its mirrored ones, which are sent one by one: whoever reads the log next finds
   * them. For time that passes as fast as it can.
   * @returns null when nothing serves
   */
  async answer({ instance, ...request }: LiveRequest): Promise<Served | null> {
    const route = this.route(request.key);
    if (route === null) return null;
    const batch = { ...request, instances: [instance] };
    const served = this.serve(route, batch);
    let before: Promise<unknown> = served;
    for (const version of route.mirrors) before = this.copy(version, batch, served, before);
    await before;
    return served;
  }

  /**
   * Answers a live request of a client. Mirrored requests go their own way: they neither delay the answer nor fail it; see
   * `settled`.
   * @returns null when nothing serves
   */
  async answerLive(request: LiveBatch): Promise<Served | null> {
    const route = this.route(request.key ?? `request ${this.unkeyed++}`);
    if (route === null) return null;
    const served = this.serve(route, request);
    for (const version of route.mirrors) {
      const mirrored = this.copy(version, request, served).finally(() => this.mirroring.delete(mirrored));
      this.mirroring.add(mirrored);
    }
    return served;
  }

  /** Waits until no mirrored request is in flight. */
  async settled(): Promise<void> {
    while (this.mirroring.size > 0) await Promise.all(this.mirroring);
  }

  private route(key: string): Route | null {
    const { live, mirrored, challenger } = this.options.split();
    const place = placeOf(key);
    let below = 0;
    const version = versionsOf(live).find((one) => {
      below += live[one]!;
      return place < below;
    });
    if (version === undefined) return null;
    return {
      version,
      fallback: version === challenger ? otherThan(version, live) : null,
      mirrors: versionsOf(mirrored).filter((one) => placeOf(`mirror ${key}`) < mirrored[one]!),
    };
  }

  /** Sends a request where it goes; it is in flight when this returns. */
  private async serve({ version, fallback }: Route, request: LiveBatch): Promise<Served> {
    const invocation = await this.invoke(version, request);
    // The champion of the route may have been taken out since.
    const isRescued = fallback !== null && brokeOff(invocation) && this.options.arm(fallback) !== undefined;
    this.note(version, request, invocation, isRescued);
    if (!isRescued) return { version, invocation };
    const second = await this.invoke(fallback, request);
    this.note(fallback, request, second);
    return { version: fallback, invocation: second };
  }

  /** Sends a mirrored request, and compares; never rejects. */
  private async copy(
    version: number,
    request: LiveBatch,
    served: Promise<Served>,
    after?: Promise<unknown>,
  ): Promise<void> {
    const isBehind = this.mirroring.size >= MOST_MIRRORED;
    const mirrored = isBehind ? failure('too many mirrored requests in flight') : this.invoke(version, request, after);
    try {
      const [live, copied] = await Promise.all([served, mirrored]);
      this.note(version, request, copied, true);
      request.instances.forEach((_, row) => {
        const pair = { champion: watched(live.invocation, request, row), challenger: watched(copied, request, row) };
        this.options.log.addPair(live.version, version, request.at, pair);
      });
    } catch {
      // Whoever watches answers has thrown: that fails the live request, and there is nothing to compare with.
    }
  }

  private async invoke(version: number, { instances, at }: LiveBatch, after?: Promise<unknown>): Promise<Invocation> {
    return this.options.arm(version)?.invoke(instances, at, after) ?? failure(`version ${version} is not deployed`);
  }

  private note(version: number, request: LiveBatch, invocation: Invocation, unseen = false): void {
    const [prediction = null, ...more] = request.instances.map((_, row) => watched(invocation, request, row));
    this.options.log.add({
      version,
      at: request.at,
      latencyMs: invocation.latencyMs,
      failed: invocation.error !== null,
      prediction,
      ...(more.length > 0 && { morePredictions: more }),
      ...(unseen && { unseen }),
    });
  }
}

const failure = (error: string): Invocation => ({ predictions: null, latencyMs: 0, error });

const watched = ({ predictions }: Invocation, { watch }: LiveBatch, row: number): number | string | null =>
  predictions === null ? null : watch(predictions[row] ?? null);

const versionsOf = (percents: Readonly<Record<number, number>>): number[] => Object.keys(percents).map(Number);

/** The other version with a share of live traffic, which may be zero; null when there is none. */
export const otherThan = (version: number, live: Readonly<Record<number, number>>): number | null =>
  versionsOf(live).find((one) => one !== version) ?? null;

/** A place in [0, 100) for a key, by FNV-1a; the same key has the same place. */
function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  // The low bits of FNV are its weakest: mix them with the high ones.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32) * 100;
}
