import { execFileSync } from 'node:child_process';
import type { TerraformStack } from 'cdktf';
import { trainingRequestSchema } from '../../src/contract/google';
import { MlPlatform } from '../../src/google';
import { NAME_LIMITS, shortHash } from '../../src/google/support/names';
import { GRANTS_OF_ACTION } from '../../src/google/support/permissions';
import { DefinitionError } from '../../src/kernel/problem';
import { planPlatform } from '../../src/plan/plan-platform';
import { CORE, FOUNDATION, SCALE } from './support/examples';
import { type Attributes, all, type Resources, resourcesOf, stackOf, templateOf } from './support/synth-stack';

const platform = (definition: object, stack = stackOf('prod')): { stack: TerraformStack; platform: MlPlatform } => ({
  stack,
  platform: new MlPlatform(stack, 'Platform', { definition: definition as never }),
});

const scale = resourcesOf(platform(SCALE).stack);
const plan = planPlatform(SCALE);

const PRIMITIVE = /^roles\/(owner|editor|viewer)$/;

describe('a platform at stage scale', () => {
  test('has the resource types of every part', () => {
    expect(Object.keys(scale).sort()).toMatchSnapshot();
  });

  test('grants nothing to everybody and no primitive role', () => {
    const bindings = Object.entries(scale).filter(([type]) => type.endsWith('_iam_member'));
    const members = bindings.flatMap(([, byId]) => Object.values(byId));
    expect(members.length).toBeGreaterThan(40);
    for (const { member, role } of members) {
      expect(String(member)).toMatch(/^(serviceAccount:|\$\{google_logging_project_sink)/);
      expect(String(role)).not.toMatch(PRIMITIVE);
    }
    expect(JSON.stringify(scale)).not.toMatch(/allUsers|allAuthenticatedUsers/);
  });

  test('grants each identity what the plan asks for its role, and nothing else in the project', () => {
    const { pipeline, endpoint, drift, retraining } = plan.models['demand']!;
    const permissions = [pipeline, endpoint, drift!, retraining!].flatMap((part) => part.permissions);
    for (const role of ['pipeline', 'trainer', 'server', 'release', 'monitor', 'retraining'] as const) {
      const expected = new Set(
        permissions
          .filter((one) => one.role === role)
          .flatMap((one) =>
            GRANTS_OF_ACTION[one.action].filter((grant) => grant.on === 'project').map((grant) => grant.role),
          ),
      );
      const [account] = Object.entries(scale['google_service_account']!).find(([, one]) =>
        String(one['account_id']).startsWith(`${role}-`),
      )!;
      const granted = all(scale, 'google_project_iam_member').filter((one) =>
        String(one['member']).includes(`${account}.email`),
      );
      expect(new Set(granted.map((one) => one['role']))).toEqual(expected);
      expect(granted).toHaveLength(expected.size);
    }
  });

  test('reaches handlers from inside alone, each as its own role', () => {
    const functions = all(scale, 'google_cloudfunctions2_function');
    expect(functions).toHaveLength(4);
    for (const { service_config: config } of functions) {
      expect(config).toMatchObject({
        ingress_settings: 'ALLOW_INTERNAL_ONLY',
        vpc_connector_egress_settings: 'ALL_TRAFFIC',
      });
    }
    const invokers = all(scale, 'google_cloud_run_v2_service_iam_member');
    expect(invokers).toHaveLength(4);
    expect(new Set(invokers.map((one) => one['member'])).size).toBe(4);
  });

  test('keeps buckets closed, encrypted and undeletable', () => {
    const buckets = all(scale, 'google_storage_bucket');
    for (const bucket of buckets) {
      expect(bucket).toMatchObject({ uniform_bucket_level_access: true, public_access_prevention: 'enforced' });
    }
    for (const bucket of buckets) expect(bucket).toHaveProperty('encryption');
    // Bundles of handlers are made again.
    const stateful = buckets.filter((one) => !String(one['name']).includes('-handlers-'));
    expect(stateful).toHaveLength(4);
    for (const bucket of stateful) expect(bucket['lifecycle']).toEqual({ prevent_destroy: true });
    const retained = buckets.filter((one) => one['retention_policy']);
    expect(retained.map((one) => (one['retention_policy'] as Attributes)['retention_period'])).toEqual([
      3650 * 86_400,
      3650 * 86_400,
    ]);
    expect(all(scale, 'google_kms_crypto_key')[0]).toMatchObject({ rotation_period: '7776000s' });
  });

  test('leaves traffic to the release controller', () => {
    const [endpoint] = all(scale, 'google_vertex_ai_endpoint');
    expect(endpoint!['lifecycle']).toEqual({ ignore_changes: ['traffic_split'] });
    expect(endpoint).not.toHaveProperty('traffic_split');
    expect(endpoint!['predict_request_response_logging_config']).toMatchObject({ enabled: true, sampling_rate: 1 });
  });

  test('renders every alarm of the plan once, with runbook, channel and missing data that is never healthy', () => {
    const { pipeline, endpoint, drift, retraining } = plan.models['demand']!;
    const alarms = [pipeline, endpoint, drift!, retraining!].flatMap((part) => part.alarms);
    const policies = all(scale, 'google_monitoring_alert_policy');
    for (const alarm of alarms) {
      const found = policies.filter((one) => (one['user_labels'] as Attributes)['alarm'] === alarm.id);
      expect(found).toHaveLength(1);
      const [policy] = found as [Attributes];
      expect(policy['notification_channels']).not.toHaveLength(0);
      expect((policy['documentation'] as Attributes)['content']).toContain(alarm.runbook);
      const [condition] = policy['conditions'] as [Attributes];
      const threshold = condition['condition_threshold'] as Attributes | undefined;
      if (threshold) {
        expect(threshold['evaluation_missing_data']).toBe(
          alarm.missingData === 'breaching' ? 'EVALUATION_MISSING_DATA_ACTIVE' : 'EVALUATION_MISSING_DATA_NO_OP',
        );
        const duration = Number.parseInt(String(threshold['duration']), 10);
        expect(duration).toBeGreaterThanOrEqual(60);
        // Alignment and retest together: 25 hours at most, else Cloud Monitoring refuses the policy.
        for (const { alignment_period: period } of (threshold['aggregations'] ?? []) as Attributes[]) {
          const aligned = Number.parseInt(String(period), 10);
          expect(aligned + duration).toBeLessThanOrEqual(90_000);
          expect(aligned).toBeGreaterThanOrEqual(alarm.periodSeconds);
        }
        expect(threshold['comparison']).toBe(/above/i.test(alarm.comparator) ? 'COMPARISON_GT' : 'COMPARISON_LT');
      } else {
        expect(alarm.datapoints.of).toBeGreaterThan(1);
      }
    }
  });

  test('pages once for the alarms of a part, from Cloud Monitoring itself, whatever becomes of our handlers', () => {
    const { endpoint, drift } = plan.models['demand']!;
    const policies = all(scale, 'google_monitoring_alert_policy');
    for (const [part, { pageGroup, alarms }] of Object.entries({ Endpoint: endpoint, Drift: drift! })) {
      const { id, alarms: ids } = pageGroup!;
      const [group, ...others] = policies.filter((one) => (one['user_labels'] as Attributes)['group'] === id);
      expect([part, others]).toEqual([part, []]);
      // The two contacts of pages, and none of our topics: the incidents are those of the alarms.
      expect(group!['notification_channels']).toHaveLength(2);
      expect(JSON.stringify(group!['notification_channels'])).not.toMatch(/Incidents_Channel|Retraining/);
      const { query } = (group!['conditions'] as Attributes[])[0]!['condition_prometheus_query_language'] as {
        query: string;
      };
      const grouped = alarms.filter((one) => ids.includes(one.id));
      expect(query.split(') or ((count(')).toHaveLength(grouped.length);
      for (const { threshold, runbook, id: alarm } of grouped) {
        expect([alarm, query]).toEqual([alarm, expect.stringContaining(` ${threshold})`)]);
        expect((group!['documentation'] as Attributes)['content']).toContain(runbook);
      }
      expect(JSON.stringify(group)).not.toMatch(/"(alarm|aborts_release)":/);
      const member = policies.find((one) => (one['user_labels'] as Attributes)['alarm'] === ids[0])!;
      expect(JSON.stringify(member['notification_channels'])).not.toContain('Email');
    }
  });

  test('writes PromQL that parses', async () => {
    const { parser } = await import('@prometheus-io/lezer-promql');
    const promFaults = (query: string): number => {
      let faults = 0;
      parser.parse(query).iterate({
        enter: (node) => {
          if (node.type.isError) faults += 1;
        },
      });
      return faults;
    };
    const queries = all(scale, 'google_monitoring_alert_policy').flatMap((policy) =>
      (policy['conditions'] as Attributes[]).flatMap((one) => {
        const prom = one['condition_prometheus_query_language'] as Attributes | undefined;
        return prom ? [String(prom['query'])] : [];
      }),
    );
    expect(queries.length).toBeGreaterThan(2);
    for (const query of queries) expect({ query, faults: promFaults(query) }).toEqual({ query, faults: 0 });
    expect(promFaults('sum by (le (rate(x[5m]))')).toBeGreaterThan(0);
  });

  test('sends alarms that may ask for retraining to the decision as well', () => {
    const channel = Object.keys(scale['google_monitoring_notification_channel']!).find((id) =>
      id.includes('Retraining'),
    )!;
    const told = all(scale, 'google_monitoring_alert_policy')
      .filter((one) => JSON.stringify(one['notification_channels']).includes(channel))
      .map((one) => (one['user_labels'] as Attributes)['kind']);
    expect(new Set(told)).toEqual(new Set(['datadrift', 'predictiondrift', 'qualitydecay']));
  });

  test('makes incidents of page alarms, with what the plan says of each, and hears when they are over', () => {
    const { endpoint, drift, retraining } = plan.models['demand']!;
    const paged = [endpoint, drift!, retraining!]
      .flatMap((part) => part.alarms)
      .filter((one) => one.severity === 'page');
    const [channel, body] = Object.entries(scale['google_monitoring_notification_channel']!).find(([id]) =>
      id.includes('Incidents_Channel'),
    )!;
    expect(body).toMatchObject({ type: 'pubsub', labels: { topic: expect.stringContaining('.id') } });
    const told = all(scale, 'google_monitoring_alert_policy').filter((one) =>
      JSON.stringify(one['notification_channels']).includes(channel),
    );
    const alarms = told.map((one) => (one['user_labels'] as Attributes)['alarm']);
    expect(alarms.sort()).toEqual(paged.map((one) => one.id).sort());
    expect(alarms).toEqual(expect.arrayContaining(['endpoint-errors', 'quality-mae']));
    for (const { alert_strategy: strategy, notification_channels: channels, user_labels: labels } of told) {
      expect(strategy).toMatchObject({ notification_prompts: ['OPENED', 'CLOSED'] });
      // Of a group's alarms people hear by its own policy.
      const alarm = String((labels as Attributes)['alarm']);
      const isGrouped = [endpoint, drift!].some((part) => part.pageGroup!.alarms.includes(alarm));
      expect([alarm, (channels as string[]).some((one) => one.includes('Email'))]).toEqual([alarm, !isGrouped]);
    }
    const release = all(scale, 'google_cloudfunctions2_function').find(
      (one) => one['description'] === 'demand: release',
    );
    const environment = (release!['service_config'] as Attributes)['environment_variables'] as Attributes;
    const table = JSON.parse(String(environment['MLP_ALARMS'])) as Record<string, Attributes>;
    expect(Object.keys(table).sort()).toEqual(paged.map((one) => one.id).sort());
    expect(table['endpoint-errors']).toEqual({
      kind: 'endpointErrors',
      severity: 'page',
      runbook: 'https://runbooks.example.com/endpointErrors',
      group: endpoint.pageGroup!.id,
    });
    const publishers = all(scale, 'google_pubsub_topic_iam_member').filter((one) =>
      String(one['topic']).includes('Incidents_Topic'),
    );
    expect(publishers).toEqual([
      expect.objectContaining({
        role: 'roles/pubsub.publisher',
        member: expect.stringMatching(/^serviceAccount:service-.*@gcp-sa-monitoring-notification\.iam/),
        depends_on: expect.arrayContaining([expect.stringContaining(channel)]),
      }),
    ]);
  });

  test('keeps physical names inside their limits and different', () => {
    const limits: Record<string, [string, number]> = {
      google_storage_bucket: ['name', NAME_LIMITS.bucket],
      google_service_account: ['account_id', NAME_LIMITS.serviceAccount],
      google_workflows_workflow: ['name', NAME_LIMITS.workflow],
      google_cloudfunctions2_function: ['name', NAME_LIMITS.function],
      google_vpc_access_connector: ['name', NAME_LIMITS.connector],
      google_vertex_ai_endpoint: ['name', NAME_LIMITS.endpoint],
      google_artifact_registry_repository: ['repository_id', NAME_LIMITS.repository],
    };
    for (const [type, [field, limit]] of Object.entries(limits)) {
      const names = all(scale, type).map((one) => String(one[field]));
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) {
        expect(name.length).toBeLessThanOrEqual(limit);
        expect(name).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/);
      }
    }
  });

  test('turns tags into legal labels', () => {
    const labels = all(scale, 'google_storage_bucket').map((one) => one['labels'] as Record<string, string>);
    for (const one of labels) {
      expect(one).toMatchObject({ cost_center: '4711_a', platform: 'bikes', owner: 'mobility' });
      for (const [key, value] of Object.entries(one)) {
        expect(key).toMatch(/^[a-z][a-z0-9_-]{0,62}$/);
        expect(value).toMatch(/^[a-z0-9_-]{0,63}$/);
      }
    }
  });

  test('fires the schedules of the plan', () => {
    const jobs = all(scale, 'google_cloud_scheduler_job').map((one) => [one['schedule'], one['time_zone']]);
    expect(jobs).toEqual(
      expect.arrayContaining([
        ['0 * * * *', 'UTC'],
        ['0 0 * * *', 'UTC'],
        ['0 3 1,15 * 1', 'Europe/Berlin'],
      ]),
    );
  });

  test('waits for every API: of what a function is made of, and of data, which are read at the plan otherwise', () => {
    const waits = (one: Attributes): string => JSON.stringify(one['depends_on'] ?? []);
    const functions = all(scale, 'google_cloudfunctions2_function');
    expect(functions.length).toBeGreaterThan(0);
    for (const one of functions) {
      for (const api of ['cloudfunctions', 'run', 'cloudbuild', 'artifactregistry']) {
        expect(waits(one)).toContain(`google_project_service.Platform_Apis_${api}_`);
      }
      expect(JSON.stringify(one['build_config'])).toContain('google_service_account.MlpHandlers_Builder');
      expect(waits(one)).toContain('MlpHandlers_BuilderImages');
    }
    const { data } = templateOf(platform(SCALE).stack);
    const projects = all(data, 'google_project');
    expect(projects.length).toBeGreaterThan(0);
    for (const one of projects) expect(waits(one)).toContain('cloudresourcemanager');
  });

  test('builds with the commands of the definition, untouched by substitutions', () => {
    const [trigger] = all(scale, 'google_cloudbuild_trigger') as [Attributes];
    const { step, images } = trigger['build'] as { step: Attributes[]; images: string[] };
    expect(step.map((one) => one['id'])).toEqual([
      'build',
      'test',
      'demand-trainer',
      'push-demand-trainer-0',
      'push-demand-trainer-1',
      'demand-server',
      'push-demand-server-0',
      'push-demand-server-1',
      'train-demand',
    ]);
    expect(step[0]!['script']).toBe('#!/usr/bin/env bash\nset -euo pipefail\nnpm ci\necho $${HOME}\n');
    expect(images.some((one) => one.endsWith('/trainer:$COMMIT_SHA'))).toBe(true);
  });

  test('asks for training with the images that it has pushed, in the name of the commit', () => {
    const [trigger] = all(scale, 'google_cloudbuild_trigger') as [Attributes];
    const { step, images } = trigger['build'] as { step: Attributes[]; images: string[] };
    const pushed = step.flatMap(({ args }) => {
      const [verb, address] = (args ?? []) as string[];
      return verb === 'push' ? [address] : [];
    });
    expect(pushed).toEqual(images);
    const { script } = step.at(-1) as { script: string };
    const asked = (at: string): unknown => {
      const stubs = `git() { printf '${at}'; }; gcloud() { printf '%s' "$6"; }`;
      const env = { ...process.env, COMMIT: 'abc123', BUILD: 'b1', TOPIC: 't' };
      return JSON.parse(execFileSync('bash', ['-c', `${stubs}\n${script}`], { env, encoding: 'utf8' }));
    };
    const request = { build: 'b1', commit: 'abc123' };
    const at = '2026-01-02T03:04:05+01:00';
    expect(asked(at)).toEqual({ ...request, committedAt: at });
    expect(asked('')).toEqual(request);
    for (const one of [asked(at), asked('')]) expect(() => trainingRequestSchema.parse(one)).not.toThrow();
  });
});

test('two syntheses give the same bytes', () => {
  const digest = (resources: Resources): string => shortHash(JSON.stringify(resources), 64);
  expect(digest(resourcesOf(platform(SCALE).stack))).toBe(digest(scale));
});

test('a stage has what it asks for and nothing more', () => {
  const core = resourcesOf(platform(CORE).stack);
  const foundation = resourcesOf(platform(FOUNDATION).stack);
  const functions = (resources: Resources): string[] =>
    all(resources, 'google_cloudfunctions2_function')
      .map((one) => String(one['description']))
      .sort();
  expect(functions(foundation)).toEqual(['demand: pipeline', 'demand: release']);
  expect(functions(core)).toEqual(['demand: monitor', 'demand: pipeline', 'demand: release']);
  expect(functions(scale)).toEqual(['demand: monitor', 'demand: pipeline', 'demand: release', 'demand: retraining']);
  const pushed = (resources: Resources): unknown[] =>
    all(resources, 'google_pubsub_subscription').flatMap(({ push_config: push }) =>
      push === undefined
        ? []
        : [
            String((push as Attributes)['push_endpoint'])
              .split('/')
              .at(-1),
          ],
    );
  expect([pushed(core), pushed(scale)]).toEqual([
    ['deliveries', 'train', 'incidents', 'stopped', 'approvals', 'stopped'],
    ['deliveries', 'train', 'incidents', 'stopped', 'approvals', 'stopped', 'alerts'],
  ]);
  expect(all(foundation, 'google_cloud_scheduler_job')).toHaveLength(1);
  const kinds = (resources: Resources): Set<unknown> =>
    new Set(all(resources, 'google_monitoring_alert_policy').map((one) => (one['user_labels'] as Attributes)['kind']));
  expect(kinds(foundation)).not.toContain('datadrift');
  expect(kinds(core)).toContain('datadrift');
});

test('sets budgets where a billing account is given, and warns where it is missing', () => {
  const stack = stackOf('prod');
  new MlPlatform(stack, 'Platform', { definition: SCALE, billingAccount: '012345-567890-ABCDEF' });
  const budgets = all(resourcesOf(stack), 'google_billing_budget');
  expect(budgets.map((one) => (one['amount'] as { specified_amount: Attributes }).specified_amount)).toEqual(
    expect.arrayContaining([
      { currency_code: 'EUR', units: '4000' },
      { currency_code: 'EUR', units: '900' },
    ]),
  );
  const { platform: without } = platform(SCALE);
  expect(without.node.metadata.some((one) => String(one.data).startsWith('budget:'))).toBe(true);
  expect(scale).not.toHaveProperty('google_billing_budget');
});

test('names the models that there are', () => {
  const { platform: made } = platform(SCALE);
  expect(made.model('demand').registry.model).toBe('demand');
  expect(() => made.model('churn')).toThrow(/churn.*one of demand/s);
  expect(() => new MlPlatform(stackOf(), 'P', { definition: SCALE, environment: 'nowhere' })).toThrow(
    /one of production/,
  );
});

test('a definition that is not valid is refused with all problems and the construct’s path', () => {
  const broken = { ...SCALE, stage: 'galaxy', owner: '' };
  let error: unknown;
  try {
    new MlPlatform(stackOf('prod'), 'Platform', { definition: broken });
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(DefinitionError);
  expect((error as DefinitionError).message).toMatch(/prod\/Platform/);
  expect((error as DefinitionError).problems.map((one) => one.path)).toEqual(
    expect.arrayContaining(['owner', 'stage']),
  );
});

test('an error-level finding stops the synthesis until it is acknowledged', () => {
  const risky = structuredClone(SCALE) as unknown as { models: { demand: { risk: string } } };
  risky.models.demand.risk = 'high';
  const errors = planPlatform(risky).findings.filter((one) => one.severity === 'error');
  expect(errors.length).toBeGreaterThan(0);
  expect(() => platform(risky)).toThrow(errors[0]!.id);
  const acknowledged = {
    ...risky,
    governance: {
      approvers: ['head@example.com'],
      acknowledge: [...new Set(errors.map((one) => one.id))].map((finding) => ({
        finding,
        reason: 'known and accepted for the pilot',
      })),
    },
  };
  expect(() => platform(acknowledged)).not.toThrow();
});
