import { join } from 'node:path';
import { CanaryEndpoint, Notifications } from '../../../src/aws';
import { awsEnvSchema } from '../../../src/contract/aws';
import type { TaskEvent } from '../../../src/contract/events';
import { incidentsSchema } from '../../../src/definition/incidents';
import type { Json } from '../../../src/kernel/json';
import { planIncidents } from '../../../src/plan/incidents';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { awsPorts } from '../../../src/runtime/entrypoints/aws/ports';
import { type Ports, readRegistry } from '../../../src/runtime/usecases';
import { type MemoryWorld, registered, START } from '../../runtime/usecases/world';
import { errors, latency, serving } from '../support/definition';
import { asText, definitionsOf, newStack, type Resource, registryIn, templateOf } from '../support/stacks';
import { Account } from './account';
import { type EventRule, eventRule, inputOf } from './event-rule';
import { type Execution, type Machine, runMachine } from './run-machine';
import type { Answered } from './traffic';
import { VirtualTime } from './virtual-time';

export type Answers = (version: number, request: number) => Answered;

/** No pattern of which a version could get more than its share. */
const scattered = (request: number): number => Math.imul(request, 0x9e3779b1) >>> 7;

/** Every version alike: fast, with an error now and then. */
export const HEALTHY: Answers = (_, request) => ({
  latencyMs: 20 + (request % 30),
  failed: scattered(request) % 900 === 0,
  prediction: (scattered(request) % 100) / 100,
});

/** What fails in an execution. */
export interface Failing {
  /** States whose handler fails, by how often; infinity for each time. */
  readonly states?: Readonly<Record<string, number>>;
  /** Operations that fail before they work, by how often. */
  readonly operations?: Readonly<Record<string, number>>;
  /** Updates of the endpoint that SageMaker takes back in silence. */
  readonly silentRollbacks?: number;
  /** Called before each task. */
  readonly onState?: (state: string) => void;
  /** A person stops the execution at a task, before it has done anything, or when it has done all. */
  readonly stopAt?: { readonly state: string; readonly done: boolean };
}

/** The release controller and its handler, as the template of a CanaryEndpoint has them. */
export interface Controller {
  readonly definition: Machine;
  /** What looks after an incident of a page alarm. */
  readonly incidents: Machine;
  /** What tells of releases that were stopped. */
  readonly stopped: EventRule;
  readonly environment: Readonly<Record<string, string>>;
  /** The template as it stands. */
  readonly template: object;
}

const CONTACTS = [{ kind: 'email', address: 'ml@example.com', severities: ['page', 'ticket', 'info'] }];

/**
 * @param release section of the definition
 * @param changes of the other sections
 */
export function controllerOf(
  release: object,
  changes: { readonly serving?: object; readonly latency?: typeof latency | null } = {},
): Controller {
  const stack = newStack();
  new CanaryEndpoint(stack, 'Endpoint', {
    notifications: new Notifications(stack, 'Incidents', {
      incidents: planIncidents(incidentsSchema.parse({ contacts: CONTACTS })),
    }),
    model: 'churn',
    task: 'binaryClassification',
    serving: { ...serving, ...changes.serving },
    ...(changes.latency !== null && { latency }),
    errors,
    release: release as never,
    registry: registryIn(stack),
  });
  const template = templateOf(stack);
  const definitions = definitionsOf(template) as unknown as Record<string, Machine>;
  const definition = definitions['shop-churn-release']!;
  const incidents = definitions['shop-churn-incident']!;
  const [handler] = Object.values(template.findResources('AWS::Lambda::Function'));
  const { Variables } = (handler as Resource).Properties!['Environment'] as { Variables: Record<string, unknown> };
  const stopped = eventRule(template, 'Releases of churn that were stopped are taken back');
  const environment = Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, asText(value)]));
  return {
    definition,
    incidents,
    stopped,
    environment: { ...environment, AWS_REGION: 'eu-central-1' },
    template: template.toJSON(),
  };
}

/**
 * An account in which releases are executed: the state machine out of the template, on the bundled handler, which speaks with
 * the SDK's clients to services that keep state.
 */
export class ReleaseWorld {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly ports: Ports;
  private events = 0;
  private readonly before = { ...process.env };
  private readonly handler: (event: unknown) => Promise<unknown>;

  constructor(
    private controller: Controller,
    answers: Answers = HEALTHY,
  ) {
    this.time = new VirtualTime(START * 1000, (from, to) => this.account.passed(from, to));
    this.account = new Account({ perMinute: 120, answer: answers }, () => Date.now());
    this.time.install();
    this.account.install();
    // Retries are jittered.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    Object.assign(process.env, controller.environment);
    // The very file that Lambda gets.
    this.handler = require(join(__dirname, '..', '..', '..', 'assets', 'aws', 'release', 'index.js')).handler;
    this.ports = awsPorts(awsEnvSchema.parse(controller.environment), { arguments: {} } as TaskEvent);
  }

  /** The platform is deployed anew: executions that run keep their definition, and its tasks get the handler that is there now. */
  deploy(controller: Controller): void {
    this.controller = controller;
    Object.assign(process.env, controller.environment);
  }

  close(): void {
    this.time.restore();
    jest.restoreAllMocks();
    process.env = this.before;
  }

  /** A version that has passed its gate, as the pipeline leaves it. */
  async register(version: number): Promise<void> {
    this.account.endpoints.packages.set(`m/${version}`, { status: 'PendingManualApproval', properties: {} });
    await registered(this.ports as unknown as MemoryWorld, version);
  }

  release(version: number, failing: Failing = {}): Promise<Execution> {
    return this.time.until(this.start(version, failing));
  }

  /** Releases that are started at the same moment. */
  together(versions: readonly number[]): Promise<Execution[]> {
    return this.time.until(Promise.all(versions.map((version) => this.start(version, {}))));
  }

  /** A page alarm has fired. The execution goes on until nobody is to be told any more; time has to pass for that. */
  incident(name: string, failing: Failing = {}): Promise<Execution> {
    const input = {
      kind: 'endpointErrors',
      severity: 'page',
      alarm: 'shop-churn-endpoint-errors',
      runbook: 'https://runbooks.example.com/errors',
      text: 'more than 1 % of requests fail',
      at: new Date(Date.now()).toISOString(),
      group: null,
    };
    return this.execute(this.controller.incidents, name, input, failing);
  }

  /**
   * Step Functions tells how an execution has ended; where the rule of the template takes that, the controller is started.
   * @returns undefined where the rule takes it not
   */
  async told(name: string, status: string, failing: Failing = {}): Promise<Execution | undefined> {
    const event = {
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { stateMachineArn: 'releasecontroller', name, executionArn: `arn:${name}`, status },
    };
    const input = inputOf(this.controller.stopped, event);
    if (input === undefined) return undefined;
    this.events += 1;
    return this.time.until(this.execute(this.controller.definition, `event-${this.events}`, input, failing));
  }

  private async start(version: number, failing: Failing): Promise<Execution> {
    const input = { version, requestedBy: 'tests' };
    return this.execute(this.controller.definition, `release-${version}`, input, failing);
  }

  private async execute(definition: Machine, name: string, input: Json, failing: Failing): Promise<Execution> {
    const failures = { ...failing.states };
    this.account.running.set(name, 'RUNNING');
    this.account.endpoints.silentRollbacks = failing.silentRollbacks ?? 0;
    for (const [operation, times] of Object.entries(failing.operations ?? {})) this.account.fail({ operation, times });
    const execution = await runMachine(
      definition,
      { name, input },
      async (input, state, stop) => {
        failing.onState?.(state);
        if (state === failing.stopAt?.state) {
          if (failing.stopAt.done) await this.handler(input).catch(() => undefined);
          stop();
          throw new Error('the execution is over');
        }
        const left = failures[state] ?? 0;
        if (left > 0) {
          failures[state] = left - 1;
          throw Object.assign(new Error(`${state} was made to fail`), { name: 'Injected' });
        }
        return this.handler(input);
      },
      this.time,
    );
    const isStopped = execution.end === failing.stopAt?.state;
    this.account.running.set(name, isStopped ? 'ABORTED' : execution.succeeded ? 'SUCCEEDED' : 'FAILED');
    return execution;
  }

  /** An account whose first version serves, and whose second one is registered. */
  static async withChampion(controller: Controller, answers?: Answers): Promise<ReleaseWorld> {
    const world = new ReleaseWorld(controller, answers);
    await world.register(1);
    const first = await world.release(1);
    if (!first.succeeded) throw new Error(`the first release ended at ${first.end}: ${JSON.stringify(first.output)}`);
    await world.register(2);
    return world;
  }

  /** What is so: who serves, who is said to serve, who holds the lock, and whether the chain of records holds. */
  async state() {
    this.account.heal();
    const { live, mirrored, status } = await this.ports.serving.read();
    const { aliases, versions } = await readRegistry(this.ports);
    const lock = (await this.ports.state.read('release-lock/churn'))?.value as { run: string | null } | undefined;
    return {
      status,
      live,
      mirrored,
      aliases,
      challengerState: versions['2']?.state ?? null,
      lockedBy: lock?.run ?? null,
      chainHolds: verifyChain(await this.ports.ledger.read(1)).ok,
    };
  }
}
