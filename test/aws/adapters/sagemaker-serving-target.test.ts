import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerEndpoint } from '../../../src/runtime/adapters/aws/sagemaker-endpoint';
import { SageMakerServingTarget } from '../../../src/runtime/adapters/aws/sagemaker-serving-target';
import type { Deployment } from '../../../src/runtime/ports';
import { fakeClient, serviceError } from './fake-client';

interface ProductionVariant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InitialVariantWeight: number;
}
interface Configuration {
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly ProductionVariant[];
  readonly ShadowProductionVariants?: readonly ProductionVariant[];
  readonly DataCaptureConfig?: { readonly DestinationS3Uri: string };
}

/** SageMaker as far as endpoints go: changes take some looks, and an update can fail and be taken back in silence. */
function fakeSageMaker({ looks = 0, failUpdates = false } = {}) {
  const configurations = new Map<string, Configuration>();
  const models = new Set<string>();
  let endpoint: { config: string; weights: Map<string, number>; busy: number } | undefined;
  const start = (name: string) => {
    const weights = configurations
      .get(name)!
      .ProductionVariants.map((one) => [one.VariantName, one.InitialVariantWeight] as const);
    endpoint = { config: name, weights: new Map(weights), busy: looks };
  };
  const client = fakeClient<SageMakerClient>({
    CreateModel: ({ ModelName }: { ModelName: string }) => {
      if (models.has(ModelName)) throw serviceError('ValidationException', 'Cannot create already existing model');
      models.add(ModelName);
    },
    CreateEndpointConfig: (input: Configuration) => {
      if (configurations.has(input.EndpointConfigName)) {
        throw serviceError('ValidationException', 'Cannot create already existing endpoint configuration');
      }
      for (const { ModelName } of input.ProductionVariants) {
        if (!models.has(ModelName)) throw serviceError('ValidationException', `Could not find model ${ModelName}`);
      }
      configurations.set(input.EndpointConfigName, input);
    },
    CreateEndpoint: ({ EndpointConfigName }: Configuration) => start(EndpointConfigName),
    UpdateEndpoint: ({ EndpointConfigName }: Configuration) => {
      if (!failUpdates) start(EndpointConfigName);
      else endpoint!.busy = looks;
    },
    UpdateEndpointWeightsAndCapacities: (input: {
      DesiredWeightsAndCapacities: readonly { VariantName: string; DesiredWeight: number }[];
    }) => {
      for (const one of input.DesiredWeightsAndCapacities) endpoint!.weights.set(one.VariantName, one.DesiredWeight);
      endpoint!.busy = looks;
    },
    DeleteEndpoint: () => {
      endpoint = undefined;
    },
    DescribeEndpoint: () => {
      if (endpoint === undefined) throw serviceError('ValidationException', 'Could not find endpoint');
      const EndpointStatus = endpoint.busy-- > 0 ? 'Updating' : 'InService';
      const ProductionVariants = [...endpoint.weights].map(([VariantName, CurrentWeight]) => ({
        VariantName,
        CurrentWeight,
      }));
      return { EndpointStatus, EndpointConfigName: endpoint.config, ProductionVariants };
    },
    DescribeEndpointConfig: ({ EndpointConfigName }: Configuration) => configurations.get(EndpointConfigName),
  });
  return { client, configurations, current: () => configurations.get(endpoint?.config ?? '') };
}

const deployment = (version: number, first = false): Deployment => ({
  model: 'churn',
  version,
  artifactUri: `s3://bucket/runs/r${version}/model/`,
  externalId: '',
  first,
  serving: { instances: { min: 1, max: 4 }, capturePercent: 100, targetRequestsPerInstance: 600, timeoutSeconds: 5 },
});

function targetOf(client: SageMakerClient, looks = 3): SageMakerServingTarget {
  const endpoint = new SageMakerEndpoint(client, {
    endpoint: 'acme-churn',
    roleArn: 'arn:aws:iam::111111111111:role/server',
    bucket: 'bucket',
    key: '',
    subnets: [],
    securityGroups: [],
  });
  return new SageMakerServingTarget(endpoint, {
    instanceType: 'ml.m5.large',
    image: async () => 'image@sha256:1',
    sleep: async () => undefined,
    looks,
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
