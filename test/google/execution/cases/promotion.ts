import assert from 'node:assert/strict';
import { googleEnvSchema } from '../../../../src/contract/google';
import { GoogleApi } from '../../../../src/runtime/adapters/google/google-api';
import { verifyChain } from '../../../../src/runtime/core/ledger';
import { googlePorts } from '../../../../src/runtime/entrypoints/google/ports';
import { readRegistry } from '../../../../src/runtime/usecases';
import { artifactKeys } from '../../../../src/runtime/usecases/keys';
import { readVersion } from '../../../../src/runtime/usecases/version-record';
import { type Manner, TOKEN } from '../account';
import { type Case, expectMatch, PROMOTED, template } from '../case';
import { instanceOf } from '../handler-instance';
import type { Deployed } from '../template';
import { World } from '../world';

/** Calls that taking a version makes. */
const OPERATIONS = [
  'aiplatform.models.upload',
  'pubsub.topics.publish',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'storage.objects.rewrite',
] as const;
const DELIVERIES = 5;
const TOPIC = 'projects/bikes-prod/topics/bikes-production-offers';
const LATER = 'bikes-later';

/** The first environment: its release handler offers what it promotes. */
const offering = (deployed: Deployed): Deployed => {
  const { environments } = deployed;
  return { ...deployed, environments: { ...environments, release: { ...environments.release, MLP_OFFERS: TOPIC } } };
};

/** The pipeline's handler of the next environment, in a project of its own. */
function later(world: World) {
  const { project, region, environments } = world.deployed;
  const own = Object.entries(environments.pipeline).map(([name, value]) => [name, value.replaceAll(project, LATER)]);
  const origin = { from: 'production', project, platform: environments.pipeline['MLP_PLATFORM'], approval: 'manual' };
  const environment = { ...Object.fromEntries(own), MLP_ORIGIN: JSON.stringify(origin) } as Record<string, string>;
  const { time, account } = world;
  const api = new GoogleApi({
    project: LATER,
    region,
    sleep: (ms) => time.sleep(ms),
    send: async ({ method, url, headers, body }) => {
      const authorised = { ...headers, authorization: `Bearer ${TOKEN}` };
      const reply = await account.fetch(url, { method, headers: authorised, ...(body && { body }) });
      return { status: reply.status, body: new Uint8Array(await reply.arrayBuffer()) };
    },
  });
  const ports = googlePorts(googleEnvSchema.parse(environment), null, api);
  const lines: string[] = [];

  /** Delivers an offer of version 2 until it is answered well. @returns the last answer */
  const take = async (artifactDigest: string): Promise<{ readonly status: number; readonly text: string }> => {
    const { MLP_ARTIFACTS: artifacts, MLP_PLATFORM: platform } = environments.pipeline;
    const offer = { platform, model: 'demand', artifacts, version: 2, artifactDigest, replaces: '1' };
    const body = { message: { messageId: '7', data: Buffer.from(JSON.stringify(offer)).toString('base64') } };
    const handle = await instanceOf('pipeline', { time, account, environment, log: (line) => lines.push(line) });
    const deliver = () =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        let status = 0;
        const response = {
          writeHead: (code: number) => {
            status = code;
          },
          end: (text: string) => resolve({ status, text }),
        };
        handle({ url: '/offers', method: 'POST', headers: {}, body } as never, response as never).catch(reject);
      });
    let answer = { status: 0, text: '' };
    for (let delivery = 0; delivery < DELIVERIES && answer.status !== 200; delivery++) {
      if (delivery > 0) await time.until(time.sleep(60_000));
      answer = await time.until(deliver());
    }
    return answer;
  };
  return { ports, take };
}

const promotion = (
  row: string,
  title: string,
  run: (world: World, next: ReturnType<typeof later>, digest: string) => Promise<void>,
): Case => ({
  row: `promotion to the next project: ${row}`,
  title,
  run: async (engine) => {
    const world = await World.withChampion(offering(await template('allAtOnce')), engine);
    const promoted = async (): Promise<void> => {
      assert.equal((await world.release(2)).end, 'released');
      assert.equal(world.account.published.filter(({ topic }) => topic === TOPIC).length, 1);
      const { artifactDigest } = await world.time.until(readVersion(world.ports.artifacts, '2'));
      await run(world, later(world), artifactDigest);
      expectMatch(await world.state(), PROMOTED);
    };
    await promoted().finally(() => world.close());
  },
});

/** The same bytes, as one version that waits for a person, of which people were told. */
async function expectTaken(world: World, { ports }: ReturnType<typeof later>, artifactDigest: string): Promise<void> {
  const { versions } = await world.time.until(readRegistry(ports));
  expectMatch(versions, { 1: versions['1'] });
  expectMatch(versions['1'] as object, { state: 'passedGate', artifactDigest });
  const run = (await world.time.until(readVersion(world.ports.artifacts, '2'))).run;
  const [own, theirs] = await world.time.until(
    Promise.all([
      ports.artifacts.get(`${artifactKeys.model('production-v2')}weights.json`),
      world.ports.artifacts.get(`${artifactKeys.model(run)}weights.json`),
    ]),
  );
  assert.deepEqual(own, theirs);
  const records = await world.time.until(ports.ledger.read(1));
  assert.equal(verifyChain(records).ok, true);
  const events = (records as unknown as { details: { event?: string } }[]).map(({ details }) => details.event);
  assert.equal(new Set(events).size, events.length);
  const models = [...world.account.models.all].filter(([name]) => name.includes(LATER)).flatMap(([, all]) => all);
  assert.equal(models.length, 1);
}

/** A version that is promoted in one project is taken by the next one, whatever fails on the way. */
export const promotionCases: readonly Case[] = [
  promotion('nothing fails', 'it is one version there, however often it is offered', async (world, next, digest) => {
    world.account.calls.length = 0;
    world.account.published.length = 0;
    for (let time = 0; time < 2; time++) assert.equal((await next.take(digest)).status, 200);
    const made = new Set(world.account.calls);
    assert.deepEqual(
      OPERATIONS.filter((one) => !made.has(one)),
      [],
    );
    await expectTaken(world, next, digest);
    assert.deepEqual(
      world.account.published.map(({ kind }) => kind),
      ['approvalNeeded'],
    );
  }),
  promotion('its artifact is another one', 'it is refused with a record', async (world, next) => {
    assert.deepEqual(await next.take('sha256:another'), { status: 200, text: '{"imported":false}' });
    assert.deepEqual((await world.time.until(readRegistry(next.ports))).versions, {});
    expectMatch((await world.time.until(next.ports.ledger.read(1)))[0] as object, {
      action: 'import',
      verdict: 'refused',
    });
  }),
  ...(['unavailable', 'lost', 'reset'] as readonly Manner[]).flatMap((manner) =>
    OPERATIONS.map((operation) =>
      promotion(`each call fails once: ${manner}`, operation, async (world, next, digest) => {
        world.account.fail({ operation, times: 1, manner });
        assert.equal((await next.take(digest)).status, 200);
        await expectTaken(world, next, digest);
      }),
    ),
  ),
  ...OPERATIONS.map((operation) =>
    promotion('each call fails 7 times in a row', operation, async (world, next, digest) => {
      world.account.fail({ operation, times: 7, manner: 'unavailable' });
      assert.equal((await next.take(digest)).status, 200);
      await expectTaken(world, next, digest);
    }),
  ),
];
