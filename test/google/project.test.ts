import { MlPlatform } from '../../src/google';
import { CORE, SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

const place = { project: 'bikes-all', region: 'europe-west3' };
const SHARED = [
  { name: 'staging', google: place },
  { name: 'production', google: place },
] as const;

const environment = (name: string, definition: object = SCALE, environments: readonly object[] = SHARED) => {
  const stack = stackOf(`bikes-${name}`, { provider: false });
  new MlPlatform(stack, 'Platform', { definition: { ...definition, environments } as never, environment: name });
  return resourcesOf(stack);
};
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
