import { googleEnvSchema } from '../../src/contract/google';
import { withoutShadow } from '../../src/google/canary-endpoint/without-shadow';
import type { Json } from '../../src/kernel/json';
import { planPlatform } from '../../src/plan/plan-platform';
import type { GoogleApi } from '../../src/runtime/adapters/google/google-api';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { type Ports, USE_CASE_FUNCTIONS } from '../../src/runtime/usecases';
import { modelDigest } from '../../src/runtime/usecases/artifact-digest';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';

type State = { [key: string]: Json };

const plan = planPlatform(SCALE).models['demand']!;
const graph = withoutShadow(plan.endpoint.graph);
const register = plan.pipeline.graph.steps.find((step) => step.id === 'register')!;

let google: FakeGoogle;
let ports: Ports;
let now: number;
/** Share of requests that a version answers with an error. */
let errorShare: (version: number) => number;

beforeEach(async () => {
  google = new FakeGoogle();
  const api: GoogleApi = await google.start();
  now = 1_760_000_000;
  errorShare = () => 0;
  google.endpoints.set('projects/p/locations/r/endpoints/e', {});
  google.sql = () => ({
    columns: [['answer', 'STRING']],
    rows: Array.from({ length: 300 }, (_, i) => [String(i % 50)]),
  });
  google.timeSeries = (filter) => {
    const version = Number(/deployed_model_id = "(\d+)"/.exec(filter)?.[1]);
    const split = google.endpoints.get('projects/p/locations/r/endpoints/e')!['trafficSplit'] as Record<string, number>;
    const requests = 200 * (split[String(version)] ?? 0);
    if (filter.includes('response_code = one_of("4xx", "5xx")'))
      return [{ points: [{ value: { int64Value: String(Math.round(requests * errorShare(version))) } }] }];
    if (filter.includes('response_count')) return [{ points: [{ value: { int64Value: String(requests) } }] }];
    // Answers take 20 to 60 ms; buckets grow by a twentieth.
    const bucketOptions = { exponentialBuckets: { numFiniteBuckets: 100, growthFactor: 1.05, scale: 1 } };
    const bucketCounts = Array.from({ length: 102 }, (_, bucket) =>
      String(bucket > 62 && bucket <= 82 ? requests / 20 : 0),
    );
    return [{ points: [{ value: { distributionValue: { bucketOptions, bucketCounts } } }] }];
  };
  const env = googleEnvSchema.parse({
    MLP_PLATFORM: 'bikes',
    MLP_MODEL: 'demand',
    MLP_PROJECT: 'p',
    MLP_REGION: 'r',
    MLP_ARTIFACTS: 'a',
    MLP_LEDGER: 'l',
    MLP_STATE: 's',
    MLP_DATASET: 'd',
    MLP_CAPTURE_TABLE: 'capture',
    MLP_ENDPOINT: 'e',
    MLP_SERVER_ACCOUNT: 'server@p',
    MLP_SERVER_MACHINE: 'n1-standard-2',
    MLP_SERVER_IMAGE: 'server:current',
  });
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  ports = { ...googlePorts(env, null, api), clock: { now: () => now } };
});
afterEach(() => google.stop());

/** A version that has passed its gate. */
async function registered(run: string): Promise<number> {
  google.put(`a/runs/${run}/model/model.json`, `{"run":"${run}"}`);
  google.put(`a/runs/${run}/profile.json`, '{"inputs":null}');
  google.put(`a/runs/${run}/test.jsonl`, '{"id":"1","bikers":5}\n{"id":"2","bikers":7}\n');
  const set = { key: 'k', uri: 'gs://a/k', rows: 2, digest: 'sha256:data', fromMs: 0, toMs: 1 };
  const state = {
    startedBy: 'ann',
    cause: 'manual',
    commit: 'abc',
    decisionId: null,
    validation: { startedAt: now - 60, train: set, test: set },
    evaluation: {
      artifactDigest: await modelDigest(ports.artifacts, run),
      artifactUri: ports.artifacts.uri(`runs/${run}/model/`),
      metrics: { mae: 40 },
    },
    gate: { verdict: 'pass', explanation: 'all bounds hold' },
  };
  if (register.kind !== 'task') throw new Error('register is a task');
  const fixed = JSON.parse(JSON.stringify(register.arguments)) as State;
  const answer = await USE_CASE_FUNCTIONS.registerVersion(
    { use: 'registerVersion', step: 'register', run, arguments: fixed, state },
    ports,
  );
  return Number(answer['version']);
}

/** Runs the release graph; waiting moves the clock. */
async function release(version: number): Promise<{ end: string; state: State }> {
  const byId = new Map(graph.steps.map((step) => [step.id, step]));
  let state: State = { version, requestedBy: 'ann' };
  let id = graph.startAt;
  for (let taken = 0; taken < 2000; taken++) {
    const step = byId.get(id)!;
    if (step.kind === 'end') return { end: step.id, state };
    if (step.kind === 'wait') {
      now += step.seconds;
      id = step.next;
    } else if (step.kind === 'choice') {
      const value = step.on.split('.').reduce<Json | undefined>((at, part) => (at as State | undefined)?.[part], state);
      id = step.cases.find((one) => one.equals === value)?.next ?? step.otherwise;
    } else if (step.kind === 'task') {
      const fixed = JSON.parse(JSON.stringify(step.arguments)) as State;
      try {
        const event = { use: step.use, step: step.id, run: `release-${version}`, arguments: fixed, state };
        state = { ...state, [step.output]: await USE_CASE_FUNCTIONS[step.use](event, ports) };
        id = step.next;
      } catch (error) {
        state = { ...state, error: { step: step.id, message: (error as Error).message } };
        id = step.onError;
      }
    }
  }
  throw new Error(`the release does not end: ${JSON.stringify(state['analysis'])}`);
}

const live = async (): Promise<unknown> => (await ports.serving.read()).live;
const aliases = (): unknown[] =>
  google.models.get('projects/p/locations/r/models/bikes-demand')!.map((one) => one['versionAliases']);

test('the first version gets the endpoint, a good challenger takes it over step by step, and the registry shows it', async () => {
  const first = await release(await registered('r1'));
  expect([first.end, first.state['error']]).toEqual(['released', undefined]);
  expect(await live()).toEqual({ 1: 100 });
  const second = await release(await registered('r2'));
  expect([second.end, second.state['error']]).toEqual(['released', undefined]);
  expect(await live()).toEqual({ 2: 100 });
  expect(aliases()).toEqual([
    ['v1', 'previous'],
    ['v2', 'champion'],
  ]);
  expect((await ports.ledger.read(1)).length).toBeGreaterThan(4);
});

test('a challenger that fails requests is taken back: the champion has all traffic, read back, and people are told', async () => {
  await release(await registered('r1'));
  errorShare = (version) => (version === 2 ? 0.2 : 0);
  const { end, state } = await release(await registered('r2'));
  expect(end).toBe('rolledBack');
  expect(state['rollback']).toMatchObject({ champion: 1, live: { 1: 100 } });
  expect(await live()).toEqual({ 1: 100 });
  const split = google.endpoints.get('projects/p/locations/r/endpoints/e')!['trafficSplit'];
  expect(split).toEqual({ '1': 100 });
  expect(console.log).toHaveBeenCalledWith(expect.stringContaining('taken back'));
  // The lock is free: the next release may begin.
  errorShare = () => 0;
  expect((await release(await registered('r3'))).end).toBe('released');
  expect(await live()).toEqual({ 3: 100 });
});

test('an artifact that was changed after its registration never gets traffic', async () => {
  await release(await registered('r1'));
  const version = await registered('r2');
  google.put('a/runs/r2/model/model.json', '{"run":"forged"}');
  const { end, state } = await release(version);
  expect([end, JSON.stringify(state['error'])]).toEqual(['rejected', expect.stringContaining('artifactChanged')]);
  expect(await live()).toEqual({ 1: 100 });
});
