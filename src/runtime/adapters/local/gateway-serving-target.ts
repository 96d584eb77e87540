import type { Json } from '../../../kernel/json';
import { toJson } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { Clock, Deployment, ServingTarget, StateStore, TrafficState } from '../../ports';
import type { Invocation, ModelArm, StartArm } from './model-arm';
import type { TrafficLog } from './traffic-log';

/** What is served, and how; kept so that a new process serves the same. */
interface ServingDocument {
  readonly deployed: readonly {
    readonly version: number;
    readonly modelDir: string;
    readonly timeoutSeconds: number;
  }[];
  readonly live: Readonly<Record<number, number>>;
  readonly mirrored: Readonly<Record<number, number>>;
  readonly revision: number;
}

const NOTHING: ServingDocument = { deployed: [], live: {}, mirrored: {}, revision: 0 };

export interface GatewayServingOptions {
  readonly model: string;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: TrafficLog;
  /** Starts what answers for a version. */
  readonly start: StartArm;
}

/** A live request: `key` decides which arm answers, the same one every time. */
export interface LiveRequest {
  readonly key: string;
  readonly at: number;
  readonly instance: Readonly<Record<string, Json>>;
  /** What is watched of an answer. */
  readonly watch: (answer: Json) => number | string | null;
}

/**
 * Serving on one machine: an arm a version, and a gateway in this process that splits live requests by percent and
 * mirrors them. Traffic moves between two requests, so none is lost in a switch.
 */
export class GatewayServingTarget implements ServingTarget {
  private readonly arms = new Map<number, ModelArm>();

  private constructor(
    private readonly options: GatewayServingOptions,
    private document: ServingDocument,
  ) {}

  /** Takes up what was served when the last process ended. */
  static async open(options: GatewayServingOptions): Promise<GatewayServingTarget> {
    const found = await options.state.read(keyOf(options.model));
    const target = new GatewayServingTarget(options, (found?.value ?? NOTHING) as unknown as ServingDocument);
    for (const { version, modelDir, timeoutSeconds } of target.document.deployed) {
      await target.startArm(version, modelDir, timeoutSeconds);
    }
    return target;
  }

  async deploy({ version, artifactUri, first, serving }: Deployment): Promise<void> {
    const { deployed, live } = this.document;
    if (!this.arms.has(version)) await this.startArm(version, artifactUri, serving.timeoutSeconds);
    const others = deployed.filter((one) => one.version !== version);
    await this.change({
      deployed: [...others, { version, modelDir: artifactUri, timeoutSeconds: serving.timeoutSeconds }],
      ...(first && Object.keys(live).length === 0 && { live: { [version]: 100 } }),
    });
  }

  async setTraffic(challenger: number, percent: number): Promise<void> {
    this.assertDeployed(challenger);
    const { live } = this.document;
    const champion = Object.keys(live)
      .map(Number)
      .find((version) => version !== challenger);
    if (champion === undefined && percent !== 100) throw noOtherArm(challenger, percent);
    await this.change({
      live: { ...(champion !== undefined && { [champion]: 100 - percent }), [challenger]: percent },
    });
  }

  async read(): Promise<TrafficState> {
    const { live, mirrored, revision } = this.document;
    const status = Object.keys(live).length === 0 ? 'absent' : 'ready';
    return { status, live, mirrored, configuration: `revision-${revision}` };
  }

  async mirror(version: number, percent: number): Promise<void> {
    const { mirrored } = this.document;
    if ((mirrored[version] ?? 0) === percent) return;
    if (percent > 0) this.assertDeployed(version);
    const { [version]: _stopped, ...others } = mirrored;
    await this.change({ mirrored: percent > 0 ? { ...others, [version]: percent } : others });
  }

  async remove(version: number): Promise<void> {
    const { deployed, live, mirrored } = this.document;
    const others = Object.fromEntries(Object.entries(live).filter(([name]) => Number(name) !== version));
    const rest = Object.values(others).reduce((sum, percent) => sum + percent, 0);
    if ((live[version] ?? 0) > 0 && rest > 0) throw stillLive(version, live[version]!);
    const { [version]: _stopped, ...stillMirrored } = mirrored;
    await this.change({
      deployed: deployed.filter((one) => one.version !== version),
      live: others,
      mirrored: stillMirrored,
    });
    await this.arms.get(version)?.stop();
    this.arms.delete(version);
  }

  /** Answers one live request and mirrors it. @returns the answer, and the version that gave it; null when nothing serves */
  async answer(request: LiveRequest): Promise<{ readonly version: number; readonly invocation: Invocation } | null> {
    const { live, mirrored } = this.document;
    const place = placeOf(request.key);
    let below = 0;
    const version = Object.keys(live)
      .map(Number)
      .find((one) => {
        below += live[one]!;
        return place < below;
      });
    if (version === undefined) return null;
    const invocation = await this.invoke(version, request);
    for (const [name, percent] of Object.entries(mirrored)) {
      if (placeOf(`mirror ${request.key}`) >= percent) continue;
      const shadow = await this.invoke(Number(name), request);
      this.options.log.addPair(version, Number(name), request.at, {
        champion: watched(invocation, request),
        challenger: watched(shadow, request),
      });
    }
    return { version, invocation };
  }

  async close(): Promise<void> {
    for (const server of this.arms.values()) await server.stop();
    this.arms.clear();
  }

  private async invoke(version: number, request: LiveRequest): Promise<Invocation> {
    const arm = this.arms.get(version);
    const invocation = arm
      ? await arm.invoke([request.instance], request.at)
      : { predictions: null, latencyMs: 0, error: `version ${version} is not deployed` };
    const { latencyMs, error } = invocation;
    this.options.log.add({
      version,
      at: request.at,
      latencyMs,
      failed: error !== null,
      prediction: watched(invocation, request),
    });
    return invocation;
  }

  private async startArm(version: number, modelDir: string, timeoutSeconds: number): Promise<void> {
    this.arms.set(version, await this.options.start({ version, modelDir, timeoutSeconds }));
  }

  private assertDeployed(version: number): void {
    if (this.arms.has(version)) return;
    throw new OperationError({
      code: 'notDeployed',
      path: `serving/${this.options.model}`,
      got: `version ${version}`,
      expected: `one of ${[...this.arms.keys()].join(', ')}`,
      fix: 'deploy the version before it gets traffic',
    });
  }

  private async change(changes: Partial<ServingDocument>): Promise<void> {
    const next = { ...this.document, ...changes, revision: this.document.revision + 1 };
    const key = keyOf(this.options.model);
    const found = await this.options.state.read(key);
    const written = await this.options.state.compareAndSwap(key, found?.version ?? null, toJson(next));
    if (written === undefined) throw servedByAnother(key);
    this.document = next;
  }
}

const keyOf = (model: string): string => `serving/${model}`;

const watched = ({ predictions }: Invocation, { watch }: LiveRequest): number | string | null =>
  predictions === null ? null : watch(predictions[0] ?? null);

/** A place in [0, 100) for a key, by FNV-1a; the same key has the same place. */
function placeOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  // The low bits of FNV are its weakest: mix them with the high ones.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32) * 100;
}

const servedByAnother = (path: string): OperationError =>
  new OperationError({
    code: 'servedByAnother',
    path,
    got: 'a change by another process',
    expected: 'one process that serves a model',
    fix: 'stop the other process, or use another folder',
  });

const noOtherArm = (challenger: number, percent: number): OperationError =>
  new OperationError({
    code: 'noOtherArm',
    path: 'serving',
    got: `${percent} % for version ${challenger}, and no other version with live traffic`,
    expected: 'a champion for the rest of the traffic',
    fix: 'give the only version 100 %',
  });

const stillLive = (version: number, percent: number): OperationError =>
  new OperationError({
    code: 'stillLive',
    path: 'serving',
    got: `version ${version} has ${percent} % of live traffic`,
    expected: 'a version without live traffic',
    fix: 'give its traffic to another version first',
  });
