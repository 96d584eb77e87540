import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { nearest } from '../../definition/schema-keys';
import type { Json } from '../../kernel/json';
import { ApiError, unknownModel } from './api-error';
import type { EventStreams } from './event-stream';
import type { PlatformView } from './platform-view';
import { readDecision } from './read-decision';
import { readInvocation, readJson } from './read-invocation';
import { type QueryReader, readQuery } from './read-query';

export type ServerContext = Context<{ Bindings: HttpBindings }>;

/** One route of the server. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly describe: string;
  readonly answer: (context: ServerContext) => Promise<Response>;
}

const MOST_ROWS = 10_000;
const ROWS = 1000;

/** All routes but `GET /`, which lists them. */
export function routes(view: PlatformView, streams: EventStreams): Route[] {
  const model = (context: ServerContext): string => knownModel(view, context.req.param('model') ?? '');
  const get = (
    path: string,
    describe: string,
    read: (context: ServerContext, query: QueryReader) => Promise<object>,
    query: readonly string[] = [],
  ): Route => ({
    method: 'GET',
    path,
    describe,
    answer: async (context) => context.json(await read(context, readQuery(context.req.url, query))),
  });
  const ofModel = (query: QueryReader): string | undefined => {
    const name = query.text('model');
    return name === undefined ? undefined : knownModel(view, name);
  };
  return [
    get('/ping', 'whether the server is up', async () => ({})),
    get('/api/state', 'the platform now', async () => view.state()),
    get('/api/models', 'names of the models', async () => ({ models: view.models() })),
    get('/api/models/:model', 'a model now', async (context) => {
      const name = model(context);
      return { name, ...(await view.state()).models[name] };
    }),
    get('/api/models/:model/runs', 'runs of its pipeline and of its releases', async (context) => ({
      runs: await view.runs(model(context)),
    })),
    get('/api/models/:model/versions', 'its versions', async (context) => ({
      versions: await view.versions(model(context)),
    })),
    {
      method: 'POST',
      path: '/api/models/:model/versions/:version/decision',
      describe: 'approve or reject a version: {"decision": "approve", "by": "ann@example.com"}',
      answer: async (context) => {
        const name = model(context);
        const decision = readDecision(context.req.param('version') ?? '', await readJson(context.env.incoming));
        return context.json(await view.decide(name, decision));
      },
    },
    get('/api/models/:model/months', 'what each month was like', async (context) => ({
      months: await view.months(model(context)),
    })),
    get(
      '/api/models/:model/metrics',
      'points of its metrics, the newest',
      async (context, query) => {
        const [name, from, to] = [query.text('name'), query.instant('from'), query.instant('to')];
        return {
          points: await view.metrics({
            model: model(context),
            limit: query.whole('limit', 1, MOST_ROWS, ROWS),
            ...(name !== undefined && { name }),
            ...(from !== undefined && { from }),
            ...(to !== undefined && { to }),
          }),
        };
      },
      ['name', 'from', 'to', 'limit'],
    ),
    get(
      '/api/alarms',
      'alarms that began and ended',
      async (_, query) => ({ alarms: await view.alarms(ofModel(query)) }),
      ['model'],
    ),
    get(
      '/api/decisions',
      'decisions to retrain',
      async (_, query) => ({ decisions: await view.decisions(ofModel(query)) }),
      ['model'],
    ),
    get('/api/notifications', 'what people were told', async () => ({ notifications: await view.notifications() })),
    get(
      '/api/ledger',
      'records of the audit chain',
      async (_, query) => {
        const from = query.whole('from', 1, Number.MAX_SAFE_INTEGER, 1);
        return { records: await view.ledger(from, query.whole('limit', 1, MOST_ROWS, ROWS)) };
      },
      ['from', 'limit'],
    ),
    get('/api/plan', 'the plan of the definition', async () => ({ plan: await view.plan() })),
    get('/api/findings', 'what is valid but risky', async () => ({ findings: await view.findings() })),
    {
      method: 'GET',
      path: '/api/events',
      describe: 'server-sent events, as they happen',
      answer: async (context) => {
        readQuery(context.req.url, []);
        return streams.answer(context);
      },
    },
    {
      method: 'POST',
      path: '/models/:model/invocations',
      describe: 'predictions for rows: {"instances": [{…}]}',
      answer: (context) => invoke(view, model(context), context),
    },
  ];
}

async function invoke(view: PlatformView, model: string, context: ServerContext): Promise<Response> {
  const instances = await readInvocation(context.env.incoming as IncomingMessage);
  const answer = await view.answer(model, instances, context.req.header('x-mlp-key'));
  if (!('error' in answer)) return send(context, answer.predictions, answer.version);
  const { code, text, version } = answer.error;
  const path = `models.${model}`;
  if (code === 'nothingServes') {
    const expected = 'a version with live traffic';
    throw new ApiError(503, { code, path, got: text, expected, fix: 'ask again when the first version is released' });
  }
  throw new ApiError(
    502,
    { code, path, got: text, expected: 'one prediction a row', fix: 'see the output of the model’s server' },
    version === null ? {} : { 'x-mlp-version': String(version) },
  );
}

/** Straight to the socket, past `Response`, which costs more than all else that the gateway does with a request. */
function send(context: ServerContext, predictions: readonly Json[], version: number): Response {
  const body = JSON.stringify({ predictions });
  (context.env.outgoing as ServerResponse)
    .writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-mlp-version': version,
    })
    .end(body);
  return RESPONSE_ALREADY_SENT;
}

function knownModel(view: PlatformView, name: string): string {
  const known = view.models();
  if (known.includes(name)) return name;
  throw unknownModel(name, known, nearest(name, known));
}
