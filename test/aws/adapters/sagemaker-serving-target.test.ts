import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { EndpointRequests } from '../../../src/runtime/adapters/aws/endpoint-requests';
import { SageMakerEndpoint } from '../../../src/runtime/adapters/aws/sagemaker-endpoint';
import { SageMakerServingTarget } from '../../../src/runtime/adapters/aws/sagemaker-serving-target';
import { type ScalingLimits, VariantScaling } from '../../../src/runtime/adapters/aws/variant-scaling';
import { MemoryStateStore } from '../../../src/runtime/adapters/memory/memory-state-store';
import type { Deployment } from '../../../src/runtime/ports';
import { FakeAutoscaling } from './fake-autoscaling';
import { fakeClient } from './fake-client';
import { fakeSageMaker } from './fake-endpoints';

const deployment = (version: number, first = false): Deployment => ({
  model: 'churn',
  version,
  artifactUri: `s3://bucket/runs/r${version}/model/`,
  externalId: '',
  first,
  serving: { instances: { min: 1, max: 4 }, capturePercent: 100, targetRequestsPerInstance: 600, timeoutSeconds: 5 },
});

const NO_SCALING: ScalingLimits = { min: 1, max: 1, targetRequestsPerInstance: 600 };

function targetOf(client: SageMakerClient, looks = 3): SageMakerServingTarget {
  const endpoint = new SageMakerEndpoint(client, {
    endpoint: 'acme-churn',
    roleArn: 'arn:aws:iam::111111111111:role/server',
    bucket: 'bucket',
    key: '',
    subnets: [],
    securityGroups: [],
    tags: [],
  });
  const autoscaling = fakeClient<ApplicationAutoScalingClient>(new FakeAutoscaling().operations());
  return new SageMakerServingTarget(endpoint, new VariantScaling(autoscaling, 'acme-churn', NO_SCALING), {
    instanceType: 'ml.m5.large',
    image: async () => 'image@sha256:1',
    sleep: async () => undefined,
    requests: new EndpointRequests(new MemoryStateStore(), 'acme-churn'),
    looks,
    abortAlarms: [],
  });
}

async function withChampion(options?: Parameters<typeof fakeSageMaker>[0]) {
  const sagemaker = fakeSageMaker(options);
  const target = targetOf(sagemaker.client);
  await target.deploy(deployment(1, true));
  return { sagemaker, target };
}

test('an account without an endpoint serves nothing, and the first version gets all traffic', async () => {
  const { client } = fakeSageMaker();
  const target = targetOf(client);
  expect(await target.read()).toEqual({ status: 'absent', live: {}, mirrored: {}, configuration: null });
  await target.deploy(deployment(1, true));
  expect(await target.read()).toMatchObject({ status: 'ready', live: { 1: 100 }, mirrored: {} });
});

test('a challenger is deployed with weight zero, shifted step by step, and the champion goes at the end', async () => {
  const { sagemaker, target } = await withChampion();
  await target.deploy(deployment(2));
  expect((await target.read()).live).toEqual({ 1: 100, 2: 0 });
  for (const percent of [5, 25, 50, 100]) {
    await target.setTraffic(2, percent);
    expect((await target.read()).live).toEqual({ 1: 100 - percent, 2: percent });
  }
  await target.remove(1);
  expect((await target.read()).live).toEqual({ 2: 100 });
  expect(sagemaker.current()?.DataCaptureConfig?.DestinationS3Uri).toBe('s3://bucket/capture/green-2');
});

test('a version is served by the image that passed the gate with it, whatever was built since', async () => {
  const { sagemaker, target } = await withChampion();
  await target.deploy({ ...deployment(2), image: 'image@sha256:gate' });
  expect(Object.fromEntries(sagemaker.models)).toEqual({
    'acme-churn-v1': 'image@sha256:1',
    'acme-churn-v2': 'image@sha256:gate',
  });
});

test('what an earlier platform of the same name has left is not served under the number of a version of this one', async () => {
  const { client } = fakeSageMaker();
  await targetOf(client).deploy(deployment(1, true));
  const anew = targetOf(client);
  const other = { ...deployment(1, true), artifactUri: 's3://new-bucket/runs/r1/model/' };
  await expect(anew.deploy(other)).rejects.toThrow(/modelOfAnotherLife[\s\S]*delete the endpoint acme-churn/);
  await expect(anew.deploy({ ...other, asShadow: true, first: false })).rejects.toThrow('modelOfAnotherLife');
  expect(await anew.read()).toMatchObject({ live: { 1: 100 } });
});

test('a version with live traffic is never taken out', async () => {
  const { target } = await withChampion();
  await target.deploy(deployment(2));
  await target.setTraffic(2, 50);
  await expect(target.remove(1)).rejects.toThrow(/version 1 has live traffic/);
  expect((await target.read()).live).toEqual({ 1: 50, 2: 50 });
});

test('a rollback gives the champion everything and takes the challenger out', async () => {
  const { sagemaker, target } = await withChampion();
  await target.deploy(deployment(2));
  await target.setTraffic(2, 25);
  await target.setTraffic(2, 0);
  expect((await target.read()).live).toEqual({ 1: 100, 2: 0 });
  await target.remove(2);
  expect((await target.read()).live).toEqual({ 1: 100 });
  expect(sagemaker.current()?.ProductionVariants.map(({ ModelName }) => ModelName)).toEqual(['acme-churn-v1']);
});

test('requests are copied to a shadow, which becomes a challenger with weight zero', async () => {
  const { target } = await withChampion();
  await target.mirror(2, 50).catch(() => undefined);
  await target.deploy(deployment(2));
  await target.mirror(2, 50);
  expect(await target.read()).toMatchObject({ live: { 1: 100 }, mirrored: { 2: 50 } });
  await target.deploy(deployment(2));
  expect(await target.read()).toMatchObject({ live: { 1: 100, 2: 0 }, mirrored: {} });
});

test('a shadow that is stopped leaves the champion alone', async () => {
  const { target } = await withChampion();
  await target.deploy(deployment(2));
  await target.mirror(2, 50);
  await target.mirror(2, 0);
  expect(await target.read()).toMatchObject({ live: { 1: 100 }, mirrored: {} });
});

test('an update that SageMaker takes back in silence is seen by the configuration in force', async () => {
  const { target } = await withChampion({ failUpdates: true });
  await expect(target.deploy(deployment(2))).rejects.toThrow(/SageMaker has gone back to the one before/);
  expect((await target.read()).live).toEqual({ 1: 100 });
});

test('while the endpoint changes the call is to be made again, and ends the same', async () => {
  const { client } = fakeSageMaker({ looks: 5 });
  const target = targetOf(client, 2);
  const attempts: string[] = [];
  for (let call = 0; call < 5; call++) {
    try {
      await target.deploy(deployment(1, true));
      attempts.push('done');
      break;
    } catch (error) {
      attempts.push((error as Error).name);
    }
  }
  expect(attempts).toEqual(['TargetChanging', 'TargetChanging', 'done']);
  expect((await target.read()).live).toEqual({ 1: 100 });
});

test('calls that are repeated ask for nothing', async () => {
  const { sagemaker, target } = await withChampion();
  await target.deploy(deployment(2));
  await target.setTraffic(2, 5);
  const before = sagemaker.client.asked.filter((one) => !one.startsWith('Describe')).length;
  await target.deploy(deployment(2));
  await target.setTraffic(2, 5);
  await target.mirror(2, 0);
  expect(sagemaker.client.asked.filter((one) => !one.startsWith('Describe'))).toHaveLength(before);
});

test('a first version that is taken out leaves no endpoint', async () => {
  const { target } = await withChampion();
  await target.remove(1);
  expect((await target.read()).status).toBe('absent');
});
