import { createHash } from 'node:crypto';
import { BigQueryDataSource } from '../../src/runtime/adapters/google/bigquery-data-source';
import { BigQuerySqlEngine } from '../../src/runtime/adapters/google/bigquery-sql-engine';
import { GcsArtifactStore } from '../../src/runtime/adapters/google/gcs-artifact-store';
import { GcsBucket } from '../../src/runtime/adapters/google/gcs-bucket';
import { GcsLedgerStore } from '../../src/runtime/adapters/google/gcs-ledger-store';
import { GcsStateStore } from '../../src/runtime/adapters/google/gcs-state-store';
import type { GoogleApi } from '../../src/runtime/adapters/google/google-api';
import { MonitoringMetricSink } from '../../src/runtime/adapters/google/monitoring-metric-sink';
import { MonitoringTelemetry } from '../../src/runtime/adapters/google/monitoring-telemetry';
import { PubsubNotifier } from '../../src/runtime/adapters/google/pubsub-notifier';
import { VertexCatalogue } from '../../src/runtime/adapters/google/vertex-catalogue';
import { VertexJobs, type VertexJobsOptions } from '../../src/runtime/adapters/google/vertex-jobs';
import { VertexServingTarget } from '../../src/runtime/adapters/google/vertex-serving-target';
import { WorkflowsStarter } from '../../src/runtime/adapters/google/workflows-starter';
import { bigquery } from '../../src/runtime/sql/dialects/bigquery';
import { artifactStoreContract } from '../contracts/ports/artifact-store';
import { FakeGoogle } from './fake/fake-google';

let google: FakeGoogle;
let api: GoogleApi;
beforeEach(async () => {
  google = new FakeGoogle();
  api = await google.start();
});
afterEach(() => google.stop());

artifactStoreContract('Cloud Storage', async () => new GcsArtifactStore(new GcsBucket(api, 'b/models/churn', 4)));

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('Cloud Storage', () => {
  test('artifacts: what is put is got, a taken key is kept, keys are listed below the prefix', async () => {
    const store = new GcsArtifactStore(new GcsBucket(api, 'b/models/churn'));
    expect(await store.get('runs/1/a.json')).toBeUndefined();
    await store.put('runs/1/a b.json', bytes('one'));
    expect(await store.putIfAbsent('runs/1/a b.json', bytes('two'))).toBe(false);
    expect(await store.putIfAbsent('runs/1/c.json', bytes('three'))).toBe(true);
    expect(Buffer.from((await store.get('runs/1/a b.json'))!).toString()).toBe('one');
    expect(await store.list('runs/1/')).toEqual(['runs/1/a b.json', 'runs/1/c.json']);
    expect(google.text('b/models/churn/runs/1/c.json')).toBe('three');
    expect(store.uri('x')).toBe('gs://b/models/churn/x');
  });

  test('state: of two that swap the same version one wins, and the loser changes nothing', async () => {
    const store = new GcsStateStore(new GcsBucket(api, 's'));
    const version = await store.compareAndSwap('registry/churn', null, { champion: 1 });
    expect(version).toBeDefined();
    expect(await store.compareAndSwap('registry/churn', null, { champion: 9 })).toBeUndefined();
    const [first, second] = await Promise.all([
      store.compareAndSwap('registry/churn', version!, { champion: 2 }),
      store.compareAndSwap('registry/churn', version!, { champion: 3 }),
    ]);
    expect([first, second].filter((one) => one === undefined)).toHaveLength(1);
    const found = await store.read('registry/churn');
    expect(found).toEqual({ value: { champion: first === undefined ? 3 : 2 }, version: first ?? second });
  });

  test('ledger: numbers are written once, read in order, and the head is found', async () => {
    const ledger = new GcsLedgerStore(new GcsBucket(api, 'l'));
    expect(await ledger.head()).toBeUndefined();
    for (let sequence = 1; sequence <= 11; sequence++) expect(await ledger.append(sequence, { sequence })).toBe(true);
    expect(await ledger.append(5, { sequence: 5, forged: true })).toBe(false);
    expect(await ledger.head()).toEqual({ sequence: 11 });
    expect(await ledger.read(9)).toEqual([{ sequence: 9 }, { sequence: 10 }, { sequence: 11 }]);
  });

  test('a transient error is tried again, a refusal is told with what Google said', async () => {
    google.failures = [503, 429];
    await new GcsBucket(api, 'b').write('k', bytes('v'));
    expect(google.text('b/k')).toBe('v');
    google.failures = [403];
    await expect(new GcsBucket(api, 'b').write('k', bytes('w'))).rejects.toThrow(/403: made to fail.*roles/s);
  });
});

describe('the Vertex AI registry', () => {
  const catalogue = (): VertexCatalogue =>
    new VertexCatalogue(api, { platform: 'bikes', kmsKeyName: '', serverImage: 'img' });
  const entry = (version: number) => ({
    model: 'demand',
    version,
    artifactUri: `gs://b/runs/${version}/model/`,
    artifactDigest: `sha256:${version}`,
    image: '',
    facts: { commit: 'ABC', 'metric.mae': '12.5' },
  });
  const name = 'projects/p/locations/r/models/bikes-demand';

  test('publishes versions of one model, each once', async () => {
    const first = await catalogue().publish(entry(1));
    expect(await catalogue().publish(entry(1))).toBe(first);
    expect(await catalogue().publish(entry(2))).toBe(`${name}@2`);
    expect(google.models.get(name)).toHaveLength(2);
    expect(google.models.get(name)![0]).toMatchObject({
      artifactUri: 'gs://b/runs/1/model',
      containerSpec: { imageUri: 'img', predictRoute: '/invocations', healthRoute: '/ping' },
      labels: { commit: 'abc', metric_mae: '12_5', version: '1' },
    });
  });

  test('moves aliases, which are of one version at a time', async () => {
    const [one, two] = [await catalogue().publish(entry(1)), await catalogue().publish(entry(2))];
    await catalogue().label(one, { approved: true, aliases: ['champion'] });
    await catalogue().label(one, { approved: true, aliases: ['previous'] });
    await catalogue().label(two, { approved: true, aliases: ['champion'] });
    const aliases = google.models.get(name)!.map((version) => version['versionAliases']);
    expect(aliases).toEqual([
      ['v1', 'previous'],
      ['v2', 'champion'],
    ]);
  });
});

describe('the Vertex AI endpoint', () => {
  const path = 'projects/p/locations/r/endpoints/e';
  const target = (): VertexServingTarget =>
    new VertexServingTarget(api, {
      endpoint: 'e',
      machineType: 'n1-standard-2',
      accelerator: null,
      serviceAccount: 'sa',
    });
  const deployment = (version: number, first = false) => ({
    model: 'demand',
    version,
    artifactUri: '',
    externalId: `m@${version}`,
    first,
    serving: { instances: { min: 1, max: 2 }, capturePercent: 100, targetRequestsPerInstance: 600, timeoutSeconds: 5 },
  });
  beforeEach(() => google.endpoints.set(path, {}));

  test('a first version gets all traffic, a challenger none until it is asked for; taking it back leaves the champion alone', async () => {
    expect((await target().read()).status).toBe('absent');
    await target().deploy(deployment(1, true));
    expect((await target().read()).live).toEqual({ 1: 100 });
    await target().deploy(deployment(2));
    await target().deploy(deployment(2));
    expect((await target().read()).live).toEqual({ 1: 100, 2: 0 });
    await target().setTraffic(2, 25);
    expect((await target().read()).live).toEqual({ 1: 75, 2: 25 });
    await target().setTraffic(2, 100);
    expect(await target().read()).toMatchObject({ status: 'ready', live: { 1: 0, 2: 100 } });
    await expect(target().remove(2)).rejects.toThrow(/100 % of live traffic/);
    await target().setTraffic(2, 0);
    await target().remove(2);
    await target().remove(2);
    expect(await target().read()).toMatchObject({ status: 'ready', live: { 1: 100 } });
    expect(google.endpoints.get(path)!['deployedModels']).toHaveLength(1);
  });

  test('replicas are added by requests a minute of each', async () => {
    await target().deploy(deployment(1, true));
    const [{ dedicatedResources: resources }] = google.endpoints.get(path)!['deployedModels'] as [
      { dedicatedResources: object },
    ];
    expect(resources).toEqual({
      machineSpec: { machineType: 'n1-standard-2' },
      minReplicaCount: 1,
      maxReplicaCount: 2,
      autoscalingMetricSpecs: [
        { metricName: 'aiplatform.googleapis.com/prediction/online/request_count', target: 600 },
      ],
    });
  });

  test('says what Vertex AI cannot do', async () => {
    await target().deploy(deployment(1, true));
    await target().deploy(deployment(2));
    await expect(target().setTraffic(2, 2.5)).rejects.toThrow(/whole percents/);
    await expect(target().setTraffic(3, 10)).rejects.toThrow(/version 3 is not deployed/);
    await expect(target().mirror(2, 100)).rejects.toThrow(/mirrors no requests/);
    await expect(target().mirror(2, 0)).resolves.toBeUndefined();
    google.endpoints.clear();
    expect((await target().read()).status).toBe('absent');
  });
});

test('metrics carry every dimension as a label and no number that is none', async () => {
  const sink = new MonitoringMetricSink(api, { platform: 'bikes', model: 'demand' });
  await sink.emit(
    [
      { name: 'Quality', value: 41.5, dimensions: { Metric: 'mae' } },
      { name: 'Quality', value: Number.NaN, dimensions: { Metric: 'r2' } },
    ],
    1_700_000_000,
  );
  expect(google.series).toEqual([
    expect.objectContaining({
      metric: {
        type: 'custom.googleapis.com/MlPlatform/Quality',
        labels: { platform: 'bikes', model: 'demand', metric: 'mae', slice: 'all' },
      },
      points: [{ interval: { endTime: '2023-11-14T22:13:20.000Z' }, value: { doubleValue: 41.5 } }],
    }),
  ]);
});

describe('telemetry', () => {
  const telemetry = (): MonitoringTelemetry =>
    new MonitoringTelemetry(api, new BigQuerySqlEngine(api), bigquery, {
      platform: 'bikes',
      model: 'demand',
      endpoint: 'e',
      captureTable: ['p', 'd', 'capture'],
      task: 'regression',
    });

  test('counts of a version, with latency buckets that add up', async () => {
    google.timeSeries = (filter) => {
      if (!filter.includes('deployed_model_id = "2"') || !filter.includes('endpoint_id = "e"')) return [];
      if (filter.includes('response_count" AND') && filter.includes('response_code = one_of("4xx", "5xx")'))
        return [{ points: [{ value: { int64Value: '3' } }] }];
      if (filter.includes('response_count" AND'))
        return [{ points: [{ value: { int64Value: '400' } }, { value: { int64Value: '100' } }] }];
      // Vertex AI tells the parts of an answer's time as well: they are no requests.
      if (!filter.includes('latency_type = "total"')) return [];
      const distributionValue = {
        bucketOptions: { exponentialBuckets: { numFiniteBuckets: 2, growthFactor: 2, scale: 10 } },
        bucketCounts: ['300', '150', '50'],
      };
      return [{ points: [{ value: { distributionValue } }] }];
    };
    expect(await telemetry().arm(2, 0, 300)).toEqual({
      requests: 500,
      errors: 3,
      latency: { edgesMs: [10, 20, 40], counts: [300, 150, 50, 0] },
    });
    expect(await telemetry().arm(7, 0, 300)).toEqual({ requests: 0, errors: 0, latency: null });
  });

  test('answers come as numbers, alarms by their ids', async () => {
    google.sql = () => ({ columns: [['answer', 'STRING']], rows: [['1.5'], ['oops'], ['2']] });
    expect(await telemetry().predictions(2, 0, 60, 10)).toEqual([1.5, 2]);
    expect(google.statements[0]).toContain("deployed_model_id = '2'");
    google.alerts = [
      { policy: { userLabels: { alarm: 'endpoint-errors' } } },
      { policy: { userLabels: { alarm: 'endpoint-errors' } } },
    ];
    expect(await telemetry().firingAlarms()).toEqual(['endpoint-errors']);
    expect(await telemetry().pairs()).toEqual([]);
  });
});

test('a notice goes to the log that alert policies read, and to the topic of its severity', async () => {
  const lines: string[] = [];
  const notifier = new PubsubNotifier(api, {
    platform: 'bikes',
    model: 'demand',
    topics: { page: 'page-topic', ticket: '', info: '' },
    log: (line) => lines.push(line),
  });
  const notice = {
    severity: 'page',
    kind: 'releaseRolledBack',
    subject: 'taken back',
    text: 'why',
    runbook: null,
  } as const;
  await notifier.notify(notice);
  await notifier.notify({ ...notice, severity: 'ticket' });
  expect(lines.map((line) => JSON.parse(line).mlpNotification.severity)).toEqual(['page', 'ticket']);
  expect(google.messages).toHaveLength(1);
  expect(google.messages[0]!['path']).toBe('projects/p/topics/page-topic:publish');
});

describe('starting workflows', () => {
  let now = 1000;
  const starter = (): WorkflowsStarter =>
    new WorkflowsStarter(api, new GcsBucket(api, 's'), 'demand', { now: () => now });
  beforeEach(() => {
    google.put('s/wiring/demand/release.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
  });

  test('a name starts one run, whoever asks how often', async () => {
    const started = await Promise.all([1, 2, 3].map(() => starter().start('release', 'v2', { version: 2 })));
    expect(started.filter(Boolean)).toHaveLength(1);
    expect(google.executions).toHaveLength(1);
    expect(JSON.parse(String(google.executions[0]!['argument']))).toEqual({ version: 2, run: 'v2' });
    expect(await starter().status('release', 'v2')).toBe('running');
    google.executions[0]!['state'] = 'SUCCEEDED';
    expect(await starter().status('release', 'v2')).toBe('succeeded');
    google.executions[0]!['state'] = 'CANCELLED';
    expect(await starter().status('release', 'v2')).toBe('failed');
    expect(await starter().status('release', 'v3')).toBe('absent');
  });

  test('a claim of somebody who died is taken over, not before', async () => {
    google.put('s/runs/release/v2.json', JSON.stringify({ execution: null, claimedAt: now }));
    expect(await starter().start('release', 'v2', {})).toBe(false);
    now += 600;
    expect(await starter().start('release', 'v2', {})).toBe(true);
    expect(google.executions).toHaveLength(1);
  });

  test('a workflow that nobody deployed is named', async () => {
    await expect(starter().start('pipeline', 'x', {})).rejects.toThrow(/EvalGatePipeline/);
  });
});

describe('BigQuery', () => {
  const data = {
    source: 'gs://raw/hourly/',
    labels: 'bq://p.truth.labels',
    format: 'csv',
    key: 'id',
    label: 'bikers',
    timestamp: 'at',
    task: 'regression',
    features: { temp: 'number', weather: 'category' },
  } as const;
  const source = (): BigQueryDataSource =>
    new BigQueryDataSource(new BigQuerySqlEngine(api), new GcsBucket(api, 'b/m', 64), bigquery, {
      project: 'p',
      dataset: 'd',
      captureTable: 'capture',
      captureColumns: {
        key: 'mlp_key',
        eventTime: 'mlp_event_time',
        version: 'mlp_version',
        prediction: 'mlp_prediction',
      },
      data,
    });

  test('reads values by type and names the statement that was refused', async () => {
    google.sql = () => ({
      columns: [
        ['n', 'INT64'],
        ['x', 'FLOAT64'],
        ['b', 'BOOL'],
        ['t', 'TIMESTAMP'],
        ['s', 'STRING'],
      ],
      rows: [['5', '0.5', 'true', '1700000000.5', null]],
    });
    const engine = new BigQuerySqlEngine(api);
    expect(await engine.query('SELECT 1')).toEqual([{ n: 5, x: 0.5, b: true, t: '2023-11-14T22:13:20.500Z', s: null }]);
    await expect(engine.query('BROKEN')).rejects.toThrow(/Syntax error/);
  });

  test('finds tables: over files, and where they are', async () => {
    expect(await source().table()).toEqual(['p', 'd', 'source']);
    expect(google.statements[0]).toContain("uris=['gs://raw/hourly/*']");
    // A dataset tells nothing of its columns to who may read one of its tables.
    expect(await source().labels()).toEqual(['p', 'd', 'labels_rows']);
    expect(google.statements.at(-1)).toContain('AS SELECT * FROM `p`.`truth`.`labels`');
    expect(await source().capture()).toEqual(['p', 'd', 'capture_rows']);
    expect(google.statements.at(-1)).toContain('SAFE_CAST(deployed_model_id AS INT64) AS `mlp_version`');
  });

  test.each([
    ['DATETIME', "TIMESTAMP(`At`, 'UTC')"],
    ['DATE', "TIMESTAMP(`At`, 'UTC')"],
    ['STRING', bigquery.toTimestamp('`At`')],
  ])('reads a %s as an instant, through a view of the model', async (type, instant) => {
    for (const table of ['p.truth.labels', 'p.d.source']) {
      google.schemas.set(table, [
        { name: 'id', type: 'INTEGER' },
        { name: 'At', type },
      ]);
    }
    expect(await source().labels()).toEqual(['p', 'd', 'labels_rows']);
    expect(google.statements.at(-1)).toBe(
      `CREATE OR REPLACE VIEW \`p\`.\`d\`.\`labels_rows\` AS SELECT * REPLACE (${instant} AS \`At\`) FROM \`p\`.\`truth\`.\`labels\``,
    );
    expect(await source().table()).toEqual(['p', 'd', 'source_rows']);
  });

  test('leaves a table of its own with instants as it is', async () => {
    google.schemas.set('p.d.source', [{ name: 'at', type: 'TIMESTAMP' }]);
    expect(await source().table()).toEqual(['p', 'd', 'source']);
  });

  test('freezes many parts into one file with one header, and its digest', async () => {
    google.sql = (statement) => {
      if (!statement.startsWith('EXPORT'))
        return {
          columns: [
            ['id', 'STRING'],
            ['a,b', 'FLOAT64'],
          ],
          rows: [],
        };
      for (let part = 0; part < 70; part++) {
        google.put(`b/m/runs/1/train.csv.parts/part-${String(part).padStart(12, '0')}`, `${part},1\n`);
      }
      return { columns: [], rows: [], statistics: { query: { exportDataStatistics: { rowCount: '70' } } } };
    };
    const frozen = await source().freeze('SELECT * FROM t ORDER BY 1', 'runs/1/train.csv');
    const text = google.text('b/m/runs/1/train.csv')!;
    expect(text).toBe(`id,"a,b"\n${Array.from({ length: 70 }, (_, part) => `${part},1\n`).join('')}`);
    expect(frozen).toEqual({
      rows: 70,
      uri: 'gs://b/m/runs/1/train.csv',
      digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    });
    expect([...google.objects.keys()]).toEqual(['b/m/runs/1/train.csv']);
    // The set may be larger than the handler's memory.
    expect(google.mostRead).toBeLessThanOrEqual(64);
  });
});

describe('managed jobs', () => {
  const rows = [
    { key: 'a', columns: { id: 'a', temp: 1, weather: 'clear', bikers: 7 } },
    { key: 'b', columns: { id: 'b', temp: 2, weather: 'rain', bikers: 9 } },
  ];
  const jobs = (trainingBlock: VertexJobsOptions['trainingBlock'] = async () => null): VertexJobs =>
    new VertexJobs(api, new GcsBucket(api, 'b'), {
      platform: 'bikes',
      model: 'demand',
      training: {
        account: 'trainer@p',
        image: 'trainer:current',
        command: null,
        machine: 'n1-standard-4',
        accelerator: null,
        maxDurationSeconds: 3600,
        spot: true,
        tensorboard: null,
      },
      images: async () => ({ trainer: 'trainer@sha256:t', server: 'server@sha256:s' }),
      kmsKeyName: 'key',
      format: 'csv',
      features: ['temp', 'weather'],
      trainingBlock,
      smoke: null,
      testRows: async () => rows,
    });
  const train = {
    job: 'train',
    step: 'train',
    run: 'r1',
    arguments: { hyperparameters: { trees: 10 }, seed: 7 },
    state: {},
  } as const;
  const score = {
    job: 'score',
    step: 'scoreChampion',
    run: 'r1',
    arguments: { subject: 'champion' },
    state: {
      evaluation: { champion: { artifactUri: 'gs://b/runs/r0/model/' } },
      validation: { test: { digest: 'sha256:t' } },
    },
  } as const;

  test('training is started once, with the trainer’s contract', async () => {
    const { name } = await jobs().start(train);
    expect(await jobs().start(train)).toEqual({ name });
    google.objects.delete('b/runs/r1/jobs/train.json');
    expect(await jobs().start(train)).toEqual({ name });
    expect(google.jobs.size).toBe(1);
    const job = google.jobs.get(String(name)) as {
      jobSpec: { workerPoolSpecs: { containerSpec: { env: unknown } }[]; scheduling: unknown };
    };
    expect(job.jobSpec.workerPoolSpecs[0]!.containerSpec.env).toEqual(
      expect.arrayContaining([
        { name: 'MLP_TRAIN_DATA', value: '/gcs/b/runs/r1/train.csv' },
        { name: 'MLP_MODEL_DIR', value: '/gcs/b/runs/r1/model' },
        { name: 'MLP_METRICS_FILE', value: '/gcs/b/runs/r1/metrics.json' },
        { name: 'MLP_SEED', value: '7' },
      ]),
    );
    expect(job.jobSpec.workerPoolSpecs[0]!.containerSpec).toMatchObject({ imageUri: 'trainer@sha256:t' });
    expect(job.jobSpec.scheduling).toMatchObject({ timeout: '3600s', strategy: 'SPOT' });
    expect(google.text('b/runs/r1/hyperparameters.json')).toBe('{"trees":10}');
    expect(await jobs().finish(train)).toMatchObject({
      artifactUri: 'gs://b/runs/r1/model/',
      image: 'trainer@sha256:t',
    });
  });

  test('a budget that is used up starts no training, and leaves what runs and what scores alone', async () => {
    const used = async () => ({ cost: 905, budget: 900, currency: 'EUR', untilSeconds: 1_800_000_000 });
    await expect(jobs(used).start(train)).rejects.toThrow(/trainingBlocked.*905 of 900 EUR/s);
    expect(google.jobs.size).toBe(0);
    await jobs(used).start(score);
    const { name } = await jobs().start(train);
    google.objects.delete('b/runs/r1/jobs/train.json');
    expect(await jobs(used).start(train)).toEqual({ name });
  });

  test('of a run that was stopped end, and those of others go on', async () => {
    const { name } = await jobs().start(train);
    const { name: scored } = await jobs().start(score);
    const { name: ended } = await jobs().start({
      ...score,
      step: 'scoreCandidate',
      arguments: { subject: 'candidate' },
    });
    google.jobs.get(String(ended))!['state'] = 'JOB_STATE_SUCCEEDED';
    const { name: other } = await jobs().start({ ...train, run: 'r10' });
    // A run whose label is the same, since labels are cut.
    const alike = 'x'.repeat(70);
    const { name: first } = await jobs().start({ ...train, run: `${alike}1` });
    await jobs().abandon('r1');
    await jobs().abandon(`${alike}2`);
    const states = [name, scored, ended, other, first].map((one) => google.jobs.get(String(one))!['state']);
    expect(states.map((one) => String(one).replace('JOB_STATE_', ''))).toEqual([
      'CANCELLED',
      'CANCELLED',
      'SUCCEEDED',
      'RUNNING',
      'RUNNING',
    ]);
  });

  test('scoring sends the inputs alone and gives scores by key, whatever their order', async () => {
    const { name } = await jobs().start(score);
    expect(google.jobs.get(String(name))).toMatchObject({
      unmanagedContainerModel: {
        artifactUri: 'gs://b/runs/r0/model',
        containerSpec: { imageUri: 'server@sha256:s' },
      },
      instanceConfig: { keyField: 'mlp_row' },
    });
    expect(google.text('b/runs/r1/scoring/champion.jsonl')).toBe(
      '{"mlp_row":0,"temp":1,"weather":"clear"}\n{"mlp_row":1,"temp":2,"weather":"rain"}\n',
    );
    google.put('b/runs/r1/scored/champion/x/prediction.results-00000-of-00002', '{"key":1,"prediction":8.5}\n');
    await expect(jobs().finish(score)).rejects.toThrow(/1 predictions in 1 files.*2, one for each/s);
    google.put(
      'b/runs/r1/scored/champion/x/prediction.results-00001-of-00002',
      '{"key":0,"prediction":{"prediction":6}}\n',
    );
    expect(await jobs().finish(score)).toMatchObject({
      rows: 2,
      image: 'server@sha256:s',
      testSetDigest: 'sha256:t',
      serving: { rowsQueried: 2 },
    });
    expect(google.text('b/runs/r1/scores/champion.jsonl')).toBe(
      '{"key":"a","prediction":6}\n{"key":"b","prediction":8.5}\n',
    );
  });
});
