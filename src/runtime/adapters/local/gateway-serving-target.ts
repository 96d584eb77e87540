import { toJson } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { Clock, Deployment, ServingTarget, StateStore, TrafficState } from '../../ports';
import { Gateway, type LiveBatch, type LiveRequest, otherThan, type Served, type TrafficSplit } from './gateway';
import type { StartArm } from './model-arm';
import { ServingArm } from './serving-arm';
import type { TrafficLog } from './traffic-log';

export type { LiveBatch, LiveRequest, Served } from './gateway';

/** What is served, and how; kept so that a new process serves the same. */
interface ServingDocument extends TrafficSplit {
  readonly deployed: readonly {
    readonly version: number;
    readonly modelDir: string;
    readonly timeoutSeconds: number;
  }[];
  readonly revision: number;
}

const NOTHING: ServingDocument = { deployed: [], live: {}, mirrored: {}, challenger: null, revision: 0 };

/** Whoever ends the process waits so long for requests in flight. */
const CLOSE_MS = 5000;

export interface GatewayServingOptions {
  readonly model: string;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: TrafficLog;
  /** Starts what answers for a version. */
  readonly start: StartArm;
}

/**
 * Serving on one machine: an arm a version, and a gateway in this process that splits live requests by percent and
 * mirrors them. A switch loses no request: who gets the next one is decided by one document, and an arm is ended when it has
 * answered what it was given. Changes are made one after the other.
 */
export class GatewayServingTarget implements ServingTarget {
  private readonly arms = new Map<number, ServingArm>();
  /** Arms that end. */
  private readonly ending = new Set<ServingArm>();
  private readonly gateway: Gateway;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly options: GatewayServingOptions,
    private document: ServingDocument,
  ) {
    this.gateway = new Gateway({
      log: options.log,
      split: () => this.document,
      arm: (version) => this.arms.get(version),
    });
  }

  /** Takes up what was served when the last process ended. */
  static async open(options: GatewayServingOptions): Promise<GatewayServingTarget> {
    const found = await options.state.read(keyOf(options.model));
    const document = { ...NOTHING, ...(found?.value as unknown as Partial<ServingDocument> | undefined) };
    const target = new GatewayServingTarget(options, document);
    try {
      for (const one of document.deployed) await target.startArm(one.version, one.modelDir, one.timeoutSeconds);
    } catch (error) {
      await target.close();
      throw error;
    }
    return target;
  }

  deploy({ version, artifactUri, first, serving: { timeoutSeconds } }: Deployment): Promise<void> {
    return this.exclusively(async () => {
      const { deployed, live } = this.document;
      const isNew = !this.arms.has(version);
      if (isNew) await this.startArm(version, artifactUri, timeoutSeconds);
      const others = deployed.filter((one) => one.version !== version);
      try {
        await this.change({
          deployed: [...others, { version, modelDir: artifactUri, timeoutSeconds }],
          ...(first && Object.keys(live).length === 0 && { live: { [version]: 100 } }),
        });
      } catch (error) {
        // What is not written down is not served: nobody would end it.
        if (isNew) await this.end(version);
        throw error;
      }
    });
  }

  setTraffic(challenger: number, percent: number): Promise<void> {
    return this.exclusively(async () => {
      if (percent === 0 && !this.document.deployed.some(({ version }) => version === challenger)) return;
      this.assertDeployed(challenger);
      const champion = otherThan(challenger, this.document.live);
      if (champion === null && percent !== 100) throw noOtherArm(challenger, percent);
      await this.change({
        live: { ...(champion !== null && { [champion]: 100 - percent }), [challenger]: percent },
        challenger: champion === null ? null : challenger,
      });
    });
  }

  async read(): Promise<TrafficState> {
    const { live, mirrored, revision } = this.document;
    const status = Object.keys(live).length === 0 ? 'absent' : 'ready';
    return { status, live, mirrored, configuration: `revision-${revision}` };
  }

  mirror(version: number, percent: number): Promise<void> {
    return this.exclusively(async () => {
      const { mirrored } = this.document;
      if ((mirrored[version] ?? 0) === percent) return;
      if (percent > 0) this.assertDeployed(version);
      const { [version]: _stopped, ...others } = mirrored;
      await this.change({ mirrored: percent > 0 ? { ...others, [version]: percent } : others });
    });
  }

  /** Takes a version out: it gets no further request, answers those that it has, and is ended. */
  async remove(version: number): Promise<void> {
    const ended = await this.exclusively(async () => {
      const { deployed, live, mirrored, challenger } = this.document;
      const { [version]: percent, ...others } = live;
      const rest = Object.values(others).reduce((sum, one) => sum + one, 0);
      if (percent !== undefined && percent > 0 && rest > 0) throw stillLive(version, percent);
      const { [version]: _stopped, ...stillMirrored } = mirrored;
      await this.change({
        deployed: deployed.filter((one) => one.version !== version),
        live: others,
        mirrored: stillMirrored,
        challenger: percent === undefined ? challenger : null,
      });
      // Others may move traffic while this one waits for its requests.
      return { done: this.end(version) };
    });
    await ended.done;
  }

  /** Answers a request of a replay; see `Gateway.answer`. */
  answer(request: LiveRequest): Promise<Served | null> {
    return this.gateway.answer(request);
  }

  /** Answers a request of a client; see `Gateway.answerLive`. */
  answerLive(request: LiveBatch): Promise<Served | null> {
    return this.gateway.answerLive(request);
  }

  /** Waits until no mirrored request of a client is in flight. */
  settled(): Promise<void> {
    return this.gateway.settled();
  }

  /** Ends all arms, which answer what they have, unless that takes more than a few seconds. */
  async close(): Promise<void> {
    await this.exclusively(async () => {
      const hurried = [...this.ending].map((arm) => arm.drainAndStop(CLOSE_MS));
      await Promise.all([...hurried, ...[...this.arms.keys()].map((version) => this.end(version, CLOSE_MS))]);
    });
  }

  private async startArm(version: number, modelDir: string, timeoutSeconds: number): Promise<void> {
    const arm = await this.options.start({ version, modelDir, timeoutSeconds });
    this.arms.set(version, new ServingArm(arm, timeoutSeconds));
  }

  /** Nothing is routed to the arm from now on. */
  private async end(version: number, mostMs?: number): Promise<void> {
    const arm = this.arms.get(version);
    if (arm === undefined) return;
    this.arms.delete(version);
    this.ending.add(arm);
    try {
      await arm.drainAndStop(mostMs);
    } finally {
      this.ending.delete(arm);
    }
  }

  private exclusively<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.turn.then(change);
    this.turn = changed.catch(() => undefined);
    return changed;
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
