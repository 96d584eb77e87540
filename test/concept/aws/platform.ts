import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parsePlatformOrThrow } from '../../../src/definition/parse';
import type { Json } from '../../../src/kernel/json';
import { trainCommand } from '../../../src/local/engine/commands';
import { processParts } from '../../../src/local/engine/process-parts';
import { FileArtifactStore } from '../../../src/runtime/adapters/local/file-artifact-store';
import { type Execution, type Machine, runMachine } from '../../aws/execution/run-machine';
import type { VirtualTime } from '../../aws/execution/virtual-time';
import { END, EXAMPLE, START } from '../definition';
import { recordedEvents } from '../world/events';
import { LiveRequests } from '../world/live-requests';
import { ConceptAccount, executionArn, imageOf, type Started } from './account';
import { type AlarmChange, Alarms } from './alarms';
import { Athena } from './athena';
import { type Call, callsOnAlarm, Schedules } from './events';
import { GlueTables } from './glue-tables';
import { Jobs } from './jobs';
import { LiveEndpoint } from './live-endpoint';
import { Metrics } from './metrics';
import { ModelServers } from './model-servers';
import { SmokeEndpoints } from './smoke-endpoints';
import { DeployedTemplate, type HandlerFunction } from './template';
import { WorldTime } from './time';
import type { Trino } from './trino';

const ENVIRONMENT = 'staging';
/** After so many ms a call is made again that has found an endpoint changing. */
const POLL_MS = 30_000;

/** What is taken away or altered, to see that the suite finds it. */
export interface Sabotage {
  readonly template?: (template: DeployedTemplate) => void;
  readonly isCaptured?: (at: number) => boolean;
}

/** An execution that has ended, or goes on. */
export interface Run extends Started {
  readonly taken: string[];
  ended: Execution | null;
}

/** The platform of a template in an account: its schedules, alarms, rules, state machines and handlers, in virtual time. */
export class AwsPlatform {
  readonly account = new ConceptAccount();
  readonly time = new WorldTime(Date.parse(START));
  readonly metrics = new Metrics(this.account.figures.requests);
  readonly begun: { readonly name: string; readonly at: number }[] = [];
  readonly runs: Run[] = [];
  athena!: Athena;
  live!: LiveEndpoint;
  private alarms!: Alarms;
  private jobs!: Jobs;
  private schedules!: Schedules;
  private servers!: ModelServers;
  private functions!: ReadonlyMap<string, HandlerFunction>;
  private machines!: ReadonlyMap<string, Machine>;
  private now = Date.parse(START);
  private events = 0;
  private pending: Call[] = [];
  private readonly environment = { ...process.env };
  private readonly folder = mkdtempSync(join(tmpdir(), 'mlp-concept-aws-'));

  private constructor(private readonly template: DeployedTemplate) {}

  static async open(raw: unknown, trino: Trino, sabotage: Sabotage = {}): Promise<AwsPlatform> {
    const template = await DeployedTemplate.of(raw, ENVIRONMENT);
    sabotage.template?.(template);
    const platform = new AwsPlatform(template);
    const model = parsePlatformOrThrow(raw).models['demand']!;
    const { account, time } = platform;
    platform.functions = template.functions();
    platform.machines = template.machines();
    const events = recordedEvents(model);
    const bucket = platform.variable('MLP_ARTIFACTS');
    // The engine and what it is told first are older than the account's time.
    const rows = events
      .filter(({ at }) => at < Date.parse(END))
      .map(({ arrivesAt, row }) => ({ arrivesAt, values: row }));
    const tables = await GlueTables.create(trino, template.all('AWS::Glue::Table'), account.objects, bucket, rows);
    platform.athena = new Athena(trino, tables, account.objects, bucket);
    const parts = processParts('demand', model, new FileArtifactStore(platform.folder), {
      baseDir: EXAMPLE,
      workDir: platform.folder,
      asFastAsItCan: true,
      onLine: () => undefined,
    });
    const { endpoints, objects, figures } = account;
    const servers = new ModelServers(objects, (name) => endpoints.archives.get(name), parts.start);
    platform.servers = servers;
    platform.jobs = new Jobs(objects, servers, trainCommand('demand', model));
    const endpoint = platform.variable('MLP_ENDPOINT');
    const requests = new LiveRequests(events, parts.loadPerMinute);
    const isCaptured = sabotage.isCaptured ?? (() => true);
    platform.live = new LiveEndpoint(
      endpoint,
      model,
      endpoints,
      servers,
      objects,
      figures.requests,
      requests,
      isCaptured,
    );
    platform.alarms = new Alarms(template, platform.metrics);
    platform.schedules = new Schedules(template);
    account.install();
    const smoke = new SmokeEndpoints(endpoint, endpoints, servers);
    account.serve('SageMaker', smoke.sagemaker());
    account.serve('SageMakerRuntime', smoke.runtime());
    account.serve('Athena', platform.athena.operations());
    account.serve('CloudWatch', platform.alarms.operations());
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    jest.spyOn(console, 'log').mockImplementation((line) => platform.metrics.log(line));
    time.install();
    return platform;
  }

  /** A person or the delivery starts a run of the pipeline, as `aws stepfunctions start-execution` does. */
  async train(name: string, input: Json): Promise<void> {
    const [machine] = [...this.machines.keys()].filter((arn) => arn.endsWith('-pipeline'));
    this.account.executions.set(executionArn(machine!, name), 'RUNNING');
    this.account.asked.push({ machine: machine!, name, input });
    await this.settle();
  }

  /** Lets time pass up to and with an instant, milliseconds since the epoch. */
  async advanceTo(end: number): Promise<void> {
    for (;;) {
      const due = this.schedules.next(this.now);
      const at = Math.min(end, due.at, this.time.next());
      await this.time.during(() => this.live.pass(this.now, at));
      this.time.moveTo(at);
      this.now = at;
      await this.time.settle();
      if (due.at === at) for (const call of due.calls) await this.call(call);
      await this.settle();
      if (at >= end) return;
    }
  }

  async close(): Promise<void> {
    await this.servers.close();
    this.time.restore();
    jest.restoreAllMocks();
    process.env = this.environment;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A variable of the handlers that have it. */
  variable(name: string): string {
    const values = [...this.functions.values()].map(({ environment }) => environment[name] ?? '');
    return values.find((value) => value !== '')!;
  }

  /** What alarms and handlers have asked for is done, until all waits for a later instant. */
  private async settle(): Promise<void> {
    for (;;) {
      await this.judge();
      const calls = this.pending.splice(0);
      for (const call of calls) await this.call(call);
      const started = this.account.asked.splice(0);
      for (const one of started) this.begin(one);
      await this.time.settle();
      await this.judge();
      if (this.pending.length === 0 && this.account.asked.length === 0) return;
    }
  }

  private async judge(): Promise<void> {
    for (const change of this.alarms.evaluate(this.now)) await this.changed(change);
  }

  /** Of those that a rule calls, state machines begin at once and handlers take their turn: as on one machine. */
  private async changed(change: AlarmChange): Promise<void> {
    if (change.state === 'ALARM' && !change.isGroup) this.begun.push({ name: change.name, at: this.now });
    this.events += 1;
    const id = `event-${this.events}`;
    for (const { arn, input } of callsOnAlarm(this.template, change, id, this.now)) {
      if (!this.machines.has(arn)) {
        this.pending.push({ arn, input });
        continue;
      }
      this.begin({ machine: arn, name: `${id}-${change.name}`, input });
      await this.time.settle();
    }
  }

  private async call({ arn, input }: Call): Promise<unknown> {
    const answer = await this.time.during(() => this.handler(arn)(input));
    await this.judge();
    return answer;
  }

  private begin(started: Started): void {
    const { machine, name, input } = started;
    const definition = this.machines.get(machine);
    if (definition === undefined) throw new RangeError(`there is no state machine ${machine}`);
    const run: Run = { ...started, taken: [], ended: null };
    this.runs.push(run);
    const handle = async (event: unknown, state: string): Promise<unknown> => {
      const answer = await this.task(String(definition.States[state]!['Resource']), event);
      run.taken.push(state);
      return answer;
    };
    void runMachine(definition, { name, input }, handle, this.stateTime()).then((execution) => {
      run.ended = execution;
      this.account.executions.set(executionArn(machine, name), execution.succeeded ? 'SUCCEEDED' : 'FAILED');
    });
  }

  /** What runMachine asks of its time. */
  private stateTime(): VirtualTime {
    return { call: <T>(run: () => Promise<T>) => this.time.during(run) } as unknown as VirtualTime;
  }

  private async task(resource: string, input: unknown): Promise<unknown> {
    if (resource.includes(':lambda:')) {
      const answered = this.handler(resource)(input);
      // How long a candidate's own endpoint takes to come is no matter of the platform, as little as how long a job takes.
      if ((input as { readonly collect?: string }).collect === 'smoke')
        answered.catch(() => this.time.skipNext(POLL_MS));
      return answered;
    }
    switch (resource.split(':').at(-1)) {
      case 'getParameter':
        return { Parameter: { Value: imageOf((input as { readonly Name: string }).Name) } };
      case 'createTrainingJob.sync':
        return this.jobs.train(input as never);
      case 'createModel':
        return this.account.endpoints.operations().CreateModel(input as never);
      case 'createTransformJob.sync':
        return this.jobs.transform(input as never);
    }
    throw new RangeError(`nothing stands behind ${resource}`);
  }

  /** The bundle that Lambda gets, in the environment that the template gives it. */
  private handler(arn: string): (input: unknown) => Promise<unknown> {
    const found = this.functions.get(arn);
    if (found === undefined) throw new RangeError(`there is no function ${arn}`);
    const path = join(__dirname, '../../../assets/aws', found.role, 'index.js');
    const { handler } = require(path) as { readonly handler: (input: unknown) => Promise<unknown> };
    return (input) => {
      // Read in the handler's first lines, before it waits for anything.
      process.env = { ...this.environment, ...found.environment };
      return handler(input);
    };
  }
}
