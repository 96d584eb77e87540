import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Json } from '../../../kernel/json';
import { OperationError, ProblemsError } from '../../../kernel/problem';

/** What a role answers to a path's JSON. */
export type Routes = Readonly<
  Record<string, (body: unknown, request: IncomingMessage) => Promise<{ [key: string]: Json }>>
>;
export type HttpHandler = (request: IncomingMessage & { body?: unknown }, response: ServerResponse) => Promise<void>;

/** A function's HTTP handler: a path's route gets the JSON body, what it answers is the reply. */
export const httpHandler =
  (routes: Routes): HttpHandler =>
  async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route || request.method !== 'POST') return reply(response, 404, { error: { message: `nothing at ${path}` } });
    try {
      reply(response, 200, await route(request.body ?? (await readJson(request)), request));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      console.error(JSON.stringify({ severity: 'ERROR', message, stack: error instanceof Error ? error.stack : null }));
      reply(response, statusOf(error), { error: { message } });
    }
  };

/** Errors that another try does not mend. */
const REFUSALS = ['notThisHandler', 'trainingBlocked'];

/** A request that can never be answered is refused for good; everything else may work the next time. */
function statusOf(error: unknown): number {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 400;
  if (error instanceof OperationError && REFUSALS.includes(error.title)) return 400;
  return error instanceof ProblemsError && !(error instanceof OperationError) ? 400 : 500;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function reply(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Serves a handler by itself, where no functions framework does: `node index.js` in any container. */
export function listenWhenMain(main: NodeJS.Module | undefined, self: NodeJS.Module, handler: HttpHandler): void {
  if (main !== self) return;
  createServer((request, response) => void handler(request, response)).listen(Number(process.env['PORT'] ?? 8080));
}
