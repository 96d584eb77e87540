import type { MiddlewareHandler } from 'hono';
import { show } from '../../kernel/problem';
import { ApiError } from './api-error';

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Refuses what a page of another origin could send to this machine: a name of its own that resolves to the loopback address (DNS
 * rebinding) has another `Host`, and a request across origins has another `Origin`.
 */
export function loopbackGuard(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const hosts = NAMES.map((name) => `${name}:${port()}`);
    // Port 80 is left out by clients.
    if (port() === 80) hosts.push(...NAMES);
    const host = context.req.header('host')?.toLowerCase();
    if (host === undefined || !hosts.includes(host)) throw refused('host', host, hosts);
    const origin = context.req.header('origin')?.toLowerCase();
    const origins = hosts.map((one) => `http://${one}`);
    if (origin !== undefined && !origins.includes(origin)) throw refused('origin', origin, origins);
    await next();
  };
}

const refused = (header: string, got: string | undefined, expected: readonly string[]): ApiError =>
  new ApiError(403, {
    code: header === 'host' ? 'foreignHost' : 'foreignOrigin',
    path: header,
    got: show(got),
    expected: `one of ${expected.join(', ')}`,
    fix: 'ask from this machine, by its loopback address, and from no page of another origin',
  });
