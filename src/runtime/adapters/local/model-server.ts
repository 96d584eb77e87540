import type { ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import type { Json } from '../../../kernel/json';
import { OperationError, show } from '../../../kernel/problem';
import { spawnGuarded, Tail } from './guarded-process';
import type { Invocation, ModelArm } from './model-arm';

const START_TIMEOUT_MS = 30_000;
const PING_INTERVAL_MS = 20;

export interface ModelServerOptions {
  /** Program and arguments of the server. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly modelDir: string;
  readonly timeoutSeconds: number;
}

/** A model server as a process of its own, on a free port of the loopback interface. */
export class ModelServer implements ModelArm {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private exited = false;

  private constructor(
    private readonly process: ChildProcess,
    private readonly port: number,
    private readonly timeoutMs: number,
    private readonly output: Tail,
  ) {
    process.once('exit', () => {
      this.exited = true;
    });
  }

  /**
   * Starts the server and waits until it answers `GET /ping`.
   * @throws OperationError `serverFailed` with the last lines of its output
   */
  static async start(options: ModelServerOptions): Promise<ModelServer> {
    const port = await freePort();
    const output = new Tail();
    const child = spawnGuarded({
      command: options.command,
      cwd: options.cwd,
      env: { MLP_MODEL_DIR: options.modelDir, PORT: String(port), HOST: '127.0.0.1' },
    });
    child.stdout?.on('data', (chunk) => output.add(chunk));
    child.stderr?.on('data', (chunk) => output.add(chunk));
    const server = new ModelServer(child, port, options.timeoutSeconds * 1000, output);
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await server.isUp())) {
      if (server.exited || Date.now() > deadline) {
        const got = server.exited ? 'the server ended' : `no answer to /ping within ${START_TIMEOUT_MS / 1000} s`;
        await server.stop();
        throw serverFailed(options.command, got, output);
      }
      await new Promise((resume) => setTimeout(resume, PING_INTERVAL_MS));
    }
    return server;
  }

  /** Sends rows; one answer a row. An error of the server, a timeout and an answer that is none are a failed invocation. */
  async invoke(instances: readonly Readonly<Record<string, Json>>[]): Promise<Invocation> {
    const started = performance.now();
    const failed = (error: string): Invocation => ({
      predictions: null,
      latencyMs: performance.now() - started,
      error,
    });
    try {
      const { status, text } = await this.call('POST', '/invocations', JSON.stringify({ instances }));
      const latencyMs = performance.now() - started;
      if (status !== 200) {
        const refused = status >= 400 && status < 500;
        return { ...failed(`status ${status}: ${show(text)}`), ...(refused && { refused: true as const }) };
      }
      const { predictions } = JSON.parse(text) as { predictions?: Json };
      if (!Array.isArray(predictions) || predictions.length !== instances.length) {
        return failed(`${instances.length} predictions were expected, got ${show(predictions)}`);
      }
      return { predictions, latencyMs, error: null };
    } catch (error) {
      return failed(this.exited ? `the server ended: ${this.output.lines(3).join(' ')}` : (error as Error).message);
    }
  }

  /** Ends the process; a second call does nothing. */
  async stop(): Promise<void> {
    this.agent.destroy();
    if (this.exited) return;
    const gone = new Promise<void>((resume) => this.process.once('exit', () => resume()));
    this.process.stdin?.end();
    await gone;
  }

  private async isUp(): Promise<boolean> {
    try {
      return (await this.call('GET', '/ping')).status === 200;
    } catch {
      return false;
    }
  }

  private call(method: string, path: string, body?: string, again = true): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const sent = request(
        { host: '127.0.0.1', port: this.port, method, path, agent: this.agent, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      sent.setTimeout(this.timeoutMs, () => sent.destroy(new Error(`no answer within ${this.timeoutMs} ms`)));
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // A server may close a connection that was idle just when it is used again: the request never reached it.
        const isStale = again && sent.reusedSocket && error.code === 'ECONNRESET';
        if (isStale) this.call(method, path, body, false).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });
  }
}

function serverFailed(command: readonly string[], got: string, output: Tail): OperationError {
  return new OperationError({
    code: 'serverFailed',
    path: command.join(' '),
    got: [got, ...output.lines(5)].join('\n      '),
    expected: 'a server that answers GET /ping on the port that PORT names',
    fix: 'run the command by itself with MLP_MODEL_DIR and PORT set',
  });
}

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
