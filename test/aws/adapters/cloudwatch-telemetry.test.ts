import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchTelemetry, LATENCY_EDGES_MS } from '../../../src/runtime/adapters/aws/cloudwatch-telemetry';
import type { SageMakerEndpoint } from '../../../src/runtime/adapters/aws/sagemaker-endpoint';
import { fakeClient } from './fake-client';
import { bytes, fakeS3 } from './fake-s3';

const layout = {
  production: { blue: { version: 1, weight: 90 }, green: { version: 2, weight: 10 } },
  shadow: null,
};
const endpoint = {
  options: { endpoint: 'acme-churn' },
  read: async () => ({ layout }),
} as unknown as SageMakerEndpoint;

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Stat: string;
    readonly Metric: { readonly MetricName: string; readonly Dimensions: { Value: string }[] };
  };
}

/** Latency of the requests that a version has refused (status 4xx). */
const REFUSED_MS = 3;

/** CloudWatch with requests of one minute each by variant: `[startSeconds, latencyMs, failed]`. */
function fakeCloudWatch(requests: Record<string, readonly (readonly [number, number, boolean])[]>) {
  return fakeClient<CloudWatchClient>({
    GetMetricData: (input: { MetricDataQueries: Query[]; StartTime: Date; EndTime: Date }) => ({
      MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat: { Stat, Metric } }) => {
        const variant = Metric.Dimensions[1]!.Value;
        const inside = (requests[variant] ?? []).filter(
          ([at]) => at * 1000 >= input.StartTime.getTime() && at * 1000 < input.EndTime.getTime(),
        );
        if (Metric.MetricName === 'Invocations') return { Id, Values: [inside.length] };
        if (Metric.MetricName === 'Invocation4XXErrors')
          return { Id, Values: [inside.filter(([, ms]) => ms === REFUSED_MS).length] };
        if (Metric.MetricName === 'Invocation5XXErrors')
          return { Id, Values: [inside.filter(([, , failed]) => failed).length] };
        const [from, to] = /^TC\((.*):(.*)\)$/
          .exec(Stat)!
          .slice(1)
          .map((edge) => (edge === '' ? undefined : Number(edge)));
        const counted = inside.filter(
          ([, ms]) => (from === undefined || ms * 1000 > from) && (to === undefined || ms * 1000 <= to),
        );
        return { Id, Values: [counted.length] };
      }),
    }),
    DescribeAlarms: ({ AlarmNames }: { AlarmNames: string[] }) => ({
      MetricAlarms: AlarmNames.filter((name) => name.endsWith('errors')).map((AlarmName) => ({ AlarmName })),
    }),
  });
}

const telemetryOf = (cloudWatch: CloudWatchClient, s3 = fakeS3()) =>
  new CloudWatchTelemetry(cloudWatch, s3, endpoint, {
    bucket: 'bucket',
    abortAlarms: ['acme-churn-endpoint-errors', 'acme-churn-endpoint-latency-p99'],
  });

test('windows that follow each other count every minute once, by arm', async () => {
  const green = Array.from(
    { length: 30 },
    (_, place) => [600 + 20 * place, place < 15 ? 30 : 6000, place % 10 === 0] as const,
  );
  const telemetry = telemetryOf(fakeCloudWatch({ green, blue: [[700, 5, false]] }));
  const windows = await Promise.all(
    [
      [660, 915],
      [915, 1290],
    ].map(([from, to]) => telemetry.arm(2, from!, to!)),
  );
  expect(windows.reduce((sum, { requests }) => sum + requests, 0)).toBe(30);
  expect(windows.reduce((sum, { errors }) => sum + errors, 0)).toBe(3);
  const counts = LATENCY_EDGES_MS.map((_, bucket) =>
    windows.reduce((sum, { latency }) => sum + latency!.counts[bucket]!, 0),
  );
  expect(counts[LATENCY_EDGES_MS.indexOf(50)]).toBe(15);
  expect(windows.reduce((sum, { latency }) => sum + latency!.counts.at(-1)!, 0)).toBe(15);
});

test('what a version refuses is an error of that version', async () => {
  const green = Array.from(
    { length: 10 },
    (_, place) => [600 + 5 * place, place < 4 ? REFUSED_MS : 30, false] as const,
  );
  expect(await telemetryOf(fakeCloudWatch({ green, blue: [] })).arm(2, 660, 720)).toMatchObject({
    requests: 10,
    errors: 4,
  });
});

test('a version that is not deployed has no traffic', async () => {
  expect(await telemetryOf(fakeCloudWatch({})).arm(9, 0, 600)).toMatchObject({ requests: 0, errors: 0 });
});

test('answers come from the captures of the version, within the window', async () => {
  const s3 = fakeS3();
  const capture = (id: string, inferenceTime: string, predictions: unknown) =>
    JSON.stringify({
      captureData: { endpointOutput: { data: JSON.stringify({ predictions }), encoding: 'JSON' } },
      eventMetadata: { eventId: id, inferenceTime },
    });
  const folder = (variant: string) => `capture/blue-1_green-2/acme-churn/${variant}/2026/01/01/10`;
  s3.objects.set(
    `${folder('green')}/a.jsonl`,
    bytes(
      [
        capture('1', '2026-01-01T10:10:00Z', [{ prediction: 'yes', probability: 0.8 }]),
        capture('2', '2026-01-01T10:40:00Z', [0.3, 'high']),
        capture('3', '2026-01-01T10:59:59Z', [1]),
        '{"captureData": {"endpointOut',
      ].join('\n'),
    ),
  );
  s3.objects.set(`${folder('blue')}/a.jsonl`, bytes(capture('2', '2026-01-01T10:40:00Z', [0.4, 'low'])));
  const telemetry = telemetryOf(fakeCloudWatch({}), s3);
  const [from, to] = ['2026-01-01T10:00:00Z', '2026-01-01T10:50:00Z'].map((at) => Date.parse(at) / 1000) as [
    number,
    number,
  ];
  expect(await telemetry.predictions(2, from, to, 10)).toEqual([0.8, 0.3, 'high']);
  expect(await telemetry.predictions(2, from, to, 2)).toEqual([0.8, 0.3]);
  // Windows that follow each other read what was asked three minutes before they end, by when SageMaker has written it, once.
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`) / 1000;
  expect(await telemetry.predictions(2, at('10:10:00'), at('10:12:59'), 10)).toEqual([]);
  expect(await telemetry.predictions(2, at('10:12:59'), at('10:13:01'), 10)).toEqual([0.8]);
  expect(await telemetry.pairs(1, 2, from, to, 10)).toEqual([
    { champion: 0.4, challenger: 0.3 },
    { champion: 'low', challenger: 'high' },
  ]);
});

test('only the alarms that take a release back are asked for', async () => {
  expect(await telemetryOf(fakeCloudWatch({})).firingAlarms()).toEqual(['acme-churn-endpoint-errors']);
});

/** CloudWatch of a service with one request a minute: figures of a period are there as long as that period is kept. */
function forgetfulCloudWatch(nowSeconds: number) {
  const keptDays = (period: number): number => (period >= 3600 ? 455 : period >= 300 ? 63 : 15);
  return fakeClient<CloudWatchClient>({
    GetMetricData: (input: {
      MetricDataQueries: { Id: string; MetricStat: { Period: number } }[];
      StartTime: Date;
      EndTime: Date;
    }) => ({
      MetricDataResults: input.MetricDataQueries.map(({ Id, MetricStat: { Period } }) => {
        const from = Math.max(input.StartTime.getTime() / 1000, nowSeconds - keptDays(Period) * 86_400);
        return { Id, Values: [Math.max(0, Math.floor((input.EndTime.getTime() / 1000 - from) / 60))] };
      }),
    }),
  });
}

test.each([1, 14, 15, 30, 60, 63, 90, 365])('a window of %i days that ends now is counted whole', async (days) => {
  const now = 1_800_000_000;
  const telemetry = telemetryOf(forgetfulCloudWatch(now));
  const { requests } = await telemetry.arm(1, now - days * 86_400, now);
  expect(requests).toBe(days * 1440);
});

test('instances that autoscaling has added are told by what SageMaker tells of each request', async () => {
  const at = (minutes: number) => new Date(minutes * 60_000);
  // One instance, then three; a minute without its other figure, and time without requests, say nothing.
  const told: Record<string, readonly (readonly [number, number])[]> = {
    Invocations: [
      [10, 60],
      [11, 90],
      [12, 5],
    ],
    InvocationsPerInstance: [
      [10, 60],
      [11, 30],
    ],
  };
  const pages = (MetricDataQueries: Query[]) =>
    MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => ({
      Id,
      Timestamps: told[Metric.MetricName]!.map(([minutes]) => at(minutes)),
      Values: told[Metric.MetricName]!.map(([, value]) => value),
    }));
  const cloudWatch = fakeClient<CloudWatchClient>({
    GetMetricData: ({ MetricDataQueries, NextToken }: { MetricDataQueries: Query[]; NextToken?: string }) => {
      const [first, second] = pages(MetricDataQueries);
      return NextToken === undefined
        ? { MetricDataResults: [first], NextToken: 'more' }
        : { MetricDataResults: [second] };
    },
  });
  expect(await telemetryOf(cloudWatch).served(1, 600, 1200)).toEqual({ seconds: 120, instanceSeconds: 240 });
  expect(await telemetryOf(cloudWatch).served(3, 600, 1200)).toEqual({ seconds: 0, instanceSeconds: 0 });
});
