import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SmokeEndpoint } from '../../../src/runtime/adapters/aws/smoke-endpoint';
import { fakeClient, serviceError } from './fake-client';

function smokeOf(final: 'InService' | 'Failed', answer: (row: { tenure: number }) => unknown) {
  let endpoint: { looks: number } | undefined;
  const configurations = new Set<string>();
  let clock = 0;
  const sagemaker = fakeClient<SageMakerClient>({
    DescribeEndpoint: () => {
      if (endpoint === undefined) throw serviceError('ValidationException', 'Could not find endpoint');
      return { EndpointStatus: endpoint.looks-- > 0 ? 'Creating' : final };
    },
    CreateEndpointConfig: ({ EndpointConfigName }: { EndpointConfigName: string }) =>
      configurations.add(EndpointConfigName),
    CreateEndpoint: () => {
      endpoint = { looks: 1 };
    },
    DeleteEndpoint: () => {
      endpoint = undefined;
    },
    DeleteEndpointConfig: ({ EndpointConfigName }: { EndpointConfigName: string }) =>
      configurations.delete(EndpointConfigName),
  });
  const runtime = fakeClient<SageMakerRuntimeClient>({
    InvokeEndpoint: ({ Body }: { Body: string }) => {
      const [row] = JSON.parse(Body).instances as [{ tenure: number }];
      clock += row.tenure;
      return { Body: new TextEncoder().encode(JSON.stringify(answer(row))) };
    },
  });
  const smoke = new SmokeEndpoint(sagemaker, runtime, { name: 'trial', instanceType: 'ml.m5.large', now: () => clock });
  return { smoke, left: () => ({ endpoint, configurations: [...configurations] }) };
}

async function untilDone<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== 'TargetChanging') throw error;
    }
  }
}

const rows = Array.from({ length: 100 }, (_, place) => ({ tenure: place + 1 }));

test('a candidate is asked row by row, and nothing of it stays', async () => {
  const { smoke, left } = smokeOf('InService', ({ tenure }) => ({ predictions: tenure === 50 ? [] : [tenure] }));
  await expect(smoke.measure(rows)).rejects.toThrow(/still changes/);
  expect(await untilDone(() => smoke.measure(rows))).toEqual({
    loaded: true,
    rowsQueried: 100,
    failures: 1,
    latencyP99Ms: 100,
  });
  expect(left()).toEqual({ endpoint: undefined, configurations: [] });
});

test('a candidate that does not load says so, and nothing of it stays', async () => {
  const { smoke, left } = smokeOf('Failed', () => ({}));
  expect(await untilDone(() => smoke.measure(rows))).toMatchObject({ loaded: false, latencyP99Ms: null });
  expect(left()).toEqual({ endpoint: undefined, configurations: [] });
});
