import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { nearest } from '../../definition/schema-keys';
import { methodNotAllowed, toApiError, unknownRoute } from './api-error';
import type { EventStreams } from './event-stream';
import { loopbackGuard } from './loopback-guard';
import type { PlatformView } from './platform-view';
import { type Route, routes } from './routes';

/** The routes of a platform, guarded, with errors as JSON. */
export function buildApp(
  view: PlatformView,
  streams: EventStreams,
  port: () => number,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const table = routes(view, streams);
  const index: Route = {
    method: 'GET',
    path: '/',
    describe: 'this list',
    answer: async (context) =>
      context.json({ routes: [index, ...table].map(({ method, path, describe }) => ({ method, path, describe })) }),
  };
  app.use('*', loopbackGuard(port));
  for (const { method, path, answer } of [index, ...table]) app.on(method, path, answer);
  for (const { path, method } of [index, ...table]) {
    app.all(path, ({ req }) => {
      throw methodNotAllowed(req.method, req.path, [method]);
    });
  }
  app.notFound(({ req }) => {
    const known = table.flatMap(({ path }) => view.models().map((model) => path.replace(':model', model)));
    throw unknownRoute(req.path, nearest(req.path, known));
  });
  app.onError((error, { req }) => toApiError(error, req.path).toResponse());
  return app;
}
