import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { OperationError } from '../../kernel/problem';
import { ApiError } from './api-error';
import { buildApp } from './app';
import { EventHub } from './event-hub';
import { EventStreams } from './event-stream';
import type { PlatformView } from './platform-view';

export interface ServerOptions {
  readonly view: PlatformView;
  /** 0 for a free one. */
  readonly port: number;
  /** Events that are kept for clients that come again; 1000 by default. */
  readonly keepEvents?: number;
  /** Between two heartbeats of a stream of events; 15 s by default. */
  readonly heartbeatMs?: number;
}

export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** Clients that listen to events. */
  readonly listeners: number;
  /** Answers what it was asked, ends streams of events, and resolves when all connections are closed. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** Clients keep a connection for some seconds; one that the server closes as they send on it would lose the request. */
const KEEP_ALIVE_MS = 30_000;
/** Requests that go on when the server closes have so long. */
const CLOSE_MS = 5000;

/**
 * Serves a platform over HTTP, on the loopback interface alone.
 * @throws OperationError `portInUse`, `portNotAllowed`, `badPort`
 */
export async function startServer({
  view,
  port: wanted,
  keepEvents = 1000,
  heartbeatMs = 15_000,
}: ServerOptions): Promise<LocalServer> {
  const hub = new EventHub({ keep: keepEvents, session: Date.now().toString(36) });
  const streams = new EventStreams(hub, heartbeatMs);
  let port = wanted;
  const app = buildApp(view, streams, () => port);
  const listener = getRequestListener(app.fetch, {
    hostname: HOST,
    // The program that this runs in keeps its own Request and Response.
    overrideGlobalObjects: false,
    errorHandler: () => malformedRequest().toResponse(),
  });
  const server = createServer((request, response) => void listener(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const requests = countRequests(server);
  try {
    port = await listen(server, wanted);
  } catch (error) {
    streams.close();
    throw error;
  }
  const unsubscribe = view.subscribe((event) => hub.publish(event));
  let closed: Promise<void> | undefined;
  return {
    url: `http://${HOST}:${port}`,
    port,
    get listeners() {
      return streams.size;
    },
    close() {
      closed ??= (async () => {
        unsubscribe();
        const ended = new Promise<void>((resolve) => server.close(() => resolve()));
        streams.close();
        await requests.over(CLOSE_MS);
        // Connections that are kept alive without a request would be waited for.
        server.closeAllConnections();
        await ended;
      })();
      return closed;
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(notListening(error, port));
    server.once('error', fail);
    try {
      server.listen(port, HOST, () => {
        server.off('error', fail);
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    } catch (error) {
      fail(error as NodeJS.ErrnoException);
    }
  });
}

/** Knows when no request is being answered. */
function countRequests(server: Server): { over(mostMs: number): Promise<void> } {
  let open = 0;
  let wake: () => void = () => undefined;
  server.on('request', (_, response) => {
    open += 1;
    response.once('close', () => {
      open -= 1;
      if (open === 0) wake();
    });
  });
  return {
    async over(mostMs) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        if (open === 0) return resolve();
        wake = resolve;
        timer = setTimeout(resolve, mostMs);
      });
      clearTimeout(timer);
    },
  };
}

function notListening(error: NodeJS.ErrnoException, port: number): Error {
  const path = `${HOST}:${port}`;
  if (error.code === 'EADDRINUSE') {
    return new OperationError({
      code: 'portInUse',
      path,
      got: 'a port that another program listens on',
      expected: 'a free port',
      fix: 'name another port, or 0 for a free one',
    });
  }
  if (error.code === 'EACCES') {
    return new OperationError({
      code: 'portNotAllowed',
      path,
      got: 'a port that this user may not listen on',
      expected: 'a port from 1024 on',
      fix: 'name another port, or 0 for a free one',
    });
  }
  if (error.code === 'ERR_SOCKET_BAD_PORT') {
    return new OperationError({
      code: 'badPort',
      path,
      got: String(port),
      expected: 'a whole number from 0 to 65535',
      fix: 'name another port, or 0 for a free one',
    });
  }
  return error;
}

/** A request that is none: its address or its host cannot be read. */
const malformedRequest = (): ApiError =>
  new ApiError(400, {
    code: 'malformedRequest',
    path: '',
    got: 'an address or a host header that cannot be read',
    expected: 'a path of this server, and its host',
    fix: 'ask GET / for the routes',
  });
