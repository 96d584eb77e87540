import { BigQuery } from './bigquery';
import { Buckets } from './buckets';
import { Endpoints } from './endpoints';
import { Executions } from './executions';
import { Images } from './images';
import { Metadata } from './metadata';
import { Models } from './models';
import { Monitoring } from './monitoring';
import { LongRunningOperations } from './operations';
import { type Answer, type Call, type Json, notFound, type Operation, Refusal } from './service';
import { type Answers, Traffic } from './traffic';

/** Token of the metadata server; a call without it is refused. */
export const TOKEN = 'a-token-of-the-metadata-server';

/**
 * How a call fails: refused before anything has changed (503, or 429 for a quota), done with its answer lost (503), or without
 * any answer at all.
 */
export type Manner = 'unavailable' | 'quota' | 'lost' | 'reset';

export interface Fault {
  /** `aiplatform.endpoints.deployModel`. */
  readonly operation: string;
  readonly times: number;
  readonly manner: Manner;
}

export interface Message {
  readonly topic: string;
  readonly kind: string;
  readonly text: string;
}

type Serve = (call: Call) => Operation | undefined;

/** What `fetch` is asked for and answers, as far as adapters use it. */
type Fetch = (
  url: string,
  request: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
  },
) => Promise<{ readonly status: number; readonly arrayBuffer: () => Promise<ArrayBuffer> }>;

/**
 * A project of Google Cloud in memory, behind the REST addresses of its services: what a call changes is there for the next
 * one. An operation that it does not know is an error, as is one that the service would refuse.
 */
export class Account {
  readonly buckets = new Buckets();
  readonly images = new Images();
  readonly operations: LongRunningOperations;
  readonly models: Models;
  readonly metadata: Metadata;
  readonly endpoints: Endpoints;
  readonly monitoring: Monitoring;
  readonly executions: Executions;
  readonly traffic: Traffic;
  readonly published: Message[] = [];
  /** Every call by its name, in order. */
  readonly calls: string[] = [];
  private faults: { readonly operation: string; readonly manner: Manner; left: number }[] = [];
  private readonly services: Readonly<Record<string, Serve>>;
  /** Services of Vertex AI by collection, that a test may add to. */
  readonly collections: Record<string, Serve>;

  constructor(
    now: () => number,
    place: { readonly endpoint: string; readonly workflows: readonly string[] },
    answers: Answers,
  ) {
    this.operations = new LongRunningOperations(now);
    this.models = new Models(this.operations);
    this.metadata = new Metadata(this.operations);
    this.endpoints = new Endpoints(this.operations, (name) => this.models.isThere(name));
    this.endpoints.create(place.endpoint);
    this.models.isDeployed = (name) =>
      [...this.endpoints.all.values()].some(({ deployed }) => deployed.some(({ model }) => model === name));
    this.monitoring = new Monitoring(now);
    this.executions = new Executions(place.workflows);
    this.traffic = new Traffic(this.endpoints, place.endpoint, this.monitoring, answers);
    const bigquery = new BigQuery(now, () => this.traffic.captured);
    this.collections = {
      models: (call) => this.models.operation(call),
      'models:upload': (call) => this.models.upload(call),
      endpoints: (call) => this.endpoints.operation(call),
      metadataStores: (call) => this.metadata.operation(call),
    };
    this.services = {
      'storage.googleapis.com/storage/v1': (call) => this.buckets.operation(call),
      'storage.googleapis.com/upload/storage/v1': (call) => this.buckets.upload(call),
      'artifactregistry.googleapis.com/v1': (call) => this.images.operation(call),
      'bigquery.googleapis.com/bigquery/v2': (call) => bigquery.operation(call),
      'monitoring.googleapis.com/v3': (call) => this.monitoring.operation(call),
      'workflowexecutions.googleapis.com/v1': (call) => this.executions.operation(call),
      'pubsub.googleapis.com/v1': (call) => this.publish(call),
    };
  }

  /** The next calls of an operation fail, so many times. */
  fail(fault: Fault): void {
    this.faults.push({ ...fault, left: fault.times });
  }

  /** Nothing fails any more. */
  heal(): void {
    this.faults = [];
  }

  readonly fetch: Fetch = async (url, { method, headers, body }) => {
    const reply = this.answer(url, method, headers['authorization'], body ?? new Uint8Array());
    if (reply === undefined) throw new TypeError('fetch failed');
    const bytes = reply.body instanceof Uint8Array ? reply.body : new TextEncoder().encode(JSON.stringify(reply.body));
    return { status: reply.status, arrayBuffer: async () => new Uint8Array(bytes).buffer };
  };

  private answer(
    address: string,
    method: string,
    authorization: string | undefined,
    bytes: Uint8Array,
  ): { readonly status: number; readonly body: Answer } | undefined {
    if (authorization !== `Bearer ${TOKEN}`) return refusal(new Refusal(401, 'no token'));
    const operation = this.operation(new URL(address), method, bytes);
    this.calls.push(operation.name);
    const fault = this.faults.find((one) => one.operation === operation.name && one.left > 0);
    if (fault !== undefined) fault.left -= 1;
    if (fault?.manner === 'unavailable') return refusal(new Refusal(503, `${operation.name} was made to fail`));
    if (fault?.manner === 'quota') return refusal(new Refusal(429, `quota of ${operation.name} is exceeded`));
    if (fault?.manner === 'reset') return undefined;
    try {
      const body = operation.run();
      if (fault !== undefined) return refusal(new Refusal(503, `the answer of ${operation.name} was lost`));
      return { status: 200, body };
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      throw error;
    }
  }

  private operation(url: URL, method: string, bytes: Uint8Array): Operation {
    const whole = `${url.host}${url.pathname}`;
    const parsed = (start: string): Call => ({
      method,
      path: whole
        .slice(start.length + 1)
        .split('/')
        .map(decodeURIComponent),
      query: url.searchParams,
      bytes,
      body:
        start.includes('/upload/') || bytes.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Json),
    });
    const vertex = /^[a-z0-9-]+-aiplatform\.googleapis\.com\/v1/.exec(whole)?.[0];
    const start = vertex ?? Object.keys(this.services).find((one) => whole.startsWith(`${one}/`));
    const call = start === undefined ? undefined : parsed(start);
    const serve = vertex === undefined ? this.services[start ?? ''] : (asked: Call) => this.vertex(asked);
    const operation = call && serve?.(call);
    if (operation === undefined) throw new RangeError(`a call that nobody knows: ${method} ${url}`);
    return operation;
  }

  private vertex(call: Call): Operation | undefined {
    const { path } = call;
    if (path.at(-2) === 'operations') {
      return { name: 'aiplatform.operations.get', run: () => this.operations.get(path.join('/')) };
    }
    const collection = path[4]?.includes(':') ? path[4] : path[4]?.split('@')[0];
    return this.collections[collection ?? '']?.(call);
  }

  private publish({ path, body }: Call): Operation | undefined {
    const topic = path.join('/');
    if (!topic.endsWith(':publish')) return undefined;
    return {
      name: 'pubsub.topics.publish',
      run: () => {
        const messages = body['messages'] as readonly {
          readonly data: string;
          readonly attributes: Record<string, string>;
        }[];
        for (const { data, attributes } of messages) {
          const { text } = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { readonly text: string };
          this.published.push({ topic: topic.replace(/:publish$/, ''), kind: attributes['kind'] ?? '', text });
        }
        if (messages.length === 0) throw notFound('a message');
        return { messageIds: messages.map((_, place) => String(place)) };
      },
    };
  }
}

const refusal = ({ status, message }: Refusal): { readonly status: number; readonly body: Json } => ({
  status,
  body: { error: { code: status, message } },
});
