import { googleEnvSchema } from '../../src/contract/google';
import { MlPlatform } from '../../src/google';
import { deliveries } from '../../src/runtime/entrypoints/google/deliveries';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { training } from '../../src/runtime/entrypoints/google/training';
import type { DeploymentLog } from '../../src/runtime/usecases/deployment-log';
import { stateKeys } from '../../src/runtime/usecases/keys';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

const resourcesFor = (definition: object) => {
  const stack = stackOf('prod');
  new MlPlatform(stack, 'Platform', { definition: definition as never });
  return resourcesOf(stack);
};
const TWO = { ...SCALE, models: { demand: SCALE.models.demand, other: SCALE.models.demand } };
const two = resourcesFor(TWO);
const [trigger] = all(two, 'google_cloudbuild_trigger') as [Attributes];

const environmentOf = (model: string): Record<string, string> => {
  const handler = all(two, 'google_cloudfunctions2_function').find(
    (one) => one['description'] === `${model}: release`,
  )!;
  const { environment_variables: variables } = handler['service_config'] as { environment_variables: object };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
};

describe('a platform with a trigger', () => {
  const subscribed = all(two, 'google_pubsub_subscription').filter(({ push_config: push }) =>
    String((push as Attributes | undefined)?.['push_endpoint']).endsWith('/deliveries'),
  );

  test('hears of builds that have ended on the topic of the project, once a model', () => {
    expect(subscribed).toHaveLength(2);
    for (const { topic, filter } of subscribed) {
      expect(topic).toBe('projects/acme-ml/topics/cloud-builds');
      const statuses = [...String(filter).matchAll(/attributes\.status = "(\w+)"/g)].map(([, status]) => status);
      expect(statuses).toEqual(['SUCCESS', 'FAILURE', 'INTERNAL_ERROR', 'TIMEOUT', 'EXPIRED']);
      expect(String(filter).length).toBeLessThanOrEqual(256);
    }
  });

  test('tells its handlers which trigger is its own by name, and people by one of them', () => {
    const [demand, other] = ['demand', 'other'].map((model) => JSON.parse(environmentOf(model)['MLP_DELIVERY']!));
    expect(demand).toEqual({ trigger: trigger['name'], tells: true });
    expect(other).toEqual({ trigger: trigger['name'], tells: false });
  });
});

test('a platform without a connection to its source hears of no builds', () => {
  const { connection: _, ...source } = SCALE.delivery.source;
  const without = JSON.stringify(resourcesFor({ ...SCALE, delivery: { ...SCALE.delivery, source } }));
  expect(without).not.toMatch(/MLP_DELIVERY|\/deliveries/);
});

describe('a build', () => {
  let google: FakeGoogle;
  const before = { ...process.env };
  beforeEach(() => {
    google = new FakeGoogle();
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    process.env = { ...before };
    await google.stop();
  });

  async function handlerOf(model = 'demand') {
    const api = await google.start();
    Object.assign(process.env, environmentOf(model), { MLP_STATE: 's', MLP_LEDGER: 'l', MLP_ARTIFACTS: 'a' });
    const take = deliveries(() => api);
    const ports = googlePorts(googleEnvSchema.parse(process.env), null, api);
    return {
      /** What Cloud Build publishes of a build of ours; a null takes a field away. */
      ended: (id: string, status: string, changes: { readonly [key: string]: unknown } = {}) => {
        const build = {
          name: `projects/4711/locations/europe-west3/builds/${id}`,
          id,
          status,
          finishTime: '2026-01-02T03:04:05.678Z',
          substitutions: { TRIGGER_NAME: trigger['name'], COMMIT_SHA: 'abc' },
          ...changes,
        };
        const said = Object.entries(build).filter(([, value]) => value !== null);
        return take({
          message: {
            attributes: { buildId: id, status },
            messageId: '1',
            publishTime: '2026-01-02T03:05:00Z',
            data: Buffer.from(JSON.stringify(Object.fromEntries(said))).toString('base64'),
          },
        });
      },
      noted: async () => {
        const log = (await ports.state.read(stateKeys.dora('bikes')))?.value as unknown as DeploymentLog | undefined;
        const records = (await ports.ledger.read(1)) as unknown as { action: string; verdict: string; at: string }[];
        return {
          deployments: (log?.deployments ?? []).map(({ id, completedAtSeconds, failedAtSeconds }) => [
            id,
            completedAtSeconds ?? null,
            failedAtSeconds ?? null,
          ]),
          records: records.map(({ action, verdict, at }) => `${action} ${verdict} ${at}`),
          told: google.messages.map(({ path }) => String(path)),
        };
      },
    };
  }

  const AT = Date.parse('2026-01-02T03:04:05.678Z') / 1000;

  test('of ours that came to its end is a deployment of that time, however often it is told', async () => {
    const { ended, noted } = await handlerOf();
    for (const _again of [1, 2]) {
      expect(await ended('b1', 'SUCCESS')).toEqual({ delivery: 'delivery:b1', outcome: 'SUCCEEDED' });
    }
    expect(await noted()).toEqual({
      deployments: [['delivery:b1', AT, null]],
      records: ['deliver pass 2026-01-02T03:04:05.678Z'],
      told: [],
    });
  });

  test.each(['FAILURE', 'INTERNAL_ERROR', 'TIMEOUT'])(
    'that ended as %s is a delivery that failed, and people are told; tried again it is another one',
    async (status) => {
      const { ended, noted } = await handlerOf();
      await ended('b2', status);
      await ended('b3', 'SUCCESS');
      const { deployments, told } = await noted();
      expect(deployments).toEqual([
        ['delivery:b2', null, AT],
        ['delivery:b3', AT, null],
      ]);
      expect(told).toEqual([expect.stringContaining('TicketTopic')]);
    },
  );

  test('that nobody took from the queue failed when that was told', async () => {
    const { ended, noted } = await handlerOf();
    await ended('b4', 'EXPIRED', { finishTime: null });
    expect((await noted()).deployments).toEqual([['delivery:b4', null, Date.parse('2026-01-02T03:05:00Z') / 1000]]);
  });

  test('that failed is told by the handler of one model alone', async () => {
    const { ended, noted } = await handlerOf('other');
    await ended('b5', 'FAILURE');
    expect(await noted()).toMatchObject({ told: [], records: [expect.stringContaining('deliver fail')] });
  });

  test('is taken and left alone where it goes on, was stopped, or is of somebody else', async () => {
    const { ended, noted } = await handlerOf();
    const another = { substitutions: { TRIGGER_NAME: 'another' } };
    const elsewhere = { name: 'projects/4711/locations/us-central1/builds/b6' };
    const ignored = [
      await ended('b6', 'WORKING'),
      await ended('b6', 'CANCELLED'),
      await ended('b6', 'SUCCESS', another),
      await ended('b6', 'SUCCESS', elsewhere),
      // Started by a person, or by another tool.
      await ended('b6', 'SUCCESS', { substitutions: null }),
    ];
    expect(ignored).toEqual(Array.from({ length: 5 }, () => ({ ignored: true })));
    expect(await noted()).toEqual({ deployments: [], records: [], told: [] });
  });
});

describe('training that a build asks for', () => {
  test('is asked on a topic of the model, by the delivery alone, which may start no workflow', () => {
    const topics = Object.entries(two['google_pubsub_topic']!).filter(([id]) => id.includes('Training_Topic'));
    expect(topics).toHaveLength(2);
    const [identity] = Object.keys(two['google_service_account']!).filter((id) => id.includes('Delivery_Identity'));
    const of = (type: string) => all(two, type).filter(({ member }) => String(member).includes(`${identity}.email`));
    expect(of('google_project_iam_member').map(({ role }) => role)).toEqual(['roles/logging.logWriter']);
    expect(of('google_pubsub_topic_iam_member').map(({ role, topic }) => [role, topic])).toEqual(
      topics.map(([id]) => ['roles/pubsub.publisher', `\${google_pubsub_topic.${id}.name}`]),
    );
    for (const [id] of topics) {
      const pushed = all(two, 'google_pubsub_subscription').filter(({ topic }) => String(topic).includes(id));
      expect(pushed).toMatchObject([
        { push_config: { push_endpoint: expect.stringMatching(/Pipeline_Handler.*\/train$/) } },
      ]);
      expect(all(two, 'google_pubsub_topic_iam_member').filter(({ topic }) => String(topic).includes(id))).toHaveLength(
        1,
      );
    }
  });

  test('is asked by the environment that trains, and by no later one', () => {
    const later = { name: 'later', google: { project: 'bikes-later', region: 'europe-west3' } };
    const stack = stackOf('later', { provider: false });
    const definition = { ...SCALE, environments: [...SCALE.environments, later] } as never;
    new MlPlatform(stack, 'Platform', { definition, environment: 'later' });
    const resources = resourcesOf(stack);
    expect(JSON.stringify(resources)).not.toContain('Training_Topic');
    // It is delivered to all the same.
    expect(JSON.stringify(resources)).toContain('MLP_DELIVERY');
  });

  test('is one run a build, in the name of the delivery whatever the message says', async () => {
    const google = new FakeGoogle();
    const before = { ...process.env };
    try {
      const api = await google.start();
      Object.assign(process.env, environmentOf('demand'), { MLP_STATE: 's' });
      google.put('s/wiring/demand/pipeline.json', '{"workflow":"projects/p/locations/r/workflows/w"}');
      const take = training(() => api);
      const push = (request: object) =>
        take({ message: { data: Buffer.from(JSON.stringify(request)).toString('base64'), messageId: '1' } });
      const request = { build: 'b1', commit: 'abc', committedAt: '2026-01-02T03:04:05+01:00' };
      expect(await push({ ...request, startedBy: 'ann@example.com' })).toEqual({ name: 'delivery-b1', started: true });
      expect(await push(request)).toEqual({ name: 'delivery-b1', started: false });
      expect(google.executions.map(({ argument }) => JSON.parse(String(argument)))).toEqual([
        {
          startedBy: 'delivery',
          cause: 'code',
          commit: 'abc',
          committedAt: '2026-01-02T03:04:05+01:00',
          run: 'delivery-b1',
        },
      ]);
      await push({ build: 'b2', commit: 'def' });
      expect(JSON.parse(String(google.executions[1]!['argument']))).toMatchObject({ commit: 'def', committedAt: null });
      await expect(push({ build: '../release/v1', commit: 'abc' })).rejects.toThrow();
      await expect(push({ build: 'b3' })).rejects.toThrow();
      expect(google.executions).toHaveLength(2);
    } finally {
      process.env = before;
      await google.stop();
    }
  });
});
