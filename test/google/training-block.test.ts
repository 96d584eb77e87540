import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MlPlatform } from '../../src/google';
import { OperationError } from '../../src/kernel/problem';
import { budgetMessageOf } from '../../src/runtime/adapters/google/budget-message';
import { GcsBucket } from '../../src/runtime/adapters/google/gcs-bucket';
import { GcsStateStore } from '../../src/runtime/adapters/google/gcs-state-store';
import { CLOCK, googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { httpHandler } from '../../src/runtime/entrypoints/google/serve';
import { budgets } from '../../src/runtime/entrypoints/google/tasks';
import { readTrainingBlock } from '../../src/runtime/usecases';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, type Resources, resourcesOf, stackOf } from './support/synth-stack';

const ACCOUNT = '012345-567890-ABCDEF';

function synthesised(onExceeded: string, billingAccount?: string): { resources: Resources; warnings: string[] } {
  const { demand } = SCALE.models;
  const [production] = SCALE.environments;
  const definition = {
    ...SCALE,
    environments: [{ ...production, google: { ...production.google, ...(billingAccount && { billingAccount }) } }],
    models: { demand: { ...demand, budget: { ...demand.budget, onExceeded } } },
  };
  const stack = stackOf('prod');
  const { node } = new MlPlatform(stack, 'Platform', { definition: definition as never });
  return { resources: resourcesOf(stack), warnings: node.metadata.map(({ data }) => String(data)) };
}

const rulesOf = (resources: Resources): Attributes[] =>
  all(resources, 'google_billing_budget').map((one) => one['all_updates_rule'] as Attributes);
const environmentOf = (resources: Resources, role: string): Record<string, string> => {
  const handler = all(resources, 'google_cloudfunctions2_function').find(
    (one) => one['description'] === `demand: ${role}`,
  )!;
  return (handler['service_config'] as Attributes)['environment_variables'] as Record<string, string>;
};

describe('a budget that blocks training', () => {
  const { resources } = synthesised('blockTraining', ACCOUNT);
  const [[topic]] = Object.entries(resources['google_pubsub_topic']!).filter(([id]) =>
    id.includes('TrainingBlock'),
  ) as [[string, Attributes]];

  test('publishes to a topic of the model’s own, as Cloud Billing’s account and nobody else', () => {
    const published = rulesOf(resources).filter((rule) => rule['pubsub_topic'] !== undefined);
    expect(published).toEqual([
      expect.objectContaining({ pubsub_topic: `\${google_pubsub_topic.${topic}.id}`, schema_version: '1.0' }),
    ]);
    const publishers = all(resources, 'google_pubsub_topic_iam_member').filter(
      (one) => one['topic'] === `\${google_pubsub_topic.${topic}.name}`,
    );
    expect(publishers).toEqual([
      expect.objectContaining({
        role: 'roles/pubsub.publisher',
        member: 'serviceAccount:billing-budget-alert@system.gserviceaccount.com',
      }),
    ]);
    const waits = all(resources, 'google_billing_budget').map((one) => JSON.stringify(one['depends_on']));
    expect(waits.filter((one) => one.includes('TrainingBlock_Publish'))).toHaveLength(1);
  });

  test('reaches the pipeline’s handler as its own role', () => {
    const push = all(resources, 'google_pubsub_subscription').find(
      (one) => one['topic'] === `\${google_pubsub_topic.${topic}.name}`,
    )!;
    const { push_endpoint, oidc_token } = push['push_config'] as { push_endpoint: string; oidc_token: Attributes };
    expect(push_endpoint).toMatch(/Pipeline_Handler_Function.*\/budget$/);
    expect(String(oidc_token['service_account_email'])).toContain('Pipeline_Identity');
    expect(environmentOf(resources, 'pipeline')['MLP_TRAINING_BLOCK']).toBe('true');
  });

  test('tells people by email alone: Cloud Billing takes no other channel', () => {
    const channels = Object.entries(resources['google_monitoring_notification_channel']!);
    const told = rulesOf(resources).flatMap((rule) => rule['monitoring_notification_channels'] as string[]);
    expect(told.length).toBeGreaterThan(0);
    for (const one of told) {
      const [, channel] = channels.find(([id]) => one.includes(id))!;
      expect(channel['type']).toBe('email');
    }
  });

  test('counts what this environment costs, not one of the same project with a model of the same name', () => {
    const counted = all(resources, 'google_billing_budget').map(
      (one) => (one['budget_filter'] as Attributes)['labels'] as Record<string, string>,
    );
    const [model] = counted.filter((one) => !Object.hasOwn(one, 'platform'));
    expect(Object.keys(model!)).toEqual(['platform_model']);
    const [endpoint] = all(resources, 'google_vertex_ai_endpoint').map(
      (one) => one['labels'] as Record<string, string>,
    );
    expect(model!['platform_model']).toBe(`${endpoint!['platform']}-demand`);
    expect(endpoint!['platform_model']).toBe(model!['platform_model']);
  });

  test('is not there where the budget alerts only, or nothing can be billed', () => {
    const alerts = synthesised('alert', ACCOUNT);
    expect(rulesOf(alerts.resources)).toHaveLength(2);
    const unbilled = synthesised('blockTraining');
    for (const { resources: without } of [alerts, unbilled]) {
      expect(JSON.stringify(without)).not.toContain('billing-budget-alert');
    }
    for (const { resources: without } of [alerts, unbilled]) {
      expect(environmentOf(without, 'pipeline')).not.toHaveProperty('MLP_TRAINING_BLOCK');
    }
    expect(unbilled.warnings).toContainEqual(expect.stringMatching(/^budget:.*blocks training.*billingAccount/));
  });
});

const MONTH = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth(), 1)).toISOString();
/** A push as Pub/Sub sends it of what Cloud Billing publishes. */
const push = (costAmount: number, changes: object = {}) => ({
  message: {
    attributes: { billingAccountId: ACCOUNT, budgetId: 'b', schemaVersion: '1.0' },
    messageId: `m-${costAmount}`,
    publishTime: new Date().toISOString(),
    data: Buffer.from(
      JSON.stringify({
        budgetDisplayName: 'bikes / demand',
        alertThresholdExceeded: 1,
        costAmount,
        costIntervalStart: MONTH,
        budgetAmount: 900,
        budgetAmountType: 'SPECIFIED_AMOUNT',
        currencyCode: 'EUR',
        ...changes,
      }),
    ).toString('base64'),
  },
  subscription: 'projects/p/subscriptions/s',
});

describe('the handler', () => {
  let google: FakeGoogle;
  let server: Server;
  const before = { ...process.env };
  afterEach(async () => {
    process.env = { ...before };
    await google.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('blocks once the budget is used up, and ignores what is no message of a budget', async () => {
    google = new FakeGoogle();
    const api = await google.start();
    Object.assign(process.env, {
      MLP_PLATFORM: 'bikes',
      MLP_MODEL: 'demand',
      MLP_PROJECT: 'p',
      MLP_REGION: 'r',
      MLP_ARTIFACTS: 'a',
      MLP_LEDGER: 'l',
      MLP_STATE: 's',
    });
    const handler = httpHandler({ '/budget': budgets((env) => googlePorts(env, null, api)) });
    server = createServer((request, response) => void handler(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const call = async (body: unknown): Promise<unknown> => {
      const { port } = server.address() as AddressInfo;
      const reply = await fetch(`http://127.0.0.1:${port}/budget`, { method: 'POST', body: JSON.stringify(body) });
      return [reply.status, await reply.json()];
    };
    const state = new GcsStateStore(new GcsBucket(api, 's'));
    const block = () => readTrainingBlock({ state, model: 'demand' }, CLOCK.now());

    expect(await call(push(10, { costAmount: 'ten' }))).toEqual([200, { ignored: true }]);
    expect(await call(push(500))).toEqual([200, { blocked: false, untilSeconds: null }]);
    expect(await block()).toBeNull();
    expect(await call(push(900.5))).toEqual([200, { blocked: true, untilSeconds: expect.any(Number) }]);
    expect(await block()).toMatchObject({ cost: 900.5, budget: 900, currency: 'EUR' });
    expect(JSON.parse(google.text('l/000000000001.json')!)).toMatchObject({
      action: 'trainingBlock',
      verdict: 'blocked',
      model: 'demand',
    });
  });
});

test('a message says what is spent, since when, and when it was said', () => {
  const { message } = push(12.5, { costIntervalStart: '2026-03-01T08:00:00Z' });
  expect(budgetMessageOf({ message: { ...message, publishTime: '2026-03-04T05:06:07.089Z' } })).toEqual({
    id: 'm-12.5',
    spend: {
      periodStartSeconds: Date.UTC(2026, 2, 1, 8) / 1000,
      cost: 12.5,
      budget: 900,
      currency: 'EUR',
      saidAtSeconds: Date.UTC(2026, 2, 4, 5, 6, 7, 89) / 1000,
    },
  });
  expect(() => budgetMessageOf({ hello: 1 })).toThrow();
});

test('a training that is blocked is refused for good, so that no workflow tries it again', async () => {
  const blocked = new OperationError({
    code: 'trainingBlocked',
    path: 'demand',
    got: '905',
    expected: '900',
    fix: 'wait',
  });
  const answered: unknown[] = [];
  const response = { writeHead: (status: number) => answered.push(status), end: () => undefined };
  const handler = httpHandler({ '/jobs/start': () => Promise.reject(blocked) });
  await handler({ url: '/jobs/start', method: 'POST', body: {} } as never, response as never);
  expect(answered).toEqual([400]);
});
