import { join } from 'node:path';
import type { Json } from '../../../src/kernel/json';
import { type Execution, type Machine, runMachine } from '../../aws/execution/run-machine';
import type { VirtualTime } from '../../aws/execution/virtual-time';
import { START } from '../definition';
import { executionArn, imageOf, type Started } from './account';
import type { AlarmChange } from './alarms';
import { type Deployed, deployed, type Sabotage, variableOf } from './deployed';
import { type Call, callsOnAlarm } from './events';
import { WorldTime } from './time';
import type { Trino } from './trino';

/** After so many ms a call is made again that has found an endpoint changing. */
const POLL_MS = 30_000;

/** An execution that has ended, or goes on. */
export interface Run extends Started {
  readonly taken: string[];
  ended: Execution | null;
}

/** The platform of a template in an account: its schedules, alarms, rules, state machines and handlers, in virtual time. */
export class AwsPlatform {
  readonly time = new WorldTime(Date.parse(START));
  readonly begun: { readonly name: string; readonly at: number }[] = [];
  readonly runs: Run[] = [];
  private readonly machines: ReadonlyMap<string, Machine>;
  private readonly environment = { ...process.env };
  private now = Date.parse(START);
  private events = 0;
  private pending: Call[] = [];

  private constructor(private readonly parts: Deployed) {
    this.machines = parts.template.machines();
  }

  static async open(raw: unknown, trino: Trino, sabotage?: Sabotage): Promise<AwsPlatform> {
    const platform = new AwsPlatform(await deployed(raw, trino, sabotage));
    // Retries are jittered.
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    // The engine and what it was told are older than the account's time.
    platform.time.install();
    return platform;
  }

  /** A person or the delivery starts a run of the pipeline, as `aws stepfunctions start-execution` does. */
  async train(name: string, input: Json): Promise<void> {
    const [machine] = [...this.machines.keys()].filter((arn) => arn.endsWith('-pipeline'));
    this.parts.account.executions.set(executionArn(machine!, name), 'RUNNING');
    this.parts.account.asked.push({ machine: machine!, name, input });
    await this.settle();
  }

  /** Lets time pass up to and with an instant, milliseconds since the epoch. */
  async advanceTo(end: number): Promise<void> {
    for (;;) {
      const due = this.parts.schedules.next(this.now);
      const at = Math.min(end, due.at, this.time.next());
      await this.time.during(() => this.parts.live.pass(this.now, at));
      this.time.moveTo(at);
      this.now = at;
      await this.time.settle();
      if (due.at === at) for (const call of due.calls) await this.call(call);
      await this.settle();
      if (at >= end) return;
    }
  }

  async close(): Promise<void> {
    await this.parts.close();
    this.time.restore();
    jest.restoreAllMocks();
    process.env = this.environment;
  }

  /** A variable of the handlers that have it; empty where none has it. */
  variable(name: string): string {
    return variableOf(this.parts.functions, name);
  }

  /** What alarms and handlers have asked for is done, until all waits for a later instant. */
  private async settle(): Promise<void> {
    for (;;) {
      await this.judge();
      const calls = this.pending.splice(0);
      for (const call of calls) await this.call(call);
      const started = this.parts.account.asked.splice(0);
      for (const one of started) this.begin(one);
      await this.time.settle();
      await this.judge();
      if (this.pending.length === 0 && this.parts.account.asked.length === 0) return;
    }
  }

  private async judge(): Promise<void> {
    for (const change of this.parts.alarms.evaluate(this.now)) await this.changed(change);
  }

  /** Of those that a rule calls, state machines begin at once and handlers take their turn: as on one machine. */
  private async changed(change: AlarmChange): Promise<void> {
    if (change.begins && !change.isGroup) this.begun.push({ name: change.name, at: this.now });
    this.events += 1;
    const id = `event-${this.events}`;
    for (const { arn, input } of callsOnAlarm(this.parts.template, change, id, this.now)) {
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
      this.parts.account.executions.set(executionArn(machine, name), execution.succeeded ? 'SUCCEEDED' : 'FAILED');
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
        return this.parts.jobs.train(input as never);
      case 'createModel':
        return this.parts.account.endpoints.operations().CreateModel(input as never);
      case 'deleteModel':
        return this.parts.account.endpoints.operations().DeleteModel(input as never);
      case 'createTransformJob.sync':
        return this.parts.jobs.transform(input as never);
    }
    throw new RangeError(`nothing stands behind ${resource}`);
  }

  /** The bundle that Lambda gets, in the environment that the template gives it. */
  private handler(arn: string): (input: unknown) => Promise<unknown> {
    const found = this.parts.functions.get(arn);
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
