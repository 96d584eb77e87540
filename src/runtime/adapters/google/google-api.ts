import { OperationError } from '../../../kernel/problem';

/** Services of Google Cloud that the adapters talk to, by the first part of their address. */
export type GoogleService =
  | 'storage'
  | 'upload'
  | 'aiplatform'
  | 'artifactregistry'
  | 'bigquery'
  | 'monitoring'
  | 'pubsub'
  | 'workflowexecutions';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}
export interface HttpReply {
  readonly status: number;
  readonly body: Uint8Array;
}
/** Sends one authorised request; throws only when no reply comes. */
export type HttpSend = (request: HttpRequest) => Promise<HttpReply>;

export interface GoogleApiOptions {
  readonly project: string;
  readonly region: string;
  readonly send: HttpSend;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Base of a service's addresses, with version. @default - Google's own */
  readonly base?: (service: GoogleService) => string;
}

export type JsonObject = { readonly [key: string]: unknown };
export type Query = Readonly<Record<string, string | number | undefined>>;

interface RequestParts {
  readonly body?: Uint8Array;
  readonly type?: string;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
}

const LOOKS = 720;
const LOOK_MS = 5000;
const RETRIES = 4;

/** A reply, and whether it is one to a second try: the first one may have been done all the same. */
export interface Sent extends HttpReply {
  readonly isRepeat: boolean;
}

/** Google Cloud's REST APIs: JSON in, JSON out, transient errors again, long-running operations to their end. */
export class GoogleApi {
  readonly project: string;
  readonly region: string;

  constructor(private readonly options: GoogleApiOptions) {
    this.project = options.project;
    this.region = options.region;
  }

  /** `projects/<project>/locations/<region>`. */
  get parent(): string {
    return `projects/${this.project}/locations/${this.region}`;
  }

  /** @throws OperationError `googleRefused` for every reply that is no success */
  async call(
    method: HttpRequest['method'],
    service: GoogleService,
    path: string,
    body?: unknown,
    query: Query = {},
  ): Promise<JsonObject> {
    const reply = await this.send(method, service, path, {
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)), type: 'application/json' }),
      query,
    });
    if (reply.status >= 300) throw refused(`${method} ${service}/${path}`, reply);
    return reply.body.length === 0 ? {} : (JSON.parse(Buffer.from(reply.body).toString('utf8')) as JsonObject);
  }

  /** Like `call`, but what is not there is undefined. */
  async find(service: GoogleService, path: string, query: Query = {}): Promise<JsonObject | undefined> {
    const reply = await this.send('GET', service, path, { query });
    if (reply.status === 404) return undefined;
    if (reply.status >= 300) throw refused(`GET ${service}/${path}`, reply);
    return JSON.parse(Buffer.from(reply.body).toString('utf8')) as JsonObject;
  }

  /**
   * Makes a thing that would be made twice by a call that is made twice: where no good reply came, it is looked for before
   * the next try.
   * @param find what an earlier try has made; undefined for nothing
   */
  async create(
    service: GoogleService,
    path: string,
    body: unknown,
    find: () => Promise<JsonObject | undefined>,
  ): Promise<JsonObject> {
    const bytes = Buffer.from(JSON.stringify(body));
    for (let attempt = 0; ; attempt++) {
      const reply = await this.once(this.request('POST', service, path, { body: bytes, type: 'application/json' }));
      if (reply.status < 300) return JSON.parse(Buffer.from(reply.body).toString('utf8')) as JsonObject;
      const found = await find();
      if (found !== undefined) return found;
      if (!isTransient(reply) || attempt === RETRIES) throw refused(`POST ${service}/${path}`, reply);
      await this.options.sleep(500 * 2 ** attempt);
    }
  }

  /** One reply as it is; 408, 429, 5xx and none at all are tried again first. */
  async send(
    method: HttpRequest['method'],
    service: GoogleService,
    path: string,
    options: RequestParts = {},
  ): Promise<Sent> {
    const request = this.request(method, service, path, options);
    for (let attempt = 0; ; attempt++) {
      const reply = await this.once(request);
      if (!isTransient(reply) || attempt === RETRIES) return { ...reply, isRepeat: attempt > 0 };
      await this.options.sleep(500 * 2 ** attempt);
    }
  }

  /** One reply to one try, whatever it is. */
  attempt(method: HttpRequest['method'], service: GoogleService, path: string, body: unknown): Promise<HttpReply> {
    const bytes = Buffer.from(JSON.stringify(body));
    return this.once(this.request(method, service, path, { body: bytes, type: 'application/json' }));
  }

  private request(
    method: HttpRequest['method'],
    service: GoogleService,
    path: string,
    { body, type, query = {}, headers = {} }: RequestParts,
  ): HttpRequest {
    const parameters = new URLSearchParams(
      Object.entries(query).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, String(value)] as [string, string]],
      ),
    ).toString();
    return {
      method,
      url: `${this.base(service)}/${path}${parameters === '' ? '' : `?${parameters}`}`,
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
      ...(body && { body }),
    };
  }

  /** One try. A connection that breaks is a reply like one that says so. */
  private async once(request: HttpRequest): Promise<HttpReply> {
    try {
      return await this.options.send(request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: NO_REPLY, body: Buffer.from(JSON.stringify({ error: { message } })) };
    }
  }

  /** Waits so many milliseconds. */
  pause(milliseconds: number): Promise<void> {
    return this.options.sleep(milliseconds);
  }

  /**
   * Waits until nothing goes on at a resource of Vertex AI: what an earlier call has begun ends before it is looked at or
   * changed. How it ended is for the resource to show.
   */
  async settled(resource: string): Promise<void> {
    for (let going = await this.running(resource); going !== undefined; going = await this.running(resource)) {
      await this.ended('aiplatform', going);
    }
  }

  /** An operation that goes on at a resource; undefined for none. */
  async running(resource: string): Promise<JsonObject | undefined> {
    return (await this.operations(resource)).find((one) => one['done'] !== true);
  }

  /** Operations of a resource; none for one that is not there yet. */
  private async operations(resource: string): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.find('aiplatform', `${resource}/operations`, { pageToken });
      found.push(...((page?.['operations'] ?? []) as JsonObject[]));
      pageToken = page?.['nextPageToken'] as string | undefined;
    } while (pageToken);
    return found;
  }

  /** Waits for a long-running operation. @throws OperationError `googleRefused` when it ended in an error */
  async finished(service: GoogleService, operation: JsonObject): Promise<JsonObject> {
    const current = await this.ended(service, operation);
    const error = current['error'] as { readonly message?: string } | undefined;
    if (error) throw refused(String(current['name']), { status: 0, body: Buffer.from(JSON.stringify({ error })) });
    return (current['response'] ?? {}) as JsonObject;
  }

  /** A long-running operation that is over, however it ended. */
  async ended(service: GoogleService, operation: JsonObject): Promise<JsonObject> {
    let current = operation;
    for (let look = 0; current['done'] !== true; look++) {
      if (look === LOOKS) {
        throw new OperationError({
          code: 'operationLate',
          path: String(current['name']),
          got: `not done after ${(LOOKS * LOOK_MS) / 1000} s`,
          expected: 'an operation that ends',
          fix: 'look at the operation; the step may be tried again',
        });
      }
      await this.options.sleep(LOOK_MS);
      current = await this.call('GET', service, String(current['name']));
    }
    return current;
  }

  private base(service: GoogleService): string {
    return this.options.base?.(service) ?? HOSTS[service](this.region);
  }
}

/** No status of HTTP: nothing was answered. */
const NO_REPLY = 599;
const isTransient = ({ status }: HttpReply): boolean => status === 408 || status === 429 || status >= 500;

const HOSTS: Record<GoogleService, (region: string) => string> = {
  storage: () => 'https://storage.googleapis.com/storage/v1',
  upload: () => 'https://storage.googleapis.com/upload/storage/v1',
  aiplatform: (region) => `https://${region}-aiplatform.googleapis.com/v1`,
  artifactregistry: () => 'https://artifactregistry.googleapis.com/v1',
  bigquery: () => 'https://bigquery.googleapis.com/bigquery/v2',
  monitoring: () => 'https://monitoring.googleapis.com/v3',
  pubsub: () => 'https://pubsub.googleapis.com/v1',
  workflowexecutions: () => 'https://workflowexecutions.googleapis.com/v1',
};

/** What Google said, as an error of ours. */
export function refused(what: string, { status, body }: HttpReply): OperationError {
  let message = Buffer.from(body).toString('utf8').slice(0, 500);
  try {
    message = (JSON.parse(message) as { error?: { message?: string } }).error?.message ?? message;
  } catch {
    // Not JSON: the text itself says what there is to say.
  }
  return new OperationError({
    code: 'googleRefused',
    path: what,
    got: `${status === 0 ? 'an error' : status === NO_REPLY ? 'no answer' : `status ${status}`}: ${message}`,
    expected: 'a success',
    fix: status === 403 ? 'check the roles of the service account' : 'see what Google Cloud says about the resource',
  });
}
