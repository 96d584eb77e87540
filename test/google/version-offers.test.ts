import { googleEnvSchema, type OfferMessage } from '../../src/contract/google';
import { MlPlatform } from '../../src/google';
import { offers } from '../../src/runtime/entrypoints/google/offers';
import { googlePorts } from '../../src/runtime/entrypoints/google/ports';
import { readRegistry, readVersion } from '../../src/runtime/usecases';
import { artifactKeys } from '../../src/runtime/usecases/keys';
import { type MemoryWorld, registered } from '../runtime/usecases/world';
import { FakeGoogle } from './fake/fake-google';
import { SCALE } from './support/examples';
import { type Attributes, all, type Resources, resourcesOf, stackOf, templateOf } from './support/synth-stack';

const ENVIRONMENTS = [
  { name: 'staging', google: { project: 'bikes-staging', region: 'europe-west3' } },
  { name: 'production', approval: 'manual', google: { project: 'bikes-prod', region: 'europe-west4' } },
] as const;
const stackIn = (environment: string, environments: readonly object[] = ENVIRONMENTS) => {
  const stack = stackOf(environment, { provider: false });
  const definition = { ...SCALE, environments } as never;
  new MlPlatform(stack, 'Platform', { definition, environment });
  return stack;
};
const staging = templateOf(stackIn('staging'));
const production = templateOf(stackIn('production'));
const TOPIC = 'projects/bikes-staging/topics/bikes-staging-offers';

/** A handler's environment, with buckets and topics by their names. */
function environmentOf({ resource }: { readonly resource: Resources }, role: string): Record<string, string> {
  const found = all(resource, 'google_cloudfunctions2_function').find(
    (one) => one['description'] === `demand: ${role}`,
  )!;
  const { environment_variables: variables } = found['service_config'] as { environment_variables: object };
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      String(value).replace(/\$\{(google_\w+)\.(\w+)\.(\w+)\}/g, (_, type: string, id: string, attribute: string) => {
        const { project, name: own } = resource[type]![id]!;
        return type === 'google_pubsub_topic' && attribute === 'id' ? `projects/${project}/topics/${own}` : String(own);
      }),
    ]),
  );
}

describe('the environment that offers', () => {
  const { resource, data } = staging;

  test('has a topic that the next one can name, and says so to the release handler', () => {
    const topic = all(resource, 'google_pubsub_topic').find((one) => one['name'] === 'bikes-staging-offers');
    expect(topic).toMatchObject({ project: 'bikes-staging' });
    expect(topic).toHaveProperty('kms_key_name');
    expect(environmentOf(staging, 'release')['MLP_OFFERS']).toBe(TOPIC);
    expect(environmentOf(staging, 'pipeline')['MLP_ORIGIN']).toBeUndefined();
  });

  test('lets the release handler publish, and the next project subscribe and read what a version consists of', () => {
    const [reader] = Object.values(data['google_project']!).filter((one) => one['project_id'] === 'bikes-prod');
    expect(reader).toBeDefined();
    const set =
      /^principalSet:\/\/cloudresourcemanager\.googleapis\.com\/projects\/\$\{data\.google_project\.\w+\.number\}\/type\/ServiceAccount$/;
    const onTopic = all(resource, 'google_pubsub_topic_iam_member').filter((one) =>
      String(one['topic']).includes('Offers'),
    );
    expect(onTopic.map(({ role, member }) => [role, set.test(String(member))]).sort()).toEqual([
      ['roles/pubsub.publisher', false],
      ['roles/pubsub.subscriber', true],
    ]);
    const sets = Object.values(resource).flatMap((byId) =>
      Object.values(byId).filter((one) => set.test(String(one['member']))),
    );
    // Nothing else is for everybody there.
    expect(sets).toHaveLength(2);
    const [read] = sets.filter(({ role }) => role === 'roles/storage.objectViewer') as [Attributes];
    expect(String(read['bucket'])).toContain('Registry_Artifacts');
    const { expression } = read['condition'] as { expression: string };
    expect(expression.split(' || ')).toHaveLength(7);
    expect(expression).not.toMatch(/train|test\.jsonl/);
  });
});

test('lets the projects of all later environments pull images, by Google’s own agents, and its own by no binding', () => {
  const [first, second] = ENVIRONMENTS;
  const third = { name: 'abroad', google: { project: 'bikes-abroad', region: 'europe-west4' } };
  const pullers = (environment: string, environments: readonly object[]): string[] => {
    const { resource, data } = templateOf(stackIn(environment, environments));
    return all(resource, 'google_artifact_registry_repository_iam_member').flatMap((one) => {
      const id = /^principalSet:\S+\$\{data\.google_project\.(\w+)\.number\}\/type\/ServiceAgent$/.exec(
        String(one['member']),
      );
      if (!id) return [];
      expect(one).toMatchObject({
        role: 'roles/artifactregistry.reader',
        repository: expect.stringContaining('Images'),
      });
      return [String(data['google_project']![id[1]!]!['project_id'])];
    });
  };
  expect(pullers('staging', [first, second, third])).toEqual(['bikes-abroad', 'bikes-prod']);
  expect(pullers('production', [first, second, third])).toEqual(['bikes-abroad']);
  expect(pullers('abroad', [first, second, third])).toEqual([]);
  expect(pullers('staging', [first, { ...second, google: { ...first.google, region: 'europe-west4' } }])).toEqual([]);
});

describe('the environment that takes', () => {
  const { resource } = production;

  test('subscribes to the topic of the one before, for its own model, in its own project', () => {
    const found = all(resource, 'google_pubsub_subscription').find((one) => one['topic'] === TOPIC)!;
    expect(found).toMatchObject({
      project: 'bikes-prod',
      filter: 'attributes.platform = "bikes" AND attributes.model = "demand"',
      push_config: { push_endpoint: expect.stringMatching(/\/offers$/) },
    });
    expect(JSON.parse(environmentOf(production, 'pipeline')['MLP_ORIGIN']!)).toEqual({
      from: 'staging',
      project: 'bikes-staging',
      platform: 'bikes',
      approval: 'manual',
    });
    expect(environmentOf(production, 'release')['MLP_OFFERS']).toBeUndefined();
    expect(JSON.stringify(resource)).not.toContain('principalSet');
  });

  test('is as before where there is no other environment on Google Cloud', () => {
    const [first, second] = ENVIRONMENTS;
    for (const environments of [[first], [first, { name: second.name }]]) {
      const text = JSON.stringify(resourcesOf(stackIn('staging', environments)));
      expect(text).not.toMatch(/MLP_OFFERS|MLP_ORIGIN|principalSet/);
    }
  });

  test('is told from the one before by its name where both are in one project and region', () => {
    const [first, second] = ENVIRONMENTS;
    const both = [first, { ...second, google: first.google }];
    const topics = all(resourcesOf(stackIn('staging', both)), 'google_pubsub_topic').map((one) => one['name']);
    const subscribed = all(resourcesOf(stackIn('production', both)), 'google_pubsub_subscription');
    const found = subscribed.find((one) => String(one['topic']).endsWith('-offers'))!;
    expect(topics).toContain(String(found['topic']).split('/').at(-1));
    expect(found['filter']).toContain('"bikes-staging"');
  });
});

describe('a promoted version', () => {
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

  /** Version 1 of staging, promoted there: what production hears of it. */
  async function promoted(approval: 'automatic' | 'manual') {
    const api = await google.start();
    const there = googlePorts(googleEnvSchema.parse(environmentOf(staging, 'release')), null, api);
    const record = await registered(there as unknown as MemoryWorld, 1);
    await there.announcer!.promoted({ version: 1, artifactDigest: record.artifactDigest, replaces: null });
    const [{ path, messages }] = google.messages as [
      { path: string; messages: { data: string; attributes: object }[] },
    ];
    google.messages.length = 0;
    Object.assign(process.env, environmentOf(production, 'pipeline'));
    const origin = JSON.parse(process.env['MLP_ORIGIN']!);
    process.env['MLP_ORIGIN'] = JSON.stringify({ ...origin, approval });
    const here = googlePorts(googleEnvSchema.parse(process.env), null, api);
    google.put(
      `${process.env['MLP_STATE']}/wiring/demand/release.json`,
      '{"workflow":"projects/p/locations/r/workflows/w"}',
    );
    const take = offers(() => api);
    const said = JSON.parse(Buffer.from(messages[0]!.data, 'base64').toString('utf8')) as OfferMessage;
    const push = (changes: Partial<OfferMessage> = {}) =>
      take({
        message: { messageId: '7', data: Buffer.from(JSON.stringify({ ...said, ...changes })).toString('base64') },
      });
    return { path, attributes: messages[0]!.attributes, record, here, there, push };
  }

  test('is offered with its digest, and becomes a version of the next environment once, by the same bytes', async () => {
    const { path, attributes, record, here, there, push } = await promoted('automatic');
    expect([path, attributes]).toEqual([`${TOPIC}:publish`, { platform: 'bikes', model: 'demand' }]);
    const taken = { version: 1, state: 'approved', release: 'v1-staging-v1', started: true };
    expect(await push()).toEqual(taken);
    // Messages come more than once.
    expect(await push()).toEqual({ ...taken, started: false });
    expect(google.executions).toHaveLength(1);
    const { versions } = await readRegistry(here);
    expect(Object.values(versions)).toMatchObject([{ state: 'approved', artifactDigest: record.artifactDigest }]);
    const key = `${artifactKeys.model('staging-v1')}weights.json`;
    expect(await here.artifacts.get(key)).toEqual(
      await there.artifacts.get(`${artifactKeys.model('run-1')}weights.json`),
    );
    expect(here.artifacts.uri(key)).toMatch(/^gs:\/\/bikes-prod-/);
    const records = (await here.ledger.read(1)) as unknown as { action: string; actor: string }[];
    expect(records.map(({ action }) => action)).toEqual(expect.arrayContaining(['register']));
  });

  test('is served there by the image that passed the gate with it', async () => {
    const { record, here, there, push } = await promoted('automatic');
    const serverImage = `europe-west3-docker.pkg.dev/bikes-staging/bikes-demand/server@sha256:${'a'.repeat(64)}`;
    await there.artifacts.put(artifactKeys.version(1), Buffer.from(JSON.stringify({ ...record, serverImage })));
    await push();
    const [taken] = [...google.models].flatMap(([name, versions]) => (name.includes('bikes-demand') ? versions : []));
    expect(taken).toMatchObject({ containerSpec: { imageUri: serverImage } });
    // And in the environment after that one.
    expect(await readVersion(here.artifacts, '1')).toMatchObject({ serverImage });
  });

  test('waits for a person where the next environment asks for one', async () => {
    const { push } = await promoted('manual');
    expect(await push()).toMatchObject({ version: 1, state: 'passedGate', started: false });
    expect(google.executions).toHaveLength(0);
    expect(google.messages).toMatchObject([{ path: expect.stringContaining('ticket') }]);
  });

  test('whose artifact is another one is refused for good, with one record', async () => {
    const { here, there, push } = await promoted('automatic');
    await there.artifacts.put(`${artifactKeys.model('run-1')}weights.json`, Buffer.from('another'));
    expect(await push()).toEqual({ imported: false });
    expect(await push()).toEqual({ imported: false });
    expect((await readRegistry(here)).versions).toEqual({});
    expect(await here.ledger.read(1)).toMatchObject([{ action: 'import', verdict: 'refused' }]);
  });

  test('of somebody else is nothing', async () => {
    const { here, push } = await promoted('automatic');
    for (const changes of [{ model: 'other' }, { platform: 'other' }, { artifacts: 'evil-bucket' }]) {
      expect(await push(changes)).toEqual({ imported: false });
    }
    expect((await readRegistry(here)).versions).toEqual({});
  });

  test('that cannot be read yet is asked for again', async () => {
    const { here, push } = await promoted('automatic');
    await expect(push({ version: 9 })).rejects.toThrow();
    expect((await readRegistry(here)).versions).toEqual({});
    expect(await push()).toMatchObject({ version: 1, started: true });
  });
});
