import { type GoogleEnv, googleDataSchema, googleEnvSchema } from '../../../src/contract/google';
import { GcsBucket } from '../../../src/runtime/adapters/google/gcs-bucket';
import { GoogleApi } from '../../../src/runtime/adapters/google/google-api';
import { WorkflowsStarter } from '../../../src/runtime/adapters/google/workflows-starter';
import { googlePorts } from '../../../src/runtime/entrypoints/google/ports';
import { httpHandler } from '../../../src/runtime/entrypoints/google/serve';
import { alerts, tasks } from '../../../src/runtime/entrypoints/google/tasks';
import { duckdb } from '../../../src/runtime/sql/dialects/duckdb';
import type { Ports } from '../../../src/runtime/usecases';
import { type Account, TOKEN } from '../../google/execution/account';
import { type Handle, instanceOf } from '../../google/execution/handler-instance';
import type { VirtualTime } from '../../google/execution/virtual-time';
import type { Warehouse } from './warehouse';

export type Environment = Readonly<Record<string, string>>;

/** Use cases that ask BigQuery for more than captured answers, by role: these run from the sources, on DuckDB. */
const ON_WAREHOUSE: Readonly<Record<string, readonly string[]>> = {
  monitor: ['monitorDrift', 'monitorQuality'],
  pipeline: ['checkData'],
  retraining: ['decideRetraining'],
};

/** The handlers of a template's functions: the bundles, each in its environment; what asks BigQuery runs from the sources. */
export class Handlers {
  private readonly instances = new Map<string, Handle>();

  constructor(
    private readonly time: VirtualTime,
    private readonly account: Account,
    private readonly environments: ReadonlyMap<string, Environment>,
    private readonly warehouse: Warehouse,
  ) {}

  async of(role: string): Promise<Handle> {
    const known = this.instances.get(role);
    if (known !== undefined) return known;
    const environment = this.environments.get(role);
    if (environment === undefined) throw new RangeError(`there is no function of the role ${role}`);
    const { time, account } = this;
    const bundle = await instanceOf(role, { time, account, environment, log: () => undefined });
    const found = this.onWarehouse(role, environment, bundle);
    this.instances.set(role, found);
    return found;
  }

  /** The ports of a role as its entrypoint wires them, in the world's time, without a token of their own. */
  ports(role: string): Ports {
    const env = googleEnvSchema.parse(this.environments.get(role));
    const data = env.MLP_DATA === '' ? null : googleDataSchema.parse(JSON.parse(env.MLP_DATA));
    const clock = { now: () => Math.floor(this.time.now() / 1000) };
    const api = this.api(env);
    const workflows = new WorkflowsStarter(api, new GcsBucket(api, env.MLP_STATE), env.MLP_MODEL, clock);
    return { ...googlePorts(env, data, api), clock, workflows };
  }

  private onWarehouse(role: string, environment: Environment, bundle: Handle): Handle {
    const own = ON_WAREHOUSE[role];
    if (own === undefined) return bundle;
    const wire = (): Ports => ({ ...this.ports(role), sql: this.warehouse.sql, dialect: duckdb, data: this.warehouse });
    const routes = { '/': tasks(own as never, wire), ...(role === 'retraining' && { '/alerts': alerts(wire) }) };
    const fromSources = httpHandler(routes);
    return (request, response) => {
      const { use } = request.body as { readonly use?: string };
      if (request.url === '/' && !own.includes(use!)) return bundle(request, response);
      if (request.url !== '/' && !(request.url! in routes)) return bundle(request, response);
      const before = process.env;
      // Read before the handler waits for anything.
      process.env = { ...environment };
      const answered = fromSources(request, response);
      process.env = before;
      return this.busy(answered);
    };
  }

  /** SQL is computed on threads of its own: meanwhile no time passes. */
  private async busy<T>(work: Promise<T>): Promise<T> {
    this.time.began();
    return work.finally(() => this.time.ended());
  }

  private api(env: GoogleEnv): GoogleApi {
    return new GoogleApi({
      project: env.MLP_PROJECT,
      region: env.MLP_REGION,
      sleep: (milliseconds) => this.time.sleep(milliseconds),
      send: async ({ method, url, headers, body }) => {
        const authorised = { ...headers, authorization: `Bearer ${TOKEN}` };
        const reply = await this.account.fetch(url, { method, headers: authorised, ...(body && { body }) });
        return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
      },
    });
  }
}
