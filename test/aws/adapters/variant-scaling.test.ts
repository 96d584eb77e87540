import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { EndpointRequests } from '../../../src/runtime/adapters/aws/endpoint-requests';
import { SageMakerEndpoint } from '../../../src/runtime/adapters/aws/sagemaker-endpoint';
import { SageMakerServingTarget } from '../../../src/runtime/adapters/aws/sagemaker-serving-target';
import { VariantScaling } from '../../../src/runtime/adapters/aws/variant-scaling';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import type { Deployment } from '../../../src/runtime/ports';
import { FakeAutoscaling } from './fake-autoscaling';
import { fakeClient } from './fake-client';
import { fakeSageMaker } from './fake-endpoints';

const LIMITS = { min: 2, max: 6, targetRequestsPerInstance: 600 };

const deployment = (version: number, first = false): Deployment => ({
  model: 'churn',
  version,
  artifactUri: `s3://bucket/runs/r${version}/model/`,
  externalId: '',
  first,
  serving: { instances: LIMITS, capturePercent: 100, targetRequestsPerInstance: 600, timeoutSeconds: 5 },
});

function world(options: { readonly looks?: number; readonly failUpdates?: boolean } = {}) {
  const autoscaling = new FakeAutoscaling();
  const sagemaker = fakeSageMaker({ ...options, autoscaling });
  const client = fakeClient<ApplicationAutoScalingClient>(autoscaling.operations());
  const endpoint = new SageMakerEndpoint(sagemaker.client, {
    endpoint: 'acme-churn',
    roleArn: 'arn:aws:iam::111111111111:role/server',
    bucket: 'bucket',
    key: '',
    subnets: [],
    securityGroups: [],
    tags: [],
  });
  const target = (limits = LIMITS, instanceType = 'ml.m5.large') =>
    new SageMakerServingTarget(endpoint, new VariantScaling(client, 'acme-churn', limits), {
      instanceType,
      image: async () => 'image@sha256:1',
      sleep: async () => undefined,
      requests: new EndpointRequests(new MemoryStateStore(), 'acme-churn'),
      looks: 3,
      abortAlarms: [],
    });
  return { autoscaling, sagemaker, client, target };
}

async function withChampion(options?: Parameters<typeof world>[0]) {
  const all = world(options);
  const target = all.target();
  await target.deploy(deployment(1, true));
  return { ...all, champion: target };
}

test('the first version scales between the limits of the definition, by requests an instance', async () => {
  const { autoscaling, sagemaker } = await withChampion();
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600' });
  expect(sagemaker.counts()).toEqual({ blue: 2 });
  const [policy] = autoscaling.policies.values();
  expect(policy?.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType).toBe(
    'SageMakerVariantInvocationsPerInstance',
  );
});

test('a release keeps the instances that autoscaling chose, before it and while it goes on', async () => {
  const { autoscaling, sagemaker, champion: target } = await withChampion();
  sagemaker.scale('blue', 4);
  await target.deploy(deployment(2));
  // All traffic may come in one step: the challenger has as many machines as the champion.
  expect(sagemaker.counts()).toEqual({ blue: 4, green: 4 });
  await target.setTraffic(2, 10);
  sagemaker.scale('green', 6);
  for (const percent of [50, 100]) await target.setTraffic(2, percent);
  expect(sagemaker.counts()).toEqual({ blue: 4, green: 6 });
  await target.remove(1);
  expect(sagemaker.counts()).toEqual({ green: 6 });
  expect(autoscaling.byVariant()).toEqual({ green: '2..6 at 600' });
});

test('while a release goes on, machines are added only; the fallback without requests keeps its own', async () => {
  const { autoscaling, sagemaker, champion: target } = await withChampion();
  sagemaker.scale('blue', 5);
  await target.deploy(deployment(2));
  await target.setTraffic(2, 100);
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600, out only', green: '2..6 at 600, out only' });
  await target.setTraffic(2, 0);
  await target.remove(2);
  expect(await target.read()).toMatchObject({ live: { 1: 100 } });
  expect(sagemaker.counts()).toEqual({ blue: 5 });
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600' });
});

test('a shadow does not scale: it has the machines of the champion whose requests it gets', async () => {
  const { autoscaling, sagemaker, champion: target } = await withChampion();
  sagemaker.scale('blue', 3);
  await target.deploy(deployment(2));
  await target.mirror(2, 50);
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600' });
  expect(sagemaker.current()?.ShadowProductionVariants?.[0]?.InitialInstanceCount).toBe(3);
  await target.deploy(deployment(2));
  expect(Object.keys(autoscaling.byVariant())).toEqual(['blue', 'green']);
  expect(sagemaker.counts()).toEqual({ blue: 3, green: 3 });
});

test('an update that autoscaling comes before is made again, and its number of instances stays', async () => {
  const { sagemaker, champion: target } = await withChampion();
  sagemaker.scale('blue', 4, 10);
  const ends: string[] = [];
  for (let call = 0; call < 5; call++) {
    try {
      await target.deploy(deployment(2));
      ends.push('done');
      break;
    } catch (error) {
      ends.push((error as Error).name);
    }
  }
  expect(ends).toEqual(['TargetChanging', 'TargetChanging', 'TargetChanging', 'done']);
  expect(sagemaker.counts()).toEqual({ blue: 4, green: 4 });
});

test.each(['deploy', 'setTraffic', 'remove'] as const)(
  'autoscaling that begins just before %s makes the call be made again, and leaves what scales as it was',
  async (call) => {
    const { autoscaling, sagemaker, champion: target } = await withChampion();
    if (call !== 'deploy') await target.deploy(deployment(2));
    if (call === 'remove') await target.setTraffic(2, 100);
    const before = autoscaling.byVariant();
    sagemaker.beforeNextUpdate(() => sagemaker.scale('blue', 5, 1));
    const change = {
      deploy: () => target.deploy(deployment(2)),
      setTraffic: () => target.setTraffic(2, 50),
      remove: () => target.remove(1),
    }[call];
    // A variant that goes is deregistered before the update: the fake scales only what is registered.
    if (call === 'remove') sagemaker.beforeNextUpdate(() => sagemaker.scale('green', 5, 1));
    await expect(change()).rejects.toMatchObject({ name: 'TargetChanging' });
    expect(autoscaling.byVariant()).toEqual(before);
    await change();
    expect(sagemaker.counts()[call === 'remove' ? 'green' : 'blue']).toBe(5);
  },
);

test('variants of different sizes keep them, whatever the new configuration begins with', async () => {
  const { sagemaker, champion: target } = await withChampion();
  await target.deploy(deployment(2));
  sagemaker.scale('green', 6);
  await target.remove(2);
  expect(sagemaker.counts()).toEqual({ blue: 2 });
});

test('a version in the place of one with traffic begins without any', async () => {
  const { champion: target } = await withChampion();
  await target.deploy(deployment(2));
  await target.setTraffic(2, 70);
  await target.deploy(deployment(3));
  expect((await target.read()).live).toEqual({ 2: 100, 3: 0 });
});

test('who answers can be read while instances come and go', async () => {
  const { sagemaker, champion: target } = await withChampion();
  sagemaker.scale('blue', 4, 2);
  expect(await target.read()).toMatchObject({ status: 'ready', live: { 1: 100 } });
});

test('an update that SageMaker takes back in silence leaves the champion scaling as before', async () => {
  const { autoscaling, sagemaker, champion: target } = await withChampion({ failUpdates: true });
  sagemaker.scale('blue', 4);
  await expect(target.deploy(deployment(2))).rejects.toThrow(/SageMaker has gone back to the one before/);
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600' });
  expect(sagemaker.counts()).toEqual({ blue: 4 });
});

test('other limits are in force with the next release, and one number of instances ends the scaling', async () => {
  const { autoscaling, target } = await withChampion();
  await target({ min: 3, max: 9, targetRequestsPerInstance: 300 }).deploy(deployment(2));
  expect(autoscaling.byVariant()).toEqual({ blue: '3..9 at 300, out only', green: '3..9 at 300, out only' });
  const fixed = target({ min: 3, max: 3, targetRequestsPerInstance: 300 });
  await fixed.setTraffic(2, 100);
  await fixed.remove(1);
  expect(autoscaling.byVariant()).toEqual({});
});

test('another machine ends the scaling before the update and has it again after', async () => {
  const { autoscaling, sagemaker, target } = await withChampion();
  await target(LIMITS, 'ml.c5.xlarge').deploy(deployment(2));
  expect(sagemaker.current()?.ProductionVariants.map(({ InstanceType }) => InstanceType)).toEqual([
    'ml.c5.xlarge',
    'ml.c5.xlarge',
  ]);
  expect(Object.keys(autoscaling.byVariant())).toEqual(['blue', 'green']);
});

test('a target that somebody else changes is asked again', async () => {
  const { autoscaling, target } = world();
  autoscaling.concurrent = 1;
  await expect(target().deploy(deployment(1, true))).rejects.toMatchObject({ name: 'TargetChanging' });
  await target().deploy(deployment(1, true));
  expect(autoscaling.byVariant()).toEqual({ blue: '2..6 at 600' });
});

test('what is registered already is not written again, and an endpoint that goes takes its scaling with it', async () => {
  const { autoscaling, client, champion: target } = await withChampion();
  const written = () => client.asked.filter((one) => !one.startsWith('Describe')).length;
  const before = written();
  await target.deploy(deployment(1, true));
  expect(written()).toBe(before);
  await target.remove(1);
  expect((await target.read()).status).toBe('absent');
  expect(autoscaling.byVariant()).toEqual({});
});
