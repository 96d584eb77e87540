import type { DuckDbSqlEngine } from '../../../src/runtime/adapters/local/duckdb-sql-engine';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import { readRegistry, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import type { ExperimentRecord } from '../../../src/runtime/usecases/experiment-record';
import { readJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../../src/runtime/usecases/keys';
import { ArrivedData } from '../../aws/execution/arrived-data';
import { emptyEngine } from '../../runtime/sql/support/engine';
import type { Engine } from './engine';
import type { Execution } from './executions';
import type { Handle } from './handler-instance';
import { Jobs } from './jobs';
import type { Deployed, Role } from './template';
import { HEALTHY } from './traffic';
import type { VirtualTime } from './virtual-time';
import { type Ended, type Failing, World } from './world';

const ROWS = 2000;
const HOUR_MS = 3_600_000;
const COLUMNS = 'id VARCHAR, "at" TIMESTAMP, bikers BIGINT, temp DOUBLE, weather VARCHAR';

/**
 * A project in which the pipeline is executed. SQL is DuckDB's, in the place of BigQuery: the data check alone runs from the
 * sources for that.
 */
export class PipelineWorld extends World {
  readonly jobs = new Jobs(this.account.buckets, () => this.time.now());
  /** How long a candidate takes to answer on an endpoint of its own, ms. */
  answerMs = 40;
  /** Whether releases that are asked for are executed too. */
  releases = true;
  private readonly sql: DuckDbSqlEngine;

  private constructor(
    deployed: Deployed,
    engine: Engine,
    private readonly database: DuckDbSqlEngine,
  ) {
    super(deployed, engine, HEALTHY);
    this.sql = counted(database, this.time);
    const { account } = this;
    account.endpoints.predict = (_model, instances) => instances.map(({ temp }) => ({ prediction: Number(temp) * 10 }));
    const { fetch } = account;
    const slow: typeof fetch = async (url, request) => {
      if (url.endsWith(':predict')) await this.time.sleep(this.answerMs);
      return fetch(url, request);
    };
    Object.assign(account, { fetch: slow });
    for (const kind of ['customJobs', 'batchPredictionJobs']) {
      this.account.collections[kind] = (call) => this.jobs.operation(call);
    }
  }

  /** @param rows hours whose data have arrived */
  static async arrived(deployed: Deployed, engine: Engine, rows = ROWS): Promise<PipelineWorld> {
    const database = await emptyEngine();
    const world = new PipelineWorld(deployed, engine, database);
    await database.query(`CREATE TABLE hourly (${COLUMNS})`);
    const now = world.time.now();
    await database.append(
      'hourly',
      Array.from({ length: rows }, (_, row) => {
        const temp = (row * 37) % 30;
        const bikers = temp * 10 + ((row * 7919) % 31);
        return [`h${row}`, new Date(now - (48 + rows - row) * HOUR_MS), bikers, temp, row % 3 === 0 ? 'rain' : 'clear'];
      }),
    );
    await world.host.start();
    return world;
  }

  /** A project whose first version was trained, released, and serves. */
  static async served(deployed: Deployed, engine: Engine): Promise<PipelineWorld> {
    const world = await PipelineWorld.arrived(deployed, engine);
    const first = await world.train('run-1');
    if (first.end !== 'registered') throw new Error(`the first run: ${first.error} ${JSON.stringify(first.reason)}`);
    const released = await world.last();
    if (released.end !== 'released') throw new Error(`the first release: ${JSON.stringify(released.reason)}`);
    world.releases = false;
    world.account.published.length = 0;
    world.account.calls.length = 0;
    world.host.path.length = 0;
    return world;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.database.close();
  }

  /** @returns how the run ended; of a release that it asks for, see `last` */
  train(name: string, { steps = [], operations = [] }: Failing = {}): Promise<Ended> {
    const input = { startedBy: 'ann@example.com', cause: 'manual', commit: 'abc' };
    return this.time.until(
      (async () => {
        await this.ports.workflows.start('pipeline', name, input);
        const execution = this.account.executions.all.at(-1)!;
        for (const fault of steps) this.host.fail(fault);
        for (const fault of operations) this.account.fail(fault);
        return this.outcomes.get(execution.name)!;
      })(),
    );
  }

  protected override run(execution: Execution): void {
    const isRelease = execution.name.startsWith(this.deployed.workflows.release.name);
    if (this.releases || !isRelease) super.run(execution);
  }

  protected override async handler(role: Role): Promise<Handle> {
    const bundle = await super.handler(role);
    const bucket = this.deployed.environments.pipeline['MLP_ARTIFACTS']!;
    const data = new ArrivedData(this.sql, 'hourly', this.account.buckets as never, bucket);
    const ports = { ...this.ports, sql: this.sql, dialect: duckdb, data };
    return async (request, response) => {
      if ((request.body as { readonly use?: string }).use !== 'checkData') return bundle(request, response);
      const checked = USE_CASE_FUNCTIONS.checkData(request.body as never, ports).then(
        (answer) => [200, answer] as const,
        (error: Error) => [500, { error: { message: error.message } }] as const,
      );
      const [status, answer] = await checked;
      response.writeHead(status);
      response.end(JSON.stringify(answer));
    };
  }

  /** What a run has left of itself. */
  experiment(run: string): Promise<ExperimentRecord> {
    this.account.heal();
    const key = artifactKeys.experiment(run);
    return this.time.until(
      readJson(this.ports.artifacts, key, 'an experiment'),
    ) as Promise<unknown> as Promise<ExperimentRecord>;
  }

  /** What is so: versions with their state, records, and who was told what. */
  pipelineState() {
    this.account.heal();
    return this.time.until(
      (async () => {
        const { versions, aliases } = await readRegistry(this.ports);
        const records = (await this.ports.ledger.read(1)) as unknown as readonly {
          readonly action: string;
          readonly details: { readonly event?: string };
        }[];
        const release = this.deployed.workflows.release.name;
        return {
          versions: Object.fromEntries(Object.entries(versions).map(([version, { state }]) => [version, state])),
          champion: aliases.champion,
          last: records.at(-1),
          chainHolds: verifyChain(records as never).ok,
          told: this.account.published.map(({ kind }) => kind),
          releases: this.account.executions.all.filter(({ name }) => name.startsWith(`${release}/`)).length,
          catalogued: [...this.account.models.all.values()].flat().length,
          running: this.jobs.all.filter(({ state }) => state === 'JOB_STATE_RUNNING').length,
          jobs: this.jobs.all.length,
        };
      })(),
    );
  }
}

/** A database that computes on threads of its own: meanwhile no time passes. */
const counted = (database: DuckDbSqlEngine, time: VirtualTime): DuckDbSqlEngine =>
  new Proxy(database, {
    get: (target, name) => {
      const found = Reflect.get(target, name, target) as unknown;
      if (typeof found !== 'function') return found;
      return async (...args: unknown[]) => {
        time.began();
        try {
          return await (found as (...all: unknown[]) => unknown).apply(target, args);
        } finally {
          time.ended();
        }
      };
    },
  });
