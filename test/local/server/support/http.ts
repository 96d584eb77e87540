import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { LocalServer } from '../../../../src/local/server';

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: never;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export function ask(
  server: LocalServer,
  path: string,
  { method = 'GET', headers = {}, body }: Sent = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { port } = server;
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = text === '' ? null : JSON.parse(text);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, json: json as never });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export const post = (server: LocalServer, model: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(server, `/models/${model}/invocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

export interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data?: unknown;
  readonly comment?: string;
}

/** A stream of server-sent events as a client reads it. */
export class EventClient {
  readonly messages: Message[] = [];
  ended = false;
  private text = '';

  private constructor(
    private readonly sent: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    const end = (): void => {
      this.ended = true;
    };
    response.on('close', end).on('error', end);
    sent.on('error', end);
  }

  static open(server: LocalServer, lastId?: string): Promise<EventClient> {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, path: '/api/events', headers, agent: false };
      const sent = request(options, (response) => resolve(new EventClient(sent, response)));
      sent.once('error', reject);
      sent.end();
    });
  }

  /** Begins to read. */
  read(): this {
    this.response.on('data', (chunk: string) => {
      this.text += chunk;
      for (let end = this.text.indexOf('\n\n'); end !== -1; end = this.text.indexOf('\n\n')) {
        this.messages.push(parse(this.text.slice(0, end)));
        this.text = this.text.slice(end + 2);
      }
    });
    return this;
  }

  get events(): Message[] {
    return this.messages.filter(({ event }) => event !== undefined);
  }

  leave(): void {
    this.sent.destroy();
  }
}

function parse(block: string): Message {
  const fields: Record<string, unknown> = {};
  for (const one of block.split('\n')) {
    const colon = one.indexOf(':');
    const name = colon === 0 ? 'comment' : one.slice(0, colon);
    const value = one.slice(colon + 1).replace(/^ /, '');
    fields[name] = name === 'data' ? JSON.parse(value) : value;
  }
  return fields;
}
