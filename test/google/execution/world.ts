import { googleEnvSchema, type WorkflowKind } from '../../../src/contract/google';
import { GcsBucket } from '../../../src/runtime/adapters/google/gcs-bucket';
import { GoogleApi } from '../../../src/runtime/adapters/google/google-api';
import { WorkflowsStarter } from '../../../src/runtime/adapters/google/workflows-starter';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { googlePorts } from '../../../src/runtime/entrypoints/google/ports';
import { type Ports, readRegistry } from '../../../src/runtime/usecases';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../../src/runtime/usecases/keys';
import { type MemoryWorld, registered, START } from '../../runtime/usecases/world';
import { Account, type Fault, TOKEN } from './account';
import type { Engine, Outcome } from './engine';
import type { Execution } from './executions';
import { type Handle, instanceOf } from './handler-instance';
import { Host, type StepFault } from './host';
import type { Deployed, Role } from './template';
import { type Answers, HEALTHY } from './traffic';
import { VirtualTime } from './virtual-time';

/** What fails in an execution. */
export interface Failing {
  readonly steps?: readonly StepFault[];
  readonly operations?: readonly Fault[];
}

export interface Ended extends Outcome {
  /** End of the graph at which it stopped. */
  readonly end: string;
}

const HOUR_MS = 3_600_000;
const GOOD_END = { release: 'released', pipeline: 'registered', incident: 'over' } as const satisfies Record<
  WorkflowKind,
  string
>;

/**
 * A project in which workflows are executed as deployed: the source out of the template, handlers from the bundles as HTTP
 * services, Google's services with their state.
 */
export class World {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly host: Host;
  /** The same ports as a handler's, from the sources; for what a test sets up and looks at. */
  readonly ports: Ports;
  /** Lines that handlers have logged. */
  readonly lines: string[] = [];
  protected readonly handlers = new Map<string, Handle>();
  protected readonly outcomes = new Map<string, Promise<Ended>>();

  protected constructor(
    readonly deployed: Deployed,
    private readonly engine: Engine,
    answers: Answers,
  ) {
    const { endpoint, project, region, workflows, environments } = deployed;
    this.time = new VirtualTime(START * 1000, (from, to) => this.account.traffic.send(from, to));
    const names = Object.values(workflows).map(({ name }) => name);
    this.account = new Account(() => this.time.now(), { endpoint, workflows: names }, answers);
    this.account.executions.onCreated = (execution) => this.run(execution);
    for (const { bucket, name, content } of deployed.objects) this.account.buckets.put(bucket, name, content);
    this.host = new Host(this.time, this.account, (role) => this.handler(role as Role));
    this.host.isOver = (id) => this.account.executions.isCancelled(id);
    const api = new GoogleApi({
      project,
      region,
      sleep: (ms) => this.time.sleep(ms),
      send: async ({ method, url, headers, body }) => {
        const authorised = { ...headers, authorization: `Bearer ${TOKEN}` };
        const reply = await this.account.fetch(url, { method, headers: authorised, ...(body && { body }) });
        return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
      },
    });
    const env = googleEnvSchema.parse(environments.release);
    const clock = { now: () => Math.floor(this.time.now() / 1000) };
    const workflowStarter = new WorkflowsStarter(api, new GcsBucket(api, env.MLP_STATE), env.MLP_MODEL, clock);
    this.ports = { ...googlePorts(env, null, api), clock, workflows: workflowStarter };
  }

  /** An account without a version. */
  static async open(deployed: Deployed, engine: Engine, answers: Answers = HEALTHY): Promise<World> {
    const world = new World(deployed, engine, answers);
    await world.host.start();
    return world;
  }

  /** An account whose first version serves, and whose second one is registered. */
  static async withChampion(deployed: Deployed, engine: Engine, answers?: Answers): Promise<World> {
    const world = await World.open(deployed, engine, answers);
    await world.register(1);
    const first = await world.release(1);
    if (!first.succeeded) throw new Error(`the first release ended at ${first.end}: ${JSON.stringify(first.reason)}`);
    await world.register(2);
    world.host.path.length = 0;
    world.account.calls.length = 0;
    world.account.published.length = 0;
    return world;
  }

  /** As an apply leaves it: the next call of a role finds an instance of its newest revision. */
  deploy(): void {
    this.handlers.clear();
  }

  protected async handler(role: Role): Promise<Handle> {
    const { time, account } = this;
    const environment = this.deployed.environments[role];
    const found =
      this.handlers.get(role) ??
      (await instanceOf(role, { time, account, environment, log: (line) => this.lines.push(line) }));
    this.handlers.set(role, found);
    return found;
  }

  close(): Promise<void> {
    return this.host.stop();
  }

  /** A version that has passed its gate, as the pipeline leaves it. */
  register(version: number): Promise<void> {
    return this.time.until(this.registered(version));
  }

  private async registered(version: number): Promise<void> {
    const { ports } = this;
    const record = await registered(ports as unknown as MemoryWorld, version);
    const { artifactUri, artifactDigest } = record;
    const entry = { model: ports.model, version, artifactUri, artifactDigest, image: '', facts: { run: record.run } };
    const externalId = await ports.catalogue.publish(entry);
    await ports.catalogue.label(externalId, { approved: true, aliases: [] });
    await writeJson(ports.artifacts, artifactKeys.version(version), { ...record, externalId });
  }

  /** A release as the pipeline hands it over. @returns how its execution ended */
  release(version: number, failing: Failing = {}): Promise<Ended> {
    return this.time.until(this.started(version, failing));
  }

  /** Releases that are started at the same moment. */
  together(versions: readonly number[]): Promise<Ended[]> {
    return this.time.until(Promise.all(versions.map((version) => this.started(version, {}))));
  }

  /** A release that a person starts, in the console: nobody has given it a name. */
  byHand(version: number): Promise<Ended> {
    const argument = JSON.stringify({ version, requestedBy: 'ann@example.com' });
    return this.outcomes.get(this.account.executions.create(this.deployed.workflows.release.name, argument).name)!;
  }

  private async started(version: number, { steps = [], operations = [] }: Failing): Promise<Ended> {
    await this.ports.workflows.start('release', `v${version}`, { version, requestedBy: 'tests' });
    const execution = this.account.executions.all.at(-1)!;
    for (const fault of steps) this.host.fail(fault);
    for (const fault of operations) this.account.fail(fault);
    return this.outcomes.get(execution.name)!;
  }

  protected run(execution: Execution): void {
    const { workflows } = this.deployed;
    const kinds = Object.keys(workflows) as WorkflowKind[];
    const kind = kinds.find((one) => execution.name.startsWith(`${workflows[one].name}/`))!;
    this.outcomes.set(execution.name, this.execute(kind, execution));
  }

  private async execute(kind: WorkflowKind, execution: Execution): Promise<Ended> {
    this.time.began();
    const address = `${this.host.address}/of/${execution.name.split('/').at(-1)}`;
    const outcome = await this.engine.execute({
      source: this.deployed.workflows[kind].source,
      argument: JSON.parse(execution.argument),
      environment: {
        GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: execution.name.split('/').at(-1)!,
        MLP_HANDLER_URL: `${address}/handlers/${kind === 'pipeline' ? 'pipeline' : 'release'}`,
        MLP_VERTEX_API: `${address}/vertex`,
      },
      clock: `${address}/clock`,
    });
    this.time.ended();
    if (execution.state === 'ACTIVE') execution.state = outcome.succeeded ? 'SUCCEEDED' : 'FAILED';
    const good = GOOD_END[kind];
    return { ...outcome, end: outcome.succeeded ? good : (/^(\w+): /.exec(outcome.error ?? '')?.[1] ?? '') };
  }

  /** How the newest execution of a workflow ended. */
  last(): Promise<Ended> {
    return this.time.until(this.outcomes.get(this.account.executions.all.at(-1)!.name)!);
  }

  /** What is so once nothing fails or goes on any more: who serves, who is said to, who holds the lock, whether records hold. */
  async state() {
    this.account.heal();
    this.host.heal();
    return this.time.until(this.looked());
  }

  private async looked() {
    this.account.traffic.stop();
    await this.time.sleep(2 * HOUR_MS);
    const { live, status } = await this.ports.serving.read();
    const { aliases, versions } = await readRegistry(this.ports);
    const lock = (await this.ports.state.read(`release-lock/${this.ports.model}`))?.value as
      | { readonly run: string | null }
      | undefined;
    const records = await this.ports.ledger.read(1);
    const [catalogue = []] = [...this.account.models.all.values()];
    return {
      status,
      live,
      aliases,
      challengerState: versions['2']?.state ?? null,
      lockedBy: lock?.run ?? null,
      chainHolds: verifyChain(records).ok,
      twice: twice(records as readonly { readonly details?: { readonly event?: string } }[]),
      catalogued: catalogue.map(({ aliases: own }) =>
        own
          .filter((alias) => alias !== 'default')
          .sort()
          .join(' '),
      ),
    };
  }
}

/** Events that stand in the ledger more than once. */
function twice(records: readonly { readonly details?: { readonly event?: string } }[]): string[] {
  const events = records.flatMap(({ details }) => details?.event ?? []);
  return events.filter((event, place) => events.indexOf(event) !== place);
}
