import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { googleEnvSchema } from '../../src/contract/google';
import { EvalGatePipeline, ModelRegistry, RetrainSchedule } from '../../src/google';
import { alertOf } from '../../src/runtime/adapters/google/alert-message';
import { incidents } from '../../src/runtime/entrypoints/google/incidents';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { httpHandler } from '../../src/runtime/entrypoints/google/serve';
import { alerts, tasks } from '../../src/runtime/entrypoints/google/tasks';
import { USE_CASE_FUNCTIONS } from '../../src/runtime/usecases';
import { incident as incidentOf } from '../contracts/ports/incident-tracker';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

let google: FakeGoogle;
let server: Server | undefined;
const before = { ...process.env };
beforeEach(() => {
  google = new FakeGoogle();
});
afterEach(async () => {
  process.env = { ...before };
  await google.stop();
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = undefined;
});

/** The environment that the construct gives to its handler, with buckets by their ids. */
function environmentOfRetraining(): Record<string, string> {
  const stack = stackOf();
  const registry = new ModelRegistry(stack, 'Registry', { model: 'demand', security: { encryption: 'managed' } });
  const pipeline = EvalGatePipeline.fromPipelineAttributes(stack, 'Pipeline', {
    model: 'demand',
    workflowId: 'w',
    registry,
  });
  new RetrainSchedule(stack, 'Retraining', { model: 'demand', retraining: SCALE.models.demand.retraining, pipeline });
  const [handler] = all(resourcesOf(stack), 'google_cloudfunctions2_function') as [Attributes];
  return (handler['service_config'] as Attributes)['environment_variables'] as Record<string, string>;
}

async function listen(
  routes: Parameters<typeof httpHandler>[0],
): Promise<
  (path: string, body: unknown, headers?: Record<string, string>) => Promise<[number, { [key: string]: unknown }]>
> {
  const handler = httpHandler(routes);
  server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return async (path, body, headers = {}) => {
    const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return [reply.status, (await reply.json()) as { [key: string]: unknown }];
  };
}

const incident = (state: string, kind = 'qualitydecay') => ({
  message: {
    messageId: '1',
    data: Buffer.from(
      JSON.stringify({
        incident: {
          incident_id: 'i1',
          state,
          started_at: 1_700_000_000,
          summary: 'mae is above 70',
          policy_user_labels: { kind, alarm: 'quality-mae' },
        },
      }),
    ).toString('base64'),
  },
});

test('an alert that opens asks for the decision, which is recorded in the state and the ledger', async () => {
  const api = await google.start();
  Object.assign(process.env, environmentOfRetraining(), { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a' });
  google.put('s/wiring/demand/pipeline.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
  const call = await listen({ '/alerts': alerts((env) => googlePorts(env, null, api)) });

  expect(await call('/alerts', incident('closed'))).toEqual([200, { ignored: true }]);
  expect(await call('/alerts', incident('open', 'endpointerrors'))).toEqual([200, { ignored: true }]);
  expect(google.objects.has('l/000000000001.json')).toBe(false);

  const [status, decision] = await call('/alerts', incident('open'));
  expect([status, decision]).toEqual([200, expect.objectContaining({ action: expect.any(String) })]);
  expect(google.text('s/state/retraining/demand.json')).toBeDefined();
  expect(JSON.parse(google.text('l/000000000001.json')!)).toMatchObject({ sequence: 1, model: 'demand' });
  expect(google.series.length).toBeGreaterThan(0);
});

test('a page alarm starts the workflow of its incident once, with what the plan says of it, and its end ends the record', async () => {
  const api = await google.start();
  const ALARMS = {
    'endpoint-errors': { kind: 'endpointErrors', severity: 'page', runbook: 'https://r/errors', group: 'service' },
  };
  Object.assign(process.env, environmentOfRetraining(), { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a' });
  process.env['MLP_ALARMS'] = JSON.stringify(ALARMS);
  google.put('s/wiring/demand/incident.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
  const call = await listen({ '/incidents': incidents(() => api) });
  const message = (state: string, alarm = 'endpoint-errors') => ({
    message: {
      data: Buffer.from(
        JSON.stringify({
          version: '1.2',
          incident: {
            incident_id: '0.abc',
            state,
            started_at: 1_700_000_000,
            ended_at: state === 'open' ? null : 1_700_000_600,
            summary: null,
            policy_user_labels: { alarm },
          },
        }),
      ).toString('base64'),
    },
  });
  expect(await call('/incidents', message('open', 'another-alarm'))).toEqual([200, { ignored: true }]);
  const name = 'endpoint-errors-0.abc';
  expect(await call('/incidents', message('open'))).toEqual([200, { name, started: true }]);
  expect(await call('/incidents', message('open'))).toEqual([200, { name, started: false }]);
  expect(google.executions.map(({ argument }) => JSON.parse(String(argument)))).toEqual([
    {
      ...ALARMS['endpoint-errors'],
      text: '',
      alarm: 'endpoint-errors',
      at: '2023-11-14T22:13:20.000Z',
      run: name,
    },
  ]);
  // What the workflow's first step does.
  const ports = googlePorts(googleEnvSchema.parse(process.env), null, api);
  const state = JSON.parse(String(google.executions[0]!['argument']));
  const record = { use: 'recordIncident', step: 'record', run: name, arguments: { told: true }, state } as const;
  const { ticket } = await USE_CASE_FUNCTIONS.recordIncident(record, ports);
  expect(ticket).toBe(google.executions[0]!['name']);
  expect(await ports.incidents!.status(String(ticket))).toBe('open');
  google.executions[0]!['state'] = 'CANCELLED';
  expect(await ports.incidents!.status(String(ticket))).toBe('taken');
  // An incident of a release has no execution that looks after it.
  expect(await ports.incidents!.open({ ...incidentOf('k'), id: 'reportRollBack:v1' })).toBeNull();

  expect(await call('/incidents', message('closed'))).toEqual([200, { resolved: `record:${name}` }]);
  const actions = ['1', '2'].map((number) => JSON.parse(google.text(`l/${number.padStart(12, '0')}.json`)!).action);
  expect(actions).toEqual(['incident', 'incidentResolved']);
});

test('a schedule’s call is a run named by its instant', async () => {
  const api = await google.start();
  Object.assign(process.env, environmentOfRetraining(), { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a' });
  google.put('s/wiring/demand/release.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
  const call = await listen({ '/': tasks(['requestRelease'], (env) => googlePorts(env, null, api)) });
  const event = {
    use: 'requestRelease',
    step: 'nightly',
    run: 'nightly',
    arguments: {},
    state: { version: { version: 2 } },
  };
  const due = { 'x-cloudscheduler-scheduletime': '2026-11-24T00:00:00Z' };
  expect(await call('/', event, due)).toEqual([200, { name: 'v2-nightly-2026-11-24T00:00:00Z', started: true }]);
  // Scheduler calls again when it got no answer: the same instant is the same run.
  expect(await call('/', event, due)).toEqual([200, { name: 'v2-nightly-2026-11-24T00:00:00Z', started: false }]);
  expect(google.executions).toHaveLength(1);
});

test('a request that can never work is refused for good, a failure may be tried again', async () => {
  const boom = async (): Promise<never> => {
    throw new Error('the store is away');
  };
  Object.assign(process.env, environmentOfRetraining());
  const call = await listen({ '/': tasks(['decideRetraining']), '/boom': boom });
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  expect((await call('/', '{ not json'))[0]).toBe(400);
  expect((await call('/', { use: 'nothing' }))[0]).toBe(400);
  const foreign = { use: 'promote', step: 's', run: 'r', arguments: {}, state: {} };
  const [status, body] = await call('/', foreign);
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('decideRetraining')]);
  expect(await call('/boom', {})).toEqual([500, { error: { message: 'the store is away' } }]);
  expect((await call('/nowhere', {}))[0]).toBe(404);
});

test('messages that are no alerts of ours are told apart', () => {
  const push = (text: string) => ({ message: { data: Buffer.from(text).toString('base64') } });
  expect(alertOf(push('hello'))).toBeUndefined();
  expect(alertOf(push('{"incident":{}}'))).toBeUndefined();
  expect(() => alertOf({})).toThrow();
});
