import { CanaryEndpoint, MlPlatform, ModelRegistry } from '../../src/google';
import { CORE, SCALE } from './support/examples';
import { type Attributes, all, DOLLAR, stackOf, templateOf } from './support/synth-stack';

const place = { project: 'bikes-all', region: 'europe-west3' };
const SHARED = [
  { name: 'staging', google: place },
  { name: 'production', google: place },
] as const;

const stackIn = (name: string, definition: object = SCALE, environments: readonly object[] = SHARED) => {
  const stack = stackOf(`bikes-${name}`, { provider: false });
  new MlPlatform(stack, 'Platform', { definition: { ...definition, environments } as never, environment: name });
  return stack;
};
const environment = (...of: Parameters<typeof stackIn>) => templateOf(stackIn(...of)).resource;
const first = environment('staging');
const second = environment('production');

describe('two environments in one project', () => {
  test('switch on audit logs of access to what is stored once, since a configuration is the whole one of its service', () => {
    const audited = all(first, 'google_project_iam_audit_config').map(
      ({ project, service, audit_log_config: logs }) => [
        project,
        service,
        (logs as Attributes[]).map((one) => one['log_type']),
      ],
    );
    expect(audited).toEqual([
      ['bikes-all', 'aiplatform.googleapis.com', ['DATA_WRITE']],
      ['bikes-all', 'storage.googleapis.com', ['DATA_READ', 'DATA_WRITE']],
    ]);
    expect(second).not.toHaveProperty('google_project_iam_audit_config');
    // Each keeps its records all the same, and not those of writing them.
    for (const resources of [first, second]) {
      const [sink] = all(resources, 'google_logging_project_sink') as [Attributes];
      expect(sink['filter']).toMatch(
        /NOT protoPayload.resourceName : "buckets\/\$\{google_storage_bucket\.\w*Audit_Bucket\w*\.name\}\/"/,
      );
    }
  });

  test('describe metrics once, so that neither state takes away what the other one has', () => {
    expect(all(first, 'google_monitoring_metric_descriptor').length).toBeGreaterThan(5);
    expect(second).not.toHaveProperty('google_monitoring_metric_descriptor');
    expect(JSON.stringify(second['google_monitoring_alert_policy'])).not.toContain(
      'google_monitoring_metric_descriptor',
    );
  });

  test('in projects of their own, each has both', () => {
    const apart = [SHARED[0], { name: 'production', google: { ...place, project: 'bikes-prod' } }];
    const resources = environment('production', SCALE, apart);
    expect(all(resources, 'google_project_iam_audit_config')).toHaveLength(2);
    expect(all(resources, 'google_monitoring_metric_descriptor').length).toBeGreaterThan(5);
  });
});

test('below stage scale nothing records each access, as on AWS', () => {
  expect(environment('staging', CORE)).not.toHaveProperty('google_project_iam_audit_config');
});

describe('the customer’s key', () => {
  const { resource, data } = templateOf(stackIn('staging'));
  const bindings = Object.entries(resource['google_kms_crypto_key_iam_member']!);
  const waitsFor = (one: Attributes): string[] =>
    ((one['depends_on'] ?? []) as string[]).filter((address) => address.startsWith('google_kms_crypto_key_iam_member'));

  test('is bound to each service’s agent, none of which waits for another one', () => {
    expect(bindings).toHaveLength(6);
    for (const [, { crypto_key_id: key, depends_on: waits }] of bindings) {
      expect(key).toMatch(/^\$\{google_kms_crypto_key\.\w+\.id\}$/);
      expect(JSON.stringify(waits ?? [])).not.toContain('iam_member');
    }
    // Agents that reading them creates.
    const members = bindings.map(([, { member }]) => String(member));
    for (const type of ['google_storage_project_service_account', 'google_bigquery_default_service_account']) {
      expect(Object.keys(data[type]!)).toHaveLength(1);
      expect(members.filter((member) => member.includes(`data.${type}.`))).toHaveLength(1);
    }
    expect(members).toContainEqual(expect.stringContaining('@gcp-sa-workflows.iam.gserviceaccount.com'));
  });

  test('encrypts all that takes one and is stored, once its own agent may use it', () => {
    const encrypted = {
      google_storage_bucket: 'StorageUse',
      google_bigquery_dataset: 'BigqueryUse',
      google_artifact_registry_repository: 'ArtifactRegistryUse',
      google_vertex_ai_endpoint: 'VertexAiUse',
      google_pubsub_topic: 'PubsubUse',
      google_workflows_workflow: 'WorkflowsUse',
    };
    for (const [type, binding] of Object.entries(encrypted)) {
      expect(all(resource, type).length).toBeGreaterThan(0);
      for (const one of all(resource, type)) {
        const { name } = one;
        const hasKey = /"\$\{google_kms_crypto_key\.\w+\.id\}"/.test(JSON.stringify(one));
        expect([type, name, hasKey]).toEqual([type, name, true]);
        expect([type, name, waitsFor(one)]).toEqual([type, name, [expect.stringContaining(`Key_${binding}_`)]]);
      }
    }
    for (const one of all(resource, 'google_cloudfunctions2_function')) expect(waitsFor(one)).toEqual([]);
  });
});

describe('what a project is asked for', () => {
  const { resource } = templateOf(stackIn('staging', SCALE));

  test('a delivery’s builds are verified, which asks Container Analysis: only a stack with a trigger has it switched on', () => {
    const [trigger] = all(resource, 'google_cloudbuild_trigger') as [Attributes];
    expect(JSON.stringify(trigger['depends_on'])).toContain('google_project_service.Platform_Apis_containeranalysis_');
    const [repository] = all(resource, 'google_cloudbuildv2_repository') as [Attributes];
    expect(JSON.stringify(repository['depends_on'])).toContain('google_project_service.Platform_Apis_cloudbuild_');
    const { connection: _, ...source } = SCALE.delivery.source;
    const without = environment('staging', { ...SCALE, delivery: { ...SCALE.delivery, source } });
    const services = (of: typeof resource) => all(of, 'google_project_service').map((one) => one['service']);
    expect(services(resource)).toContain('containeranalysis.googleapis.com');
    expect(services(without)).not.toContain('containeranalysis.googleapis.com');
    expect(without).not.toHaveProperty('google_cloudbuild_trigger');
  });

  test('budgets name the project as Cloud Billing answers, by its number', () => {
    const google = { ...place, billingAccount: '012345-567890-ABCDEF' };
    const budgets = all(environment('staging', SCALE, [{ name: 'staging', google }]), 'google_billing_budget');
    expect(budgets).toHaveLength(2);
    for (const { budget_filter: filter } of budgets) {
      expect((filter as Attributes)['projects']).toEqual([
        expect.stringMatching(/^projects\/\$\{data\.google_project\.\w+\.number\}$/),
      ]);
    }
  });
});

test('whoever may ask an endpoint for predictions may do nothing else in the project', () => {
  const stack = stackOf('bikes');
  const registry = new ModelRegistry(stack, 'Registry', { model: 'demand' });
  const { serving } = SCALE.models.demand;
  const endpoint = new CanaryEndpoint(stack, 'Endpoint', {
    model: 'demand',
    task: 'regression',
    serving,
    release: {},
    registry,
  });
  for (const one of ['shop', 'app']) endpoint.grants.invoke(`serviceAccount:${one}@acme-ml.iam.gserviceaccount.com`);
  const { resource } = templateOf(stack);
  const [[id, role], ...others] = Object.entries(resource['google_project_iam_custom_role']!);
  expect(others).toEqual([]);
  expect(role).toMatchObject({
    role_id: expect.stringMatching(/^\w{3,64}$/),
    permissions: ['aiplatform.endpoints.predict'],
  });
  const granted = all(resource, 'google_project_iam_member').filter((one) =>
    /:(shop|app)@/.test(String(one['member'])),
  );
  expect(granted.map((one) => one['role'])).toEqual(
    Array(2).fill(`${DOLLAR}{google_project_iam_custom_role.${id}.name}`),
  );
});

test('what handlers send goes through the subnet that has private access and logs, and no hidden one', () => {
  const resource = environment('staging');
  const [[id, subnet], ...others] = Object.entries(resource['google_compute_subnetwork']!);
  expect(others).toEqual([]);
  expect(subnet).toMatchObject({ private_ip_google_access: true, log_config: expect.anything() });
  // What a connector takes.
  expect(String(subnet['ip_cidr_range']).split('/')[1]).toBe('28');
  const [connector] = all(resource, 'google_vpc_access_connector') as [Attributes];
  expect(connector['subnet']).toEqual({ name: `${DOLLAR}{google_compute_subnetwork.${id}.name}` });
  for (const hidden of ['network', 'ip_cidr_range']) expect(connector).not.toHaveProperty(hidden);
});

describe('the end of a platform', () => {
  const fates = (deletionProtection: boolean) => {
    const resource = environment('staging', { ...SCALE, security: { ...SCALE.security, deletionProtection } });
    return Object.entries(resource['google_storage_bucket']!).map(([id, one]) => {
      const kept = (one['lifecycle'] as Attributes | undefined)?.['prevent_destroy'] === true;
      return [id.replace(/_[0-9A-F]{8}$/, ''), one['force_destroy'] === true, kept];
    });
  };

  test('empties each bucket where the definition protects nothing, and none of its data where it does', () => {
    const open = fates(false);
    expect(open).toHaveLength(5);
    for (const [bucket, isEmptied, isKept] of open) expect([bucket, isEmptied, isKept]).toEqual([bucket, true, false]);
    for (const [bucket, isEmptied, isKept] of fates(true)) {
      const isRebuilt = bucket === 'MlpHandlers_Source';
      expect([bucket, isEmptied, isKept]).toEqual([bucket, isRebuilt, !isRebuilt]);
    }
  });
});

test('training jobs are attached to no TensorBoard, which would ask for far more rights than their account has', () => {
  const resource = environment('staging');
  expect(resource).not.toHaveProperty('google_vertex_ai_tensorboard');
  const [pipeline] = all(resource, 'google_cloudfunctions2_function').filter(
    (one) => one['description'] === 'demand: pipeline',
  );
  const { environment_variables: variables } = pipeline!['service_config'] as { environment_variables: Attributes };
  expect(JSON.parse(String(variables['MLP_TRAINING']))).toMatchObject({ tensorboard: null });
});
