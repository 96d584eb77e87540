import type { Json } from '../../../src/kernel/json';
import type { Engine, Outcome } from '../../google/execution/engine';
import type { Execution } from '../../google/execution/executions';
import type { Handle } from '../../google/execution/handler-instance';
import { Host } from '../../google/execution/host';
import { type Deployed, deployed, type Sabotage } from './deployed';
import type { Call } from './schedules';
import { calledBy, type DeployedWorkflow } from './template';

/** An execution of a workflow that has ended, or goes on. */
export interface Run {
  readonly kind: DeployedWorkflow['kind'];
  /** The name that it was started under. */
  readonly name: string;
  readonly taken: string[];
  ended: Outcome | null;
}

/** The platform of a template in a project: its schedules, policies, pushes, workflows and handlers, in virtual time. */
export class GooglePlatform {
  readonly begun: { readonly alarm: string; readonly at: number }[] = [];
  readonly runs: Run[] = [];
  private readonly host: Host;
  private pending: Call[] = [];

  private constructor(
    readonly parts: Deployed,
    private readonly engine: Engine,
  ) {
    const { time, account } = parts;
    this.host = new Host(time, account, async (role) => this.judged(await parts.handlers.of(role)));
    account.executions.onCreated = (execution) => void this.execute(execution);
  }

  static async open(raw: unknown, engine: Engine, sabotage?: Sabotage): Promise<GooglePlatform> {
    const platform = new GooglePlatform(await deployed(raw, sabotage), engine);
    await platform.host.start();
    return platform;
  }

  /** A person or the delivery starts a run of the pipeline. */
  async train(name: string, input: Json): Promise<void> {
    const { time, handlers } = this.parts;
    await time.until(handlers.ports('pipeline').workflows.start('pipeline', name, input));
    await time.until(this.settled());
  }

  /** Lets time pass up to and with an instant, milliseconds since the epoch. */
  async advanceTo(end: number): Promise<void> {
    const { time, schedules } = this.parts;
    const live = async (): Promise<void> => {
      for (;;) {
        const due = schedules.next(time.now());
        const at = Math.min(end, due.at);
        await time.sleep(at - time.now());
        await this.settled();
        for (const call of due.at === at ? due.calls : []) {
          await this.call(call);
          await this.pushed(({ path }) => path === '/incidents');
        }
        await this.settled();
        if (at >= end) return;
      }
    };
    await time.until(live());
  }

  async close(): Promise<void> {
    await this.host.stop();
    await this.parts.close();
  }

  /** What alerts have asked for is done, and executions have come to where they wait for a later instant. */
  private async settled(): Promise<void> {
    const { time } = this.parts;
    for (;;) {
      await this.judge();
      await this.pushed(() => true);
      // A timer of now fires when nothing goes on that was asked for before.
      await time.sleep(0);
      await this.judge();
      if (this.pending.length === 0) return;
    }
  }

  /**
   * What alerts have asked for by now is delivered. Of what is so at one instant Google promises no order: here incidents come
   * first, and what else alerts set off after the schedules, as on one machine.
   */
  private async pushed(isNow: (call: Call) => boolean): Promise<void> {
    const calls = this.pending.filter(isNow);
    this.pending = this.pending.filter((call) => !calls.includes(call));
    for (const call of calls) {
      await this.call(call);
      await this.incidentsRecorded();
    }
  }

  /** Each incident that has begun has its record. */
  private async incidentsRecorded(): Promise<void> {
    const begins = ({ kind, taken, ended }: Run): boolean =>
      kind === 'incident' && taken.length === 0 && ended === null;
    while (this.runs.some(begins)) await this.parts.time.sleep(0);
  }

  private async judge(): Promise<void> {
    const { gate, time, policies, pushes, account } = this.parts;
    await gate.passed();
    for (const change of policies.evaluate(time.now())) {
      if (change.open) this.begun.push({ alarm: change.policy.alarm, at: change.at });
      this.pending.push(...pushes.on(change));
    }
    account.monitoring.firing = policies.aborting();
  }

  private async call({ role, path, body, headers }: Call): Promise<void> {
    const handle = this.judged(await this.parts.handlers.of(role));
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      let code = 0;
      const response = {
        writeHead: (given: number) => {
          code = given;
        },
        end: (said: string) => resolve({ status: code, text: said }),
      };
      handle({ url: path, method: 'POST', headers, body } as never, response as never).catch(reject);
    });
    if (status !== 200) throw new Error(`${role}${path}: ${status} ${text}`);
    await this.judge();
  }

  /** Policies are judged on what a handler has written before it is known to have answered. */
  private judged(handle: Handle): Handle {
    return (request, response) =>
      new Promise((resolve, reject) => {
        let status = 0;
        const own = {
          writeHead: (code: number) => {
            status = code;
          },
          end: (text: string) => {
            if (status === 200 && request.url === '/') this.took(request.body as never);
            this.judge().then(() => {
              response.writeHead(status);
              response.end(text);
              resolve();
            }, reject);
          },
        };
        handle(request, own as never).catch(reject);
      });
  }

  private took({ run, step }: { readonly run: string; readonly step: string }): void {
    this.runs.find(({ name }) => name === run)?.taken.push(step);
  }

  private async execute(execution: Execution): Promise<void> {
    const { time, workflows } = this.parts;
    const workflow = workflows.find(({ name }) => execution.name.startsWith(`${name}/`))!;
    const argument = JSON.parse(execution.argument) as { readonly run?: string };
    const run: Run = { kind: workflow.kind, name: argument.run ?? execution.name, taken: [], ended: null };
    this.runs.push(run);
    time.began();
    run.ended = await this.engine.execute({
      source: workflow.source,
      argument,
      environment: {
        GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: execution.name.split('/').at(-1)!,
        ...Object.fromEntries(Object.entries(workflow.environment).map(([name, value]) => [name, this.local(value)])),
      },
      clock: `${this.host.address}/clock`,
    });
    execution.state = run.ended.succeeded ? 'SUCCEEDED' : 'FAILED';
    time.ended();
  }

  /** The address at which something is reached here. */
  private local(address: string): string {
    if (/-aiplatform\.googleapis\.com\/v1$/.test(address)) return `${this.host.address}/vertex`;
    const { role, path } = calledBy(address);
    return `${this.host.address}/handlers/${role}${path === '/' ? '' : path}`;
  }
}
