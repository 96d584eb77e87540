import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { SmokeEndpoint } from '../../../src/runtime/adapters/aws/smoke-endpoint';
import { MemoryArtifactStore } from '../../../src/runtime/adapters/memory/memory-artifact-store';
import { fakeClient, serviceError } from './fake-client';

interface Ends {
  readonly status: 'InService' | 'Failed';
  readonly reason?: string;
}

/** @param ends how endpoints end, one after the other; the last one for all that follow */
function smokeOf(ends: readonly Ends[], answer: (row: { tenure: number }) => unknown = () => ({ predictions: [1] })) {
  let endpoint: { looks: number; deleting: boolean; end: Ends } | undefined;
  let made = 0;
  let asked = 0;
  const configurations = new Set<string>();
  const failing = new Set<string>();
  let clock = 0;
  const missing = (what: string): Error => serviceError('ValidationException', `Could not find ${what}`);
  const fail = (name: string): void => {
    if (failing.delete(name)) throw serviceError('ThrottlingException', `${name} was made to fail`);
  };
  const sagemaker = fakeClient<SageMakerClient>({
    DescribeEndpoint: () => {
      if (endpoint === undefined) throw missing('endpoint');
      if (endpoint.looks-- > 0) return { EndpointStatus: endpoint.deleting ? 'Deleting' : 'Creating' };
      if (!endpoint.deleting) return { EndpointStatus: endpoint.end.status, FailureReason: endpoint.end.reason };
      endpoint = undefined;
      throw missing('endpoint');
    },
    CreateEndpointConfig: ({ EndpointConfigName }: { EndpointConfigName: string }) =>
      configurations.add(EndpointConfigName),
    CreateEndpoint: () => {
      if (endpoint !== undefined) throw serviceError('ValidationException', 'Cannot create already existing endpoint');
      endpoint = { looks: 1, deleting: false, end: ends[Math.min(made, ends.length - 1)]! };
      made += 1;
    },
    DeleteEndpoint: () => {
      fail('DeleteEndpoint');
      if (endpoint === undefined) throw missing('endpoint');
      if (endpoint.looks > 0 || endpoint.deleting)
        throw serviceError('ValidationException', 'Cannot update in-progress');
      endpoint = { ...endpoint, looks: 2, deleting: true };
    },
    DeleteEndpointConfig: ({ EndpointConfigName }: { EndpointConfigName: string }) => {
      fail('DeleteEndpointConfig');
      if (!configurations.delete(EndpointConfigName)) throw missing('endpoint configuration');
    },
  });
  const runtime = fakeClient<SageMakerRuntimeClient>({
    InvokeEndpoint: ({ Body }: { Body: string }) => {
      asked += 1;
      const [row] = JSON.parse(Body).instances as [{ tenure: number }];
      clock += row.tenure;
      return { Body: new TextEncoder().encode(JSON.stringify(answer(row))) };
    },
  });
  const options = { name: 'trial', instanceType: 'ml.m5.large', note: 'runs/1/smoke.json', tags: [], now: () => clock };
  const smoke = new SmokeEndpoint(sagemaker, runtime, new MemoryArtifactStore(), options);
  /** Nothing is left but what is being deleted. */
  const isGone = () => (endpoint === undefined || endpoint.deleting) && configurations.size === 0;
  return { smoke, failing, isGone, counts: () => ({ made, asked }) };
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
const SERVES = [{ status: 'InService' }] as const;

test('a candidate is asked row by row, and nothing of it stays', async () => {
  const { smoke, isGone } = smokeOf(SERVES, ({ tenure }) => ({ predictions: tenure === 50 ? [] : [tenure] }));
  await expect(smoke.measure(rows)).rejects.toThrow(/still changes/);
  expect(await untilDone(() => smoke.measure(rows))).toEqual({
    loaded: true,
    rowsQueried: 100,
    failures: 1,
    latencyP99Ms: 100,
  });
  expect(isGone()).toBe(true);
});

test('a candidate that does not load says so, and nothing of it stays', async () => {
  const { smoke, isGone } = smokeOf([{ status: 'Failed', reason: 'the container did not pass the ping health check' }]);
  expect(await untilDone(() => smoke.measure(rows))).toMatchObject({ loaded: false, latencyP99Ms: null });
  expect(isGone()).toBe(true);
});

test.each(['DeleteEndpoint', 'DeleteEndpointConfig'])('with %s throttled the measurement stands', async (call) => {
  const { smoke, failing, isGone, counts } = smokeOf(SERVES);
  failing.add(call);
  await expect(untilDone(() => smoke.measure(rows))).rejects.toThrow(`${call} was made to fail`);
  expect(await untilDone(() => smoke.measure(rows))).toMatchObject({ loaded: true, rowsQueried: 100, failures: 0 });
  expect([isGone(), counts()]).toEqual([true, { made: 1, asked: 101 }]);
});

test('a call whose answer was lost is answered again, and nothing is made again', async () => {
  const { smoke, isGone, counts } = smokeOf(SERVES);
  const first = await untilDone(() => smoke.measure(rows));
  expect(await smoke.measure(rows)).toEqual(first);
  expect([isGone(), counts()]).toEqual([true, { made: 1, asked: 101 }]);
});

test('no machine is no fault of the candidate: it is made anew once what has failed is gone', async () => {
  const reason = 'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error';
  const { smoke, isGone, counts } = smokeOf([{ status: 'Failed', reason }, { status: 'InService' }]);
  await expect(untilDone(() => smoke.measure(rows))).rejects.toThrow(/smokeNotDeployed/);
  expect(await untilDone(() => smoke.measure(rows))).toMatchObject({ loaded: true, failures: 0 });
  expect([isGone(), counts().made]).toEqual([true, 2]);
});

test('one that nobody waits for any more is taken away once that is possible, also twice', async () => {
  const { smoke, isGone } = smokeOf(SERVES);
  await expect(smoke.measure(rows)).rejects.toThrow(/still changes/);
  await expect(smoke.remove()).rejects.toThrow(/still changes/);
  await untilDone(() => smoke.remove());
  await smoke.remove();
  expect(isGone()).toBe(true);
});
