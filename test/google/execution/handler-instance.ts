import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Account } from './account';
import { TOKEN } from './account';
import type { VirtualTime } from './virtual-time';

export type Handle = (request: IncomingMessage & { body?: unknown }, response: ServerResponse) => Promise<void>;
type Load = (...scope: unknown[]) => void;

const SCOPE = ['module', 'exports', 'require', 'process', 'console', 'Date', 'setTimeout', 'clearTimeout', 'fetch'];
const compiled = new Map<string, Load>();

/** The very file that the function gets, once for all instances. */
function bundle(role: string): Load {
  const known = compiled.get(role);
  if (known !== undefined) return known;
  const file = join(__dirname, '..', '..', '..', 'assets', 'google', role, 'index.js');
  const load = compileFunction(readFileSync(file, 'utf8'), SCOPE, { filename: file }) as Load;
  compiled.set(role, load);
  return load;
}

/** What an instance of a function runs in. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly account: Account;
  readonly environment: Readonly<Record<string, string>>;
  /** Takes a line of its log. */
  readonly log: (line: string) => void;
}

let metadata: { readonly server: Server; readonly address: string } | undefined;

/** An instance of a role's function: the bundle, with an environment, a clock and a network of its own. */
export async function instanceOf(role: string, { time, account, environment, log }: Surroundings): Promise<Handle> {
  time.began();
  metadata ??= await metadataServer();
  time.ended();
  const own = Object.create(process) as NodeJS.Process;
  Object.defineProperty(own, 'env', {
    value: {
      ...environment,
      GCE_METADATA_HOST: metadata.address,
      METADATA_SERVER_DETECTION: 'assume-present',
    },
  });
  const module = { exports: {} as { handler: Handle } };
  const lines = { ...console, log, error: log, warn: log };
  const load = Object.assign((id: string): unknown => require(id), { main: undefined });
  const fetch: typeof account.fetch = (url, request) => {
    calls.getStore()?.begins();
    return account.fetch(url, request);
  };
  bundle(role)(module, module.exports, load, own, lines, time.Date, time.setTimeout, time.clearTimeout, fetch);
  return (request, response) => {
    let waits = true;
    const begins = (): void => {
      if (waits) time.ended();
      waits = false;
    };
    // A token comes over a connection of its own, before the first call of a service: meanwhile no time passes.
    time.began();
    return calls.run({ begins }, () => module.exports.handler(request, response).finally(begins));
  };
}

const calls = new AsyncLocalStorage<{ readonly begins: () => void }>();

/** Who a function is, as its own host says. */
async function metadataServer(): Promise<{ server: Server; address: string }> {
  const server = createServer(({ url = '' }, response) => {
    const isToken = url.includes('/service-accounts/default/token');
    response.writeHead(isToken ? 200 : 404, { 'content-type': 'application/json', 'metadata-flavor': 'Google' });
    response.end(isToken ? JSON.stringify({ access_token: TOKEN, expires_in: 10 ** 8, token_type: 'Bearer' }) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}
