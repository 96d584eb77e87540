import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoogleApi } from '../../../src/runtime/adapters/google/google-api';

type Json = { [key: string]: unknown };
interface Stored {
  body: Buffer;
  generation: number;
}
type Reply = readonly [status: number, body: Json | Buffer];

const refuse = (status: number, message: string): Reply => [status, { error: { code: status, message } }];

/**
 * A small Google Cloud on 127.0.0.1 that keeps state: objects with generations, Vertex AI models and endpoints whose changes
 * are long-running operations, executions, metrics, messages. BigQuery answers what a test has put in.
 */
export class FakeGoogle {
  readonly objects = new Map<string, Stored>();
  readonly models = new Map<string, Json[]>();
  readonly endpoints = new Map<string, Json>();
  readonly jobs = new Map<string, Json>();
  readonly executions: Json[] = [];
  readonly series: Json[] = [];
  readonly messages: Json[] = [];
  readonly statements: string[] = [];
  /** Most bytes that were read of an object at once. */
  mostRead = 0;
  /** Digests by the full name of a tag in Artifact Registry. */
  readonly tags = new Map<string, string>();
  alerts: Json[] = [];
  /** Answers time series queries by their filter. */
  timeSeries: (filter: string) => Json[] = () => [];
  /** Answers statements. */
  sql: (statement: string) => {
    columns: readonly (readonly [string, string])[];
    rows: readonly unknown[][];
    statistics?: Json;
  } = () => ({
    columns: [],
    rows: [],
  });
  /** Schemas of tables by `project.dataset.table`; of none where it is not there. */
  readonly schemas = new Map<string, readonly { readonly name: string; readonly type: string }[]>();
  /** Status codes with which the next requests fail. */
  failures: number[] = [];
  private generation = 0;
  private readonly operations = new Map<string, { looks: number; apply: () => Json }>();
  private readonly queries = new Map<string, ReturnType<FakeGoogle['sql']>>();
  private server?: Server;

  async start(): Promise<GoogleApi> {
    this.server = createServer((request, response) => {
      void this.answer(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => this.server!.listen(0, '127.0.0.1', resolve));
    const { port } = this.server.address() as AddressInfo;
    return new GoogleApi({
      project: 'p',
      region: 'r',
      sleep: async () => undefined,
      base: (service) => `http://127.0.0.1:${port}/${service}`,
      send: async ({ method, url, headers, body }) => {
        const reply = await fetch(url, { method, headers, ...(body && { body: new Uint8Array(body) }) });
        return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
      },
    });
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  put(key: string, body: string | Buffer): number {
    this.generation += 1;
    this.objects.set(key, { body: Buffer.from(body), generation: this.generation });
    return this.generation;
  }

  text(key: string): string | undefined {
    return this.objects.get(key)?.body.toString('utf8');
  }

  private async answer(request: IncomingMessage): Promise<Reply> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const failure = this.failures.shift();
    if (failure !== undefined) return refuse(failure, 'made to fail');
    const url = new URL(request.url ?? '/', 'http://fake');
    const [, service = '', ...rest] = url.pathname.split('/');
    const path = rest.map(decodeURIComponent).join('/');
    const json = (): Json => (raw.length === 0 ? {} : (JSON.parse(raw.toString('utf8')) as Json));
    const method = request.method ?? 'GET';
    switch (service) {
      case 'upload':
        return this.upload(rest[1]!, url.searchParams, raw);
      case 'storage':
        return this.storage(method, rest, url.searchParams, json, request.headers.range);
      case 'aiplatform':
        return this.vertex(method, path, url.searchParams, json());
      case 'artifactregistry':
        return this.tag(path);
      case 'bigquery':
        return this.bigquery(method, path, json());
      case 'workflowexecutions':
        if (path.endsWith('/executions') && method === 'GET') return [200, { executions: this.executions }];
        if (method === 'GET') {
          const found = this.executions.find((one) => one['name'] === path);
          return found ? [200, found] : refuse(404, `no execution ${path}`);
        }
        this.executions.push({ ...json(), name: `${path}/${this.executions.length + 1}`, state: 'ACTIVE' });
        return [200, this.executions.at(-1)!];
      case 'pubsub':
        this.messages.push({ path, ...json() });
        return [200, { messageIds: ['1'] }];
      case 'monitoring':
        if (path.endsWith('/alerts')) return [200, { alerts: this.alerts }];
        if (method === 'POST') this.series.push(...(json()['timeSeries'] as Json[]));
        return [200, method === 'POST' ? {} : { timeSeries: this.timeSeries(url.searchParams.get('filter') ?? '') }];
      default:
        return refuse(404, `no service ${service}`);
    }
  }

  private tag(name: string): Reply {
    const digest = this.tags.get(name);
    if (digest === undefined) return refuse(404, `no tag ${name}`);
    return [200, { name, version: `${name.replace(/\/tags\/.*/, '')}/versions/${digest}` }];
  }

  private upload(bucket: string, query: URLSearchParams, raw: Buffer): Reply {
    const key = `${bucket}/${query.get('name')}`;
    const condition = query.get('ifGenerationMatch');
    const current = this.objects.get(key)?.generation ?? 0;
    if (condition !== null && Number(condition) !== current) return refuse(412, 'conditionNotMet');
    return [200, { generation: String(this.put(key, raw)) }];
  }

  private storage(
    method: string,
    [, bucket, , name, verb, ...rest]: string[],
    query: URLSearchParams,
    json: () => Json,
    range?: string,
  ): Reply {
    if (name === undefined) {
      const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
      const from = `${bucket}/${query.get('startOffset') ?? ''}`;
      const names = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key >= from).sort();
      return [200, { items: names.map((key) => ({ name: key.slice(bucket!.length + 1) })) }];
    }
    const key = `${bucket}/${decodeURIComponent(name)}`;
    if (verb === 'compose') {
      const parts = (json()['sourceObjects'] as { name: string }[]).map((part) =>
        this.objects.get(`${bucket}/${part.name}`),
      );
      if (parts.length > 32) return refuse(400, 'too many parts');
      if (parts.some((part) => part === undefined)) return refuse(404, 'a part is missing');
      return [200, { generation: String(this.put(key, Buffer.concat(parts.map((part) => part!.body)))) }];
    }
    const found = this.objects.get(key);
    if (found === undefined) return refuse(404, `no object ${key}`);
    if (verb === 'rewriteTo') {
      const [, to, , target] = rest;
      // In two calls, as it is for large objects.
      if (query.get('rewriteToken') === null) return [200, { done: false, rewriteToken: 'more' }];
      return [200, { done: true, generation: String(this.put(`${to}/${decodeURIComponent(target!)}`, found.body)) }];
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      return [204, Buffer.alloc(0)];
    }
    const [from, to] = (/^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []).slice(1).map(Number);
    if (query.get('alt') === 'media' && from !== undefined && to !== undefined) {
      this.mostRead = Math.max(this.mostRead, Math.min(found.body.length, to + 1) - from);
      return from < found.body.length ? [206, found.body.subarray(from, to + 1)] : refuse(416, 'range');
    }
    if (query.get('alt') === 'media') this.mostRead = Math.max(this.mostRead, found.body.length);
    return [200, query.get('alt') === 'media' ? found.body : { name, generation: String(found.generation) }];
  }

  private vertex(method: string, path: string, query: URLSearchParams, body: Json): Reply {
    const operation = this.operations.get(path);
    if (operation) {
      operation.looks += 1;
      return [200, operation.looks < 2 ? { name: path } : { name: path, done: true, response: operation.apply() }];
    }
    if (path.endsWith('/models:upload')) return this.uploadModel(path.replace('/models:upload', ''), body);
    const [name = '', verb] = path.split(':');
    if (path.includes('/models/')) return this.model(method, name, verb, body);
    if (path.includes('/endpoints/')) return this.endpoint(method, name, verb, body);
    const [collection = ''] = name.split('/').slice(4);
    if (method === 'GET' && !this.jobs.has(name)) {
      const terms = [...(query.get('filter') ?? '').matchAll(/(?:labels\.)?(\w+)="([^"]*)"/g)];
      const found = [...this.jobs.values()].filter((one) =>
        terms.every(
          ([, field = '', value]) =>
            ({ ...(one['labels'] as Json), display_name: one['displayName'] })[field] === value,
        ),
      );
      return [200, { [collection]: found.filter((one) => String(one['name']).includes(`/${collection}/`)) }];
    }
    if (method === 'GET') return [200, this.jobs.get(name)!];
    if (verb === 'cancel') {
      this.jobs.get(name)!['state'] = 'JOB_STATE_CANCELLED';
      return [200, {}];
    }
    const made = { ...body, name: `${name}/${this.jobs.size + 1}`, state: 'JOB_STATE_RUNNING' };
    this.jobs.set(made.name, made);
    return [200, made];
  }

  private later(apply: () => Json): Reply {
    const name = `projects/p/locations/r/operations/${this.operations.size + 1}`;
    this.operations.set(name, { looks: 0, apply });
    return [200, { name }];
  }

  private uploadModel(parent: string, body: Json): Reply {
    const name = String(body['parentModel'] ?? `${parent}/models/${body['modelId']}`);
    return this.later(() => {
      const versions = this.models.get(name) ?? [];
      versions.push({ ...(body['model'] as Json), name, versionId: String(versions.length + 1) });
      this.models.set(name, versions);
      return { model: name, modelVersionId: String(versions.length) };
    });
  }

  private model(method: string, path: string, verb: string | undefined, body: Json): Reply {
    const [name = '', version] = path.split('@');
    const versions = this.models.get(name);
    const aliases = (one: Json): string[] => one['versionAliases'] as string[];
    const found =
      version === undefined
        ? versions?.[0]
        : versions?.find((one) => one['versionId'] === version || aliases(one).includes(version));
    if (!found) return refuse(404, `no model ${path}`);
    if (verb === 'mergeVersionAliases') {
      for (const change of body['versionAliases'] as string[]) {
        const alias = change.replace(/^-/, '');
        // An alias is of one version at a time.
        for (const one of versions!)
          one['versionAliases'] = aliases(one).filter(
            (own) => own !== alias || (change.startsWith('-') && one !== found),
          );
        if (!change.startsWith('-')) aliases(found).push(alias);
      }
    }
    if (method === 'PATCH') Object.assign(found, { labels: body['labels'] });
    return [200, found];
  }

  private endpoint(method: string, path: string, verb: string | undefined, body: Json): Reply {
    const endpoint = this.endpoints.get(path);
    if (!endpoint) return refuse(404, `no endpoint ${path}`);
    endpoint['deployedModels'] ??= [];
    const models = endpoint['deployedModels'] as Json[];
    if (verb === 'deployModel') {
      return this.later(() => {
        const model = body['deployedModel'] as Json;
        models.push(model);
        const { '0': own, ...others } = body['trafficSplit'] as Record<string, number>;
        endpoint['trafficSplit'] = { ...others, [String(model['id'])]: own };
        return {};
      });
    }
    if (verb === 'undeployModel') {
      return this.later(() => {
        endpoint['deployedModels'] = models.filter((one) => one['id'] !== body['deployedModelId']);
        endpoint['trafficSplit'] = body['trafficSplit'] ?? {};
        return {};
      });
    }
    if (method === 'PATCH') {
      const split = body['trafficSplit'] as Record<string, number>;
      if (Object.values(split).reduce((sum, one) => sum + one, 0) !== 100)
        return refuse(400, 'traffic does not add to 100');
      endpoint['trafficSplit'] = split;
    }
    return [200, endpoint];
  }

  private bigquery(method: string, path: string, body: Json): Reply {
    const id = path.split('/').at(-1)!;
    if (method === 'POST') {
      const statement = String((body['configuration'] as { query: { query: string } }).query.query);
      if (statement.startsWith('BROKEN')) return refuse(400, 'Syntax error at [1:1]');
      this.statements.push(statement);
      const jobId = `job${this.queries.size + 1}`;
      this.queries.set(jobId, this.sql(statement));
      return [200, { jobReference: { jobId } }];
    }
    if (path.includes('/tables/')) {
      const [, project, , dataset, , table] = path.split('/');
      return [200, { schema: { fields: this.schemas.get(`${project}.${dataset}.${table}`) ?? [] } }];
    }
    const result = this.queries.get(id)!;
    if (path.includes('/jobs/')) return [200, { status: { state: 'DONE' }, statistics: result.statistics ?? {} }];
    return [
      200,
      {
        jobComplete: true,
        schema: { fields: result.columns.map(([name, type]) => ({ name, type })) },
        rows: result.rows.map((row) => ({ f: row.map((v) => ({ v })) })),
      },
    ];
  }
}
