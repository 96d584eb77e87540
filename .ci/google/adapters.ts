// Runs adapters against a fake of Google's control planes that is not ours: adapters.ts PORT
import assert from 'node:assert/strict';
import { GcsBucket } from '../../src/runtime/adapters/google/gcs-bucket';
import { GoogleApi, type GoogleService } from '../../src/runtime/adapters/google/google-api';
import { MonitoringMetricSink } from '../../src/runtime/adapters/google/monitoring-metric-sink';
import { VertexServingTarget } from '../../src/runtime/adapters/google/vertex-serving-target';

const VERSION: Record<GoogleService, string> = {
  storage: 'storage/storage/v1',
  upload: 'upload/storage/v1',
  aiplatform: 'aiplatform/v1',
  artifactregistry: 'artifactregistry/v1',
  bigquery: 'bigquery/bigquery/v2',
  monitoring: 'monitoring/v3',
  pubsub: 'pubsub/v1',
  workflowexecutions: 'workflowexecutions/v1',
};

async function main(port: string): Promise<void> {
  const api = new GoogleApi({
    project: 'acme',
    region: 'europe-west3',
    sleep: async () => undefined,
    base: (service) => `http://127.0.0.1:${port}/${VERSION[service]}`,
    send: async ({ method, url, headers, body }) => {
      const reply = await fetch(url, { method, headers, ...(body && { body: new Uint8Array(body) }) });
      return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
    },
  });

  await api.call('POST', 'storage', 'b', { name: 'artifacts' });
  const bucket = new GcsBucket(api, 'artifacts/demand');
  assert.match((await bucket.write('runs/1/metrics.json', Buffer.from('{"mae":41}'))) ?? '', /^\d+$/);
  assert.deepEqual(
    ((await api.call('GET', 'storage', 'b/artifacts/o'))['items'] as { name: string }[]).map(({ name }) => name),
    ['demand/runs/1/metrics.json'],
  );

  const deployedModels = [{ id: '1' }, { id: '2' }];
  await api.call(
    'POST',
    'aiplatform',
    `${api.parent}/endpoints`,
    { deployedModels, trafficSplit: { '1': 100, '2': 0 } },
    { endpointId: 'e' },
  );
  const target = new VertexServingTarget(api, {
    endpoint: 'e',
    machineType: 'n1-standard-2',
    accelerator: null,
    serviceAccount: 'server@acme',
  });
  await target.setTraffic(2, 25);
  assert.deepEqual((await target.read()).live, { 1: 75, 2: 25 });
  await target.setTraffic(2, 0);
  assert.deepEqual((await target.read()).live, { 1: 100, 2: 0 });

  const sink = new MonitoringMetricSink(api, { platform: 'acme', model: 'demand' });
  await sink.emit([{ name: 'PipelineSuccess', value: 1, dimensions: {} }], 1_700_000_000);
  const log = (await (await fetch(`http://127.0.0.1:${port}/__log`)).json()) as {
    svc: string;
    m: string;
    path: string;
  }[];
  assert.ok(log.some((one) => one.svc === 'monitoring' && one.m === 'POST' && one.path.endsWith('timeSeries')));
  console.log('adapters: objects, traffic and metrics are where they were put');
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
