import { join } from 'node:path';
import { CanaryEndpoint, EvalGatePipeline, ModelRegistry, Notifications } from '../../../src/aws';
import { awsEnvSchema } from '../../../src/contract/aws';
import type { TaskEvent } from '../../../src/contract/events';
import { incidentsSchema } from '../../../src/definition/incidents';
import type { Json } from '../../../src/kernel/json';
import { planIncidents } from '../../../src/plan/incidents';
import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { handleTask } from '../../../src/runtime/entrypoints/aws/handle-task';
import { awsPorts } from '../../../src/runtime/entrypoints/aws/ports';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import type { Ports } from '../../../src/runtime/usecases';
import { CAPTURE_COLUMNS, readRegistry } from '../../../src/runtime/usecases';
import { applyToRegistry } from '../../../src/runtime/usecases/registry-document';
import { RELEASE_POLICY } from '../../../src/runtime/usecases/release-policy';
import { readVersion } from '../../../src/runtime/usecases/version-record';
import { emptyEngine } from '../../runtime/sql/support/engine';
import { data, evaluation, release, serving, training } from '../support/definition';
import { asText, definitionsOf, newStack, type Resource, registryIn, templateOf } from '../support/stacks';
import { Account } from './account';
import { ArrivedData } from './arrived-data';
import { HANDLER } from './endpoints';
import { type EventRule, eventRule, inputOf } from './event-rule';
import { ManagedJobs, type Trained } from './managed-jobs';
import { HEALTHY } from './release-world';
import { type Execution, executionArn, type Machine, runMachine } from './run-machine';
import { VirtualTime } from './virtual-time';

export interface PipelineController {
  /** The rules by which approvals come, and runs that were stopped. */
  readonly approvals: EventRule;
  readonly stopped: EventRule;
  readonly definition: Machine;
  readonly environment: Readonly<Record<string, string>>;
}

const CONTACTS = [{ kind: 'email', address: 'ml@example.com', severities: ['page', 'ticket', 'info'] }];

/** The pipeline of a template in which it hands its versions to an endpoint. */
export function pipelineController(
  changes: { readonly evaluation?: object; readonly governance?: object } = {},
): PipelineController {
  const stack = newStack();
  const { governance } = changes;
  const registry = governance
    ? new ModelRegistry(stack, 'Registry', { model: 'churn', governance })
    : registryIn(stack);
  const notifications = new Notifications(stack, 'Incidents', {
    incidents: planIncidents(incidentsSchema.parse({ contacts: CONTACTS })),
  });
  const model = { model: 'churn', task: 'binaryClassification', registry, notifications } as const;
  const pipeline = new EvalGatePipeline(stack, 'Pipeline', {
    ...model,
    data,
    training,
    evaluation: { ...evaluation, ...changes.evaluation },
  });
  pipeline.releaseTo(new CanaryEndpoint(stack, 'Endpoint', { ...model, serving, release }));
  const template = templateOf(stack);
  const handlers = Object.entries(template.findResources('AWS::Lambda::Function')) as [string, Resource][];
  const [, handler] = handlers.find(([id]) => id.startsWith('Pipeline'))!;
  const { Variables } = handler.Properties!['Environment'] as { Variables: Record<string, unknown> };
  return {
    approvals: eventRule(template, 'Approval of versions of churn'),
    stopped: eventRule(template, 'Runs of churn that were stopped are recorded, and leave no endpoint'),
    definition: definitionsOf(template)['shop-churn-pipeline'] as unknown as Machine,
    environment: {
      ...Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, asText(value)])),
      AWS_REGION: 'eu-central-1',
      AWS_LAMBDA_FUNCTION_NAME: HANDLER.split('/').at(-1)!,
    },
  };
}

/** As Step Functions names what its calls of SageMaker come to: its own integration, and that of the SDK. */
const errorOf = (resource: string): string =>
  resource.includes(':aws-sdk:sagemaker:')
    ? 'SageMaker.SageMakerException'
    : resource.includes(':sagemaker:')
      ? 'SageMaker.AmazonSageMakerException'
      : 'Injected';

const NOW = Date.UTC(2026, 0, 1);
const CUSTOMERS = 2000;
const HOUR = 3_600_000;

/**
 * An account in which the pipeline is executed: the state machine out of the template, on the bundled handler. SQL is
 * DuckDB's, in the place of Athena: the data check alone runs from the sources for that.
 */
export class PipelineWorld {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly jobs: ManagedJobs;
  readonly ports: Ports;
  /** What the next training comes to. */
  trained: Trained = { threshold: 30, noise: 0, metrics: { loss: 0.1 } };
  private events = 0;
  private readonly before = { ...process.env };
  private readonly bundle: (event: unknown) => Promise<unknown>;
  private readonly checks: (event: unknown) => Promise<unknown>;

  private constructor(
    private readonly controller: PipelineController,
    private readonly engine: DuckDbSqlEngine,
  ) {
    const { environment } = controller;
    this.time = new VirtualTime(NOW, () => undefined);
    this.account = new Account({ perMinute: 1, answer: HEALTHY }, () => Date.now());
    this.jobs = new ManagedJobs(this.account, () => this.trained);
    this.time.install();
    this.account.install();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    jest.spyOn(performance, 'now').mockImplementation(() => this.account.smoke.clockMs);
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    Object.assign(process.env, environment);
    this.bundle = require(join(__dirname, '..', '..', '..', 'assets', 'aws', 'pipeline', 'index.js')).handler;
    const bucket = environment['MLP_ARTIFACTS']!.split('/')[0]!;
    this.ports = awsPorts(awsEnvSchema.parse(environment), { arguments: {} } as TaskEvent);
    const data = new ArrivedData(engine, 'customers', this.account.objects, bucket);
    this.checks = handleTask(['checkData'], () => ({ ...this.ports, sql: engine, dialect: duckdb, data }));
  }

  /** @param rows customers whose data have arrived, one an hour up to now */
  static async open(controller: PipelineController, rows = CUSTOMERS): Promise<PipelineWorld> {
    const engine = await emptyEngine();
    await engine.query(
      'CREATE TABLE customers (customer VARCHAR, seen TIMESTAMP, churned VARCHAR, tenure BIGINT, plan VARCHAR)',
    );
    await engine.append(
      'customers',
      Array.from({ length: rows }, (_, row) => {
        const tenure = (row * 37) % 100;
        // A tenth of the customers do what nobody would expect.
        const leaves = tenure <= 30 !== (row * 7919) % 10 < 1;
        const seen = new Date(NOW - 2 * 24 * HOUR - (rows - row) * HOUR);
        return [`c${row}`, seen, leaves ? 'yes' : 'no', tenure, row % 3 === 0 ? 'pro' : 'basic'];
      }),
    );
    return new PipelineWorld(controller, engine);
  }

  async close(): Promise<void> {
    this.time.restore();
    jest.restoreAllMocks();
    process.env = this.before;
    await this.engine.close();
  }

  /**
   * @param failing states whose task fails, by how often
   * @param lost the task is done, and its answer is lost; it is not done otherwise
   * @param stopAt the task at which a person stops the run, once it is done
   */
  run(name: string, failing: Readonly<Record<string, number>> = {}, lost = false, stopAt?: string): Promise<Execution> {
    const left = { ...failing };
    const perform = (event: unknown, resource: string): Promise<unknown> => {
      if (!resource.includes(':lambda:')) return this.jobs.run(resource, event as never);
      const isCheck = (event as { readonly use?: string }).use === 'checkData';
      return isCheck ? this.checks(event) : this.bundle(event);
    };
    const { States } = this.controller.definition;
    const input = { startedBy: 'ann@example.com', cause: 'manual', commit: 'abc' };
    return this.time.until(
      runMachine(
        this.controller.definition,
        { name, input },
        async (event, state, stop) => {
          const resource = String(States[state]!['Resource']);
          if (state === stopAt) {
            await perform(event, resource).catch(() => undefined);
            stop();
            throw new Error('the execution is over');
          }
          const times = left[state] ?? 0;
          if (times > 0) {
            if (lost) await perform(event, resource);
            left[state] = times - 1;
            throw Object.assign(new Error(`${state} was made to fail`), { name: errorOf(resource) });
          }
          return perform(event, resource);
        },
        this.time,
      ),
    );
  }

  /**
   * Somebody sets the approval status of a version in SageMaker's console; the rule of the template tells the handler.
   * @param times how often the event comes
   * @returns what the handler has answered, last
   */
  async decide(version: number, status: string, session: string, times = 1): Promise<unknown> {
    const [arn, found] = [...this.account.endpoints.packages].find(
      ([, one]) => one.properties['version'] === `${version}`,
    )!;
    found.status = status;
    found.by = `arn:aws:sts::111111111111:assumed-role/Sso/${session}`;
    let answer: unknown;
    for (let time = 0; time < times; time++) answer = await this.tell(arn, status);
    return answer;
  }

  /** An event of SageMaker about a model package. */
  async tell(arn: string, status: string): Promise<unknown> {
    return this.handle(this.controller.approvals, {
      source: 'aws.sagemaker',
      'detail-type': 'SageMaker Model Package State Change',
      detail: {
        ModelPackageGroupName: this.controller.environment['MLP_MODEL_GROUP']!,
        ModelPackageArn: arn,
        ModelApprovalStatus: status,
      },
    });
  }

  /** Step Functions tells how a run has ended. */
  async told(name: string, status: string): Promise<unknown> {
    const detail = { stateMachineArn: '', name, executionArn: executionArn(name), status };
    const event = { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', detail };
    return this.handle(this.controller.stopped, event);
  }

  /** @returns what the handler answers; null where the rule does not take the event */
  private async handle(rule: EventRule, event: { readonly [key: string]: Json }): Promise<unknown> {
    this.events += 1;
    const input = inputOf(rule, { ...event, id: `event-${this.events}` });
    return input === undefined ? null : this.time.until(this.bundle(input));
  }

  /** A first version that serves, as a release leaves it. */
  async withChampion(): Promise<this> {
    const first = await this.run('run-1');
    if (first.end !== 'registered')
      throw new Error(`the first run ended at ${first.end}: ${first.failures.join('; ')}`);
    const record = await readVersion(this.ports.artifacts, '1');
    const { artifactDigest: observedDigest } = record;
    await applyToRegistry(
      this.ports,
      () => [{ kind: 'promote', id: 'promote:1', version: '1', by: 'release', observedDigest, replaces: null }],
      RELEASE_POLICY,
      { commit: record.commit, dataDigest: record.data.digest },
    );
    return this;
  }

  /**
   * A call of monitoring or of the retraining decision, from the sources: SQL is DuckDB's. Clients have asked the first version once
   * a minute up to now, each about another customer.
   */
  async watch(event: object, requests = CUSTOMERS): Promise<unknown> {
    const { key, eventTime, version, prediction } = CAPTURE_COLUMNS;
    await this.engine.query(
      `CREATE OR REPLACE TABLE captured AS SELECT customer AS ${key}, 1 AS ${version}, tenure / 100.0 AS ${prediction}, tenure, plan,
       TIMESTAMP '${new Date(Date.now()).toISOString().slice(0, 19)}' - INTERVAL (row_number() OVER (ORDER BY seen)) MINUTE AS ${eventTime}
       FROM customers QUALIFY row_number() OVER (ORDER BY seen) <= ${requests}`,
    );
    const bucket = this.controller.environment['MLP_ARTIFACTS']!.split('/')[0]!;
    const data = new ArrivedData(this.engine, 'customers', this.account.objects, bucket, 'captured');
    const uses = ['monitorDrift', 'monitorQuality', 'decideRetraining'] as const;
    return this.time.until(
      handleTask(uses, () => ({ ...this.ports, sql: this.engine, dialect: duckdb, data }))({ state: {}, ...event }),
    );
  }

  registry() {
    return readRegistry(this.ports);
  }

  /** What is so: versions with their state, records, and who was told what. */
  async state() {
    this.account.heal();
    const { versions, aliases } = await readRegistry(this.ports);
    const records = (await this.ports.ledger.read(1)) as unknown as readonly {
      readonly action: string;
      readonly details: object;
    }[];
    return {
      versions: Object.fromEntries(Object.entries(versions).map(([version, { state }]) => [version, state])),
      aliases,
      actions: records.map(({ action }) => action),
      last: records.at(-1) ?? null,
      chainHolds: verifyChain(records as never).ok,
      told: this.account.published.map(({ kind }) => kind),
      releases: this.account.started.map(({ input }) => input),
    };
  }
}
