import type { Engine } from './engine';
import { type Deployed, deployedBy } from './template';
import { World } from './world';

/** Executions that never end: what is tested here is between a handler and Google's services. */
const engine: Engine = { execute: () => new Promise(() => undefined) };
const SERVING = {
  instances: { min: 1, max: 2 },
  capturePercent: 100,
  targetRequestsPerInstance: 100,
  timeoutSeconds: 60,
};

let deployed: Deployed;
let world: World;
beforeAll(async () => {
  deployed = await deployedBy({ strategy: 'allAtOnce', finalHold: '15m' });
});
beforeEach(async () => {
  world = await World.open(deployed, engine);
});
afterEach(() => world.close());

const entry = (version: number) => ({
  model: 'demand',
  version,
  artifactUri: 'gs://a/runs/1/model/',
  artifactDigest: 'sha256:0',
  image: '',
  facts: {},
});
const versions = (): number => [...world.account.models.all.values()].flat().length;

describe.each(['lost', 'reset', 'unavailable', 'quota'] as const)('a call that fails once (%s)', (manner) => {
  it.each([1, 2])('uploads version %d of a model once', async (version) => {
    await world.time.until(world.ports.catalogue.publish(entry(3)));
    const before = versions();
    world.account.fail({ operation: 'aiplatform.models.upload', times: 1, manner });
    const name = await world.time.until(world.ports.catalogue.publish(entry(version)));
    expect(versions()).toBe(before + 1);
    expect(await world.time.until(world.ports.catalogue.publish(entry(version)))).toBe(name);
    expect(versions()).toBe(before + 1);
  });

  it('starts an execution once', async () => {
    world.account.fail({ operation: 'workflowexecutions.executions.create', times: 1, manner });
    expect(await world.time.until(world.ports.workflows.start('pipeline', 'run', {}))).toBe(true);
    expect(world.account.executions.all).toHaveLength(1);
    expect(await world.time.until(world.ports.workflows.status('pipeline', 'run'))).toBe('running');
  });

  it('writes a state once, and says so', async () => {
    world.account.fail({ operation: 'storage.objects.insert', times: 1, manner });
    const { state } = world.ports;
    const version = await world.time.until(state.compareAndSwap('registry/demand', null, { champion: 1 }));
    expect(version).toBeDefined();
    expect(await world.time.until(state.compareAndSwap('registry/demand', null, { champion: 2 }))).toBeUndefined();
  });

  it('deploys a version, and takes it out', async () => {
    const externalId = await world.time.until(world.ports.catalogue.publish(entry(1)));
    const { serving } = world.ports;
    const deployment = { model: 'demand', version: 1, artifactUri: '', externalId, first: true, serving: SERVING };
    world.account.fail({ operation: 'aiplatform.endpoints.deployModel', times: 1, manner });
    await world.time.until(serving.deploy(deployment));
    expect((await world.time.until(serving.read())).live).toEqual({ 1: 100 });
    world.account.fail({ operation: 'aiplatform.endpoints.undeployModel', times: 1, manner });
    await world.time.until(serving.remove(1));
    expect((await world.time.until(serving.read())).status).toBe('absent');
  });
});

it('a deployment that an earlier call has begun is waited for before the endpoint is read', async () => {
  const externalId = await world.time.until(world.ports.catalogue.publish(entry(1)));
  const { serving } = world.ports;
  void serving.deploy({ model: 'demand', version: 1, artifactUri: '', externalId, first: true, serving: SERVING });
  await world.time.until(world.time.sleep(60_000));
  const began = world.time.now();
  expect((await world.time.until(serving.read())).live).toEqual({ 1: 100 });
  expect(world.time.now() - began).toBeGreaterThan(10 * 60_000);
});

it('a run that could not be started is started by the next call, not taken for one that goes on', async () => {
  const { workflows } = world.ports;
  world.account.fail({ operation: 'workflowexecutions.executions.create', times: 5, manner: 'unavailable' });
  await expect(world.time.until(workflows.start('release', 'v2', { version: 2 }))).rejects.toThrow(/made to fail/);
  expect(await world.time.until(workflows.start('release', 'v2', { version: 2 }))).toBe(true);
  expect(world.account.executions.all).toHaveLength(1);
});

it('an execution that a person has started holds what it has taken while it runs', async () => {
  const { name } = world.account.executions.create(deployed.workflows.release.name, '{"version":2}');
  const run = name.split('/').at(-1)!;
  const status = () => world.time.until(world.ports.workflows.status('release', run));
  expect(await status()).toBe('running');
  world.account.executions.all[0]!.state = 'FAILED';
  expect(await status()).toBe('failed');
});

it('a figure that is said again, and others with it, is no error', async () => {
  const { metrics } = world.ports;
  const at = Math.floor(world.time.now() / 1000);
  const point = (name: 'PipelineSuccess' | 'PipelineDuration') => ({ name, value: 1, dimensions: {} });
  await world.time.until(metrics.emit([point('PipelineSuccess')], at));
  await world.time.until(metrics.emit([point('PipelineSuccess'), point('PipelineDuration')], at + 2));
  expect(world.account.monitoring.written).toHaveLength(2);
  const monitored = { operation: 'monitoring.timeSeries.create', times: 5, manner: 'unavailable' } as const;
  world.account.fail(monitored);
  await expect(world.time.until(metrics.emit([point('PipelineSuccess')], at + 60))).rejects.toThrow(/made to fail/);
});

it('windows that follow each other count every request once, although figures come late', async () => {
  const externalId = await world.time.until(world.ports.catalogue.publish(entry(1)));
  const deployment = { model: 'demand', version: 1, artifactUri: '', externalId, first: true, serving: SERVING };
  await world.time.until(world.ports.serving.deploy(deployment));
  let from = Math.floor(world.time.now() / 1000);
  const start = from;
  let counted = 0;
  for (const seconds of [300, 317, 45, 20, 301, 600]) {
    await world.time.until(world.time.sleep(seconds * 1000));
    const to = from + seconds;
    const { requests, latency } = await world.time.until(world.ports.telemetry.arm(1, from, to));
    expect(latency?.counts.reduce((sum, one) => sum + one, 0) ?? 0).toBe(requests);
    counted += requests;
    from = to;
  }
  // Two a second, until three minutes before the end, as a whole minute.
  const seen = (Math.floor(from / 60) * 60 - 180 - start) * 2;
  expect(Math.abs(counted - seen)).toBeLessThanOrEqual(120);
});
