import type { VertexAiEndpoint } from '@cdktf/provider-google/lib/vertex-ai-endpoint';
import { parsePlatformOrThrow } from '../../src/definition/parse';
import {
  CanaryEndpoint,
  DriftAlarm,
  EncryptionKey,
  EvalGatePipeline,
  ModelRegistry,
  Notifications,
  PrivateNetwork,
  RetrainSchedule,
} from '../../src/google';
import { DefinitionError } from '../../src/kernel/problem';
import { planIncidents } from '../../src/plan/incidents';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf, templateOf } from './support/synth-stack';

const { data, training, evaluation, serving, release, monitoring, retraining } = SCALE.models.demand;
const named = { model: 'demand', task: 'regression' } as const;

const importedRegistry = (stack = stackOf()) =>
  ModelRegistry.fromModelRegistryAttributes(stack, 'Registry', {
    model: 'demand',
    artifactBucketName: 'artifacts',
    ledgerBucketName: 'ledger',
    stateBucketName: 'state',
    datasetId: 'dataset',
    repositoryId: 'images',
    imageRoot: 'europe-west3-docker.pkg.dev/acme-ml/images',
    kmsKeyName: null,
    tensorboardName: null,
  });

test('a registry alone: storage, images, tables and a key of its own', () => {
  const stack = stackOf();
  const registry = new ModelRegistry(stack, 'Registry', { model: 'demand', governance: { auditRetention: '400d' } });
  registry.grants.read('group:scientists@example.com');
  registry.grants.audit('group:auditors@example.com');
  const resources = resourcesOf(stack);
  expect(all(resources, 'google_storage_bucket')).toHaveLength(3);
  expect(all(resources, 'google_kms_crypto_key')).toHaveLength(1);
  expect(all(resources, 'google_kms_crypto_key_iam_member')).toHaveLength(6);
  expect(
    all(resources, 'google_storage_bucket').find((one) => one['retention_policy'])!['retention_policy'],
  ).toMatchObject({
    retention_period: 400 * 86_400,
    is_locked: true,
  });
  expect(all(resources, 'google_storage_bucket_iam_member').map((one) => [one['member'], one['role']])).toEqual([
    ['group:auditors@example.com', 'roles/storage.objectViewer'],
    ['group:scientists@example.com', 'roles/storage.objectViewer'],
  ]);
});

test('a registry with Google’s keys has none of its own, and one that may be deleted is not protected', () => {
  const stack = stackOf();
  new ModelRegistry(stack, 'Registry', {
    model: 'demand',
    security: { encryption: 'managed', deletionProtection: false },
  });
  const resources = resourcesOf(stack);
  expect(resources).not.toHaveProperty('google_kms_crypto_key');
  for (const bucket of all(resources, 'google_storage_bucket')) {
    expect(bucket).not.toHaveProperty('encryption');
    expect(bucket).not.toHaveProperty('lifecycle');
    expect(JSON.stringify(bucket['retention_policy'] ?? {})).not.toContain('"is_locked":true');
  }
});

test.each([true, false])('captures outlive their stack as the security section says: %s', (deletionProtection) => {
  const stack = stackOf();
  const registry = new ModelRegistry(stack, 'Registry', { model: 'demand', security: { deletionProtection } });
  new CanaryEndpoint(stack, 'Endpoint', { ...named, serving, release: {}, registry });
  const tables = all(resourcesOf(stack), 'google_bigquery_table');
  expect(Object.fromEntries(tables.map((one) => [one['table_id'], one['deletion_protection']]))).toEqual({
    capture: deletionProtection,
    // A view of the ledger's objects.
    ledger: false,
  });
});

test('people are told of a handler that fails also when it is called again', () => {
  const stack = stackOf();
  const notifications = Notifications.fromNotificationsAttributes({ channels: { ticket: ['channels/1'] } });
  new CanaryEndpoint(stack, 'Endpoint', {
    ...named,
    serving,
    release,
    registry: importedRegistry(stack),
    notifications,
  });
  const resources = resourcesOf(stack);
  const [handler] = all(resources, 'google_cloudfunctions2_function');
  const told = all(resources, 'google_monitoring_alert_policy').filter(({ display_name: name }) =>
    String(name).endsWith('unhandled'),
  );
  expect(told).toMatchObject([
    { notification_channels: ['channels/1'], documentation: { content: expect.stringContaining('handlerFailure') } },
  ]);
  const [{ condition_threshold: condition }] = told[0]!['conditions'] as [{ condition_threshold: Attributes }];
  expect(condition).toMatchObject({ comparison: 'COMPARISON_GT', threshold_value: 3 });
  expect(condition['filter']).toContain(`service_name = "${String(handler!['name'])}"`);
  expect(condition['filter']).toContain('response_code_class = "5xx"');
});

test('messages that a handler does not take end as dead letters, kept for a week and told', () => {
  const stack = stackOf();
  const notifications = Notifications.fromNotificationsAttributes({ channels: { ticket: ['channels/1'] } });
  new CanaryEndpoint(stack, 'Endpoint', {
    ...named,
    serving,
    release,
    registry: importedRegistry(stack),
    notifications,
  });
  const resources = resourcesOf(stack);
  const subscriptions = Object.entries(resources['google_pubsub_subscription'] as Record<string, Attributes>);
  const pushed = subscriptions.filter(([, one]) => one['push_config'] !== undefined);
  const kept = subscriptions.filter(([, one]) => one['push_config'] === undefined);
  expect(pushed.length).toBeGreaterThan(0);
  expect(kept).toHaveLength(1);
  const [[, letters]] = kept as [[string, Attributes]];
  expect(letters).toMatchObject({ message_retention_duration: '604800s', expiration_policy: { ttl: '' } });
  const topic = String(letters['topic']).replace('.name}', '.id}');
  const agent = expect.stringContaining('@gcp-sa-pubsub.iam.gserviceaccount.com');
  for (const [id, one] of pushed) {
    expect(one['dead_letter_policy']).toEqual({ dead_letter_topic: topic, max_delivery_attempts: 40 });
    expect(all(resources, 'google_pubsub_subscription_iam_member')).toContainEqual(
      expect.objectContaining({
        subscription: `\${google_pubsub_subscription.${id}.name}`,
        role: 'roles/pubsub.subscriber',
        member: agent,
      }),
    );
  }
  expect(all(resources, 'google_pubsub_topic_iam_member')).toContainEqual(
    expect.objectContaining({ topic: letters['topic'], role: 'roles/pubsub.publisher', member: agent }),
  );
  const [told] = all(resources, 'google_monitoring_alert_policy').filter(({ display_name: name }) =>
    String(name).endsWith('dead-letters'),
  );
  expect(told).toMatchObject({ notification_channels: ['channels/1'] });
  const [{ condition_threshold: condition }] = told!['conditions'] as [{ condition_threshold: Attributes }];
  expect(condition).toMatchObject({ comparison: 'COMPARISON_GT', threshold_value: 0 });
  expect(condition['filter']).toContain(`subscription_id = "${String(letters['name'])}"`);
  expect(condition['filter']).toContain('subscription/num_undelivered_messages');
});

test('a key that is wired in is used', () => {
  const stack = stackOf();
  const encryptionKey = EncryptionKey.fromKeyName('projects/k/locations/r/keyRings/a/cryptoKeys/b');
  new ModelRegistry(stack, 'Registry', { model: 'demand', encryptionKey });
  const [bucket] = all(resourcesOf(stack), 'google_storage_bucket');
  expect(bucket!['encryption']).toEqual({ default_kms_key_name: 'projects/k/locations/r/keyRings/a/cryptoKeys/b' });
});

test('a pipeline alone: a workflow and a handler with identities that are not the same', () => {
  const stack = stackOf();
  const registry = importedRegistry(stack);
  const pipeline = new EvalGatePipeline(stack, 'Pipeline', { ...named, data, training, evaluation, registry });
  pipeline.grants.start('user:ann@example.com');
  const resources = resourcesOf(stack);
  const [workflow] = all(resources, 'google_workflows_workflow') as [Attributes];
  const source = JSON.parse(String(workflow['source_contents']).replaceAll('$${', '${'));
  expect(Object.keys(source)).toEqual(['main', 'isTransient', 'messageOf', 'runJob']);
  expect(all(resources, 'google_service_account').map((one) => one['display_name'])).toEqual([
    'handlers: builder',
    'demand: pipeline',
    'demand: trainer',
  ]);
  const [handler] = all(resources, 'google_cloudfunctions2_function') as [Attributes];
  const environment = (handler['service_config'] as Attributes)['environment_variables'] as Record<string, string>;
  expect(environment).toMatchObject({ MLP_MODEL: 'demand', MLP_ARTIFACTS: 'artifacts', MLP_STATE: 'state' });
  expect(JSON.parse(environment['MLP_DATA']!)).toMatchObject({
    label: 'bikers',
    features: { temp: 'number', weather: 'category' },
  });
  expect(pipeline.metrics.gateVerdict()).toContain('MlPlatform/GateVerdict');
});

test('an endpoint alone takes a field that the library does not know', () => {
  const stack = stackOf();
  const endpoint = new CanaryEndpoint(stack, 'Endpoint', {
    ...named,
    serving,
    release,
    registry: importedRegistry(stack),
  });
  (endpoint.node.defaultChild as VertexAiEndpoint).addOverride('dedicated_endpoint_enabled', true);
  (endpoint.node.defaultChild as VertexAiEndpoint).addOverride('a_field_of_tomorrow', 'x');
  const [native] = all(resourcesOf(stack), 'google_vertex_ai_endpoint');
  expect(native).toMatchObject({
    dedicated_endpoint_enabled: true,
    a_field_of_tomorrow: 'x',
    name: endpoint.endpointId,
  });
  expect(endpoint.metrics.latency()).toContain(`resource.labels.endpoint_id = "${endpoint.endpointId}"`);
  // Mirroring is what Vertex AI cannot do; the release says so and goes without.
  expect(endpoint.node.metadata.map((one) => String(one.data))).toEqual([expect.stringContaining('release.shadow')]);
  const [workflow] = all(resourcesOf(stack), 'google_workflows_workflow') as [Attributes];
  expect(workflow['source_contents']).not.toContain('deployShadow');
  // Without latency and errors there are no alarms about them.
  const alarms = Object.keys(endpoint.alarms.policies);
  expect(alarms).toEqual(['release-rolled-back', 'release-paused']);
});

test('drift and retraining alone, with what exists already', () => {
  const stack = stackOf();
  const registry = importedRegistry(stack);
  const endpoint = CanaryEndpoint.fromEndpointAttributes(stack, 'Endpoint', {
    model: 'demand',
    endpointId: 'bikes',
    captureTable: 'capture',
  });
  const notifications = Notifications.fromNotificationsAttributes({ channels: { page: ['c1'], ticket: ['c2'] } });
  const drift = new DriftAlarm(stack, 'Drift', {
    ...named,
    data,
    drift: monitoring.drift,
    endpoint,
    registry,
    notifications,
  });
  const workflowId = 'projects/p/locations/r/workflows/w';
  const pipeline = EvalGatePipeline.fromPipelineAttributes(stack, 'Pipeline', {
    model: 'demand',
    workflowId,
    registry,
  });
  new RetrainSchedule(stack, 'Retraining', { model: 'demand', retraining, pipeline, drift });
  const resources = resourcesOf(stack);
  const jobs = all(resources, 'google_cloud_scheduler_job');
  expect(jobs).toHaveLength(3);
  const bodies = jobs.map((job) =>
    JSON.parse(Buffer.from((job['http_target'] as { body: string }).body, 'base64').toString('utf8')),
  );
  // Four times a day what waits is decided again: nobody's reason is in the call.
  const recheck = bodies.find(({ step }) => step === 'retraining-recheck');
  expect(recheck).toMatchObject({ use: 'decideRetraining', state: {} });
  expect(bodies.find(({ step }) => step === 'retraining')).toMatchObject({ state: { cause: 'schedule' } });
  const policy = all(resources, 'google_monitoring_alert_policy').find(
    (one) => (one['user_labels'] as Attributes)['alarm'] === 'data-drift',
  )!;
  expect(policy['notification_channels']).toEqual([
    'c2',
    expect.stringContaining('google_monitoring_notification_channel'),
  ]);
  const [push] = all(resources, 'google_pubsub_subscription') as [Attributes];
  expect(push['push_config']).toMatchObject({ push_endpoint: expect.stringMatching(/\/alerts$/) });
  expect(Object.keys(templateOf(stack).data)).toEqual(['google_project']);
});

test('a schedule that cron cannot keep is refused, never rounded', () => {
  const stack = stackOf();
  const endpoint = CanaryEndpoint.fromEndpointAttributes(stack, 'E', {
    model: 'demand',
    endpointId: 'e',
    captureTable: 'c',
  });
  const make = () =>
    new DriftAlarm(stack, 'Drift', {
      ...named,
      data,
      drift: { schedule: { every: '7m' } },
      endpoint,
      registry: importedRegistry(stack),
    });
  expect(make).toThrow(/Cloud Scheduler cannot keep this schedule/);
});

test('section props that are not valid are reported all at once, by the construct’s path', () => {
  const stack = stackOf();
  let error: unknown;
  try {
    new EvalGatePipeline(stack, 'Pipeline', {
      ...named,
      data,
      training: { ...training, seed: -1, spott: true } as never,
      evaluation: { metrics: { accuracy: { min: 0.5 } } },
      registry: importedRegistry(stack),
    });
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(DefinitionError);
  const paths = (error as DefinitionError).problems.map((one) => one.path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'test/Pipeline.training.seed',
      'test/Pipeline.training.spott',
      'test/Pipeline.evaluation.metrics.accuracy',
    ]),
  );
});

test('parsed sections are taken as they are written ones', () => {
  const parsed = parsePlatformOrThrow(SCALE).models['demand']!;
  const bytes = (sections: { serving: object; release: object }): string => {
    const stack = stackOf();
    new CanaryEndpoint(stack, 'Endpoint', {
      ...named,
      ...(sections as { serving: typeof serving; release: typeof release }),
      registry: importedRegistry(stack),
    });
    return JSON.stringify(resourcesOf(stack));
  };
  expect(bytes({ serving: parsed.serving, release: parsed.release! }) === bytes({ serving, release })).toBe(true);
});

test('a stack without a provider says what is missing', () => {
  const stack = stackOf('bare', { provider: false });
  expect(() => new ModelRegistry(stack, 'Registry', { model: 'demand' })).toThrow(/new GoogleProvider/);
});

test('a role whose handler was not bundled is named', () => {
  const stack = stackOf('test', { handlers: '/nowhere' });
  expect(
    () => new CanaryEndpoint(stack, 'E', { ...named, serving, release, registry: importedRegistry(stack) }),
  ).toThrow(/handler 'release' is not bundled/);
});

test('contacts become channels, and notices of handlers reach the same people', () => {
  const stack = stackOf();
  const { incidents } = parsePlatformOrThrow({
    ...SCALE,
    incidents: {
      contacts: [
        { kind: 'email', address: 'a@example.com', severities: ['page', 'ticket'] },
        { kind: 'webhook', address: 'https://hooks.example.com/x', severities: ['page'] },
        { kind: 'pagerduty', address: 'https://events.pagerduty.com/integration/k/enqueue', severities: ['page'] },
        { kind: 'sms', address: '+491701234567', severities: ['page'] },
      ],
    },
  });
  const notifications = new Notifications(stack, 'Incidents', {
    incidents: planIncidents(incidents),
    kmsKeyName: null,
  });
  const resources = resourcesOf(stack);
  const channels = all(resources, 'google_monitoring_notification_channel').map((one) => [one['type'], one['labels']]);
  expect(channels).toEqual(
    expect.arrayContaining([
      ['email', { email_address: 'a@example.com' }],
      ['webhook_tokenauth', { url: 'https://hooks.example.com/x' }],
      ['webhook_tokenauth', { url: 'https://events.pagerduty.com/integration/k/enqueue' }],
      ['sms', { number: '+491701234567' }],
    ]),
  );
  expect(channels).toHaveLength(4);
  expect([notifications.channels('page').length, notifications.channels('ticket').length]).toEqual([4, 1]);
  const filters = all(resources, 'google_monitoring_alert_policy').map((one) => JSON.stringify(one['conditions']));
  expect(filters.filter((one) => one.includes('mlpNotification.severity'))).toHaveLength(2);
  expect(all(resources, 'google_pubsub_topic')).toHaveLength(3);
});

test('a private network is wired in or made', () => {
  const stack = stackOf();
  const network = new PrivateNetwork(stack, 'Network', { platform: 'bikes' });
  expect(network.connectorName).toBeDefined();
  const [subnet] = all(resourcesOf(stack), 'google_compute_subnetwork');
  expect(subnet).toMatchObject({ private_ip_google_access: true });
  expect(PrivateNetwork.fromNetworkAttributes({ networkName: 'n', connectorName: 'c' })).toEqual({
    networkName: 'n',
    connectorName: 'c',
  });
});
