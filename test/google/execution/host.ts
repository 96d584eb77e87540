import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Account, TOKEN } from './account';
import type { Handle } from './handler-instance';
import type { VirtualTime } from './virtual-time';

/** How a step's call fails: with an error of the handler, for what it asks, or after it was done. */
export type StepManner = 'error' | 'refused' | 'lost';
export interface StepFault {
  readonly step: string;
  readonly times: number;
  readonly manner: StepManner;
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly timedOut?: boolean;
}

const STATUS = { error: 500, refused: 422, lost: 502 } as const satisfies Record<StepManner, number>;
const failed = (status: number, message: string): Reply => ({
  status,
  text: JSON.stringify({ error: { message } }),
});

/**
 * What an execution can reach, on 127.0.0.1: the handlers as HTTP services, Vertex AI, and the clock. An execution that has
 * called waits: time passes until it has its answer.
 */
export class Host {
  /** Steps whose handlers were called, in order. */
  readonly path: string[] = [];
  /** Called before each handler. */
  onStep: (step: string) => void | Promise<void> = () => undefined;
  /** Whether an execution, by its id, goes no further: nothing that it asks for is begun, or answered. */
  isOver: (execution: string) => boolean = () => false;
  address = '';
  private readonly faults: { readonly step: string; readonly manner: StepManner; left: number }[] = [];
  private server: Server | undefined;

  /** @param handlers by role; asked for at each call, as an instance may be replaced */
  constructor(
    private readonly time: VirtualTime,
    private readonly account: Account,
    private readonly handlers: (role: string) => Promise<Handle>,
  ) {}

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve(null)));
  }

  /** The next calls of a step fail, so many times. */
  fail({ step, times, manner }: StepFault): void {
    this.faults.push({ step, manner, left: times });
  }

  /** Nothing fails any more. */
  heal(): void {
    this.faults.length = 0;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    this.time.ended();
    const [, of, execution = ''] = (request.url ?? '').split('/');
    if (of === 'of' && this.isOver(execution)) return;
    const { status, text, timedOut } = await this.answer(request, body).catch((error: Error) =>
      failed(599, `the test itself: ${error.stack}`),
    );
    if (of === 'of' && this.isOver(execution)) return;
    this.time.began();
    response.writeHead(status, { 'content-type': 'application/json', ...(timedOut && { 'x-timed-out': '1' }) });
    response.end(text);
  }

  private async answer(request: IncomingMessage, body: Buffer): Promise<Reply> {
    const [kind = '', ...rest] = (request.url ?? '/')
      .replace(/^\/of\/[^/]+/, '')
      .split('/')
      .slice(1);
    switch (kind) {
      case 'clock': {
        const { seconds = 0 } = JSON.parse(body.toString('utf8')) as { readonly seconds?: number };
        if (rest[0] === 'sleep') await this.time.sleep(seconds * 1000);
        return { status: 200, text: JSON.stringify({ now: this.time.now() / 1000 }) };
      }
      case 'vertex':
        return this.vertex(request.method ?? 'GET', rest.join('/'), body);
      case 'handlers': {
        const [role = '', ...path] = rest;
        const limit = Number(request.headers['x-timeout'] ?? 300);
        return this.within(limit, this.handler(role, `/${path.join('/')}`, JSON.parse(body.toString('utf8'))));
      }
      default:
        return failed(404, `nothing at ${request.url}`);
    }
  }

  /** A call that takes too long is given up by who made it; what it does goes on. */
  private within(seconds: number, call: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = this.time.setTimeout(() => resolve({ ...failed(504, 'timeout'), timedOut: true }), seconds * 1000);
      call.then(resolve, reject).finally(() => this.time.clearTimeout(timer));
    });
  }

  private async handler(role: string, url: string, body: { readonly step?: string }): Promise<Reply> {
    const step = `${body.step}${url === '/' ? '' : url.replace('/jobs/', '.')}`;
    this.path.push(step);
    await this.onStep(step);
    const fault = this.faults.find((one) => one.step === step && one.left > 0);
    if (fault !== undefined) fault.left -= 1;
    if (fault !== undefined && fault.manner !== 'lost') return failed(STATUS[fault.manner], `${step} was made to fail`);
    const reply = await invoke(await this.handlers(role), url, body);
    return fault === undefined ? reply : failed(STATUS.lost, `the answer of ${step} was lost`);
  }

  private async vertex(method: string, path: string, body: Buffer): Promise<Reply> {
    const host = `${path.split('/')[3]}-aiplatform.googleapis.com`;
    const headers = { authorization: `Bearer ${TOKEN}` };
    const reply = await this.account
      .fetch(`https://${host}/v1/${path}`, { method, headers, body: body.toString() === '' ? new Uint8Array() : body })
      .catch(() => undefined);
    if (reply === undefined) return failed(503, 'the connection broke');
    return { status: reply.status, text: Buffer.from(await reply.arrayBuffer()).toString('utf8') };
  }
}

/** Calls a handler as the functions framework does: with the body read. */
function invoke(handle: Handle, url: string, body: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const response = {
      writeHead: (code: number) => {
        status = code;
      },
      end: (text: string) => resolve({ status, text }),
    };
    const request = { url, method: 'POST', headers: {}, body };
    handle(request as never, response as never).catch(reject);
  });
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
