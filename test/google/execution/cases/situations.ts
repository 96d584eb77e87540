import assert from 'node:assert/strict';
import { type Case, CHAMPION_STAYS, expectMatch, inEmptyProject, PROMOTED, withChampion } from '../case';

const FIRST_SERVES = { ...CHAMPION_STAYS, catalogued: ['champion v1'] };
const NOTHING_SERVES = {
  status: 'absent',
  live: {},
  aliases: { champion: null, challenger: null, previous: null },
  lockedBy: null,
  chainHolds: true,
  twice: [],
};
const MINUTE_MS = 60_000;

const emptyProject: readonly Case[] = [
  inEmptyProject(
    { row: 'an empty project', title: 'gets its first version with all of the traffic' },
    async (world) => {
      expectMatch(await world.state(), NOTHING_SERVES);
      await world.register(1);
      assert.equal((await world.release(1)).end, 'released');
      expectMatch(await world.state(), FIRST_SERVES);
    },
  ),
  ...['verify', 'deployFirst'].map((step) =>
    inEmptyProject({ row: 'an empty project', title: `${step} fails: empty again` }, async (world) => {
      await world.register(1);
      const ended = await world.release(1, { steps: [{ step, times: Number.POSITIVE_INFINITY, manner: 'error' }] });
      assert.equal(ended.succeeded, false);
      expectMatch(await world.state(), NOTHING_SERVES);
      // And the next try is none the worse for it.
      await world.register(2);
      assert.equal((await world.release(2)).end, 'released');
      expectMatch(await world.state(), { live: { 2: 100 }, lockedBy: null });
    }),
  ),
  ...[22, 50].map((times) =>
    inEmptyProject({ row: 'an empty project', title: `a promotion breaks off, ${times}` }, async (world) => {
      await world.register(1);
      await world.release(1, { operations: [{ operation: 'aiplatform.models.patch', times, manner: 'unavailable' }] });
      expectMatch(await world.state(), FIRST_SERVES);
    }),
  ),
];

const twoReleases: readonly Case[] = [
  withChampion('canary', { row: 'two releases at a time', title: 'one after the other' }, async (world) => {
    await world.register(3);
    const all = await world.together([2, 3]);
    assert.deepEqual(
      all.map(({ end }) => end),
      ['released', 'released'],
    );
    assert.ok(world.host.path.filter((step) => step === 'verify').length > 4);
    expectMatch(await world.state(), {
      live: { 3: 100 },
      aliases: { champion: '3', challenger: null, previous: '2' },
      lockedBy: null,
      chainHolds: true,
    });
    assert.equal(world.account.traffic.unanswered, 0);
  }),
  withChampion('canary', { row: 'two releases at a time', title: 'a person starts one of them' }, async (world) => {
    await world.register(3);
    const order: string[] = [];
    world.host.onStep = (step) => void (step === 'shift1' || step === 'promote' ? order.push(step) : null);
    const first = world.byHand(2);
    const all = await world.time.until(
      Promise.all([first, world.time.sleep(25 * MINUTE_MS).then(() => world.byHand(3))]),
    );
    assert.deepEqual(
      all.map(({ end }) => end),
      ['released', 'released'],
    );
    assert.deepEqual(order, ['shift1', 'promote', 'shift1', 'promote']);
    expectMatch(await world.state(), { live: { 3: 100 }, lockedBy: null, chainHolds: true });
  }),
];

/** What is neither a failure of a step nor of a call. */
export const situationCases: readonly Case[] = [
  ...emptyProject,
  ...twoReleases,
  ...[25, 45, 100].map((minutes) =>
    withChampion(
      'canary',
      { row: 'a deployment takes longer than a call', title: `${minutes} minutes` },
      async (world) => {
        world.account.endpoints.deployMs = minutes * MINUTE_MS;
        const ended = await world.release(2);
        expectMatch(await world.state(), PROMOTED, ended);
        assert.equal(ended.end, 'released');
      },
    ),
  ),
  withChampion(
    'canary',
    { row: 'the platform is deployed again during a canary', title: 'the traffic is as it was' },
    async (world) => {
      world.host.onStep = async (step) => {
        if (step !== 'look1') return;
        world.host.onStep = () => undefined;
        world.deploy();
        const { endpoint } = world.deployed;
        world.account.endpoints
          .operation({
            method: 'PATCH',
            path: endpoint.split('/'),
            query: new URLSearchParams({ updateMask: 'labels' }),
            body: { labels: { applied: 'again' } },
            bytes: new Uint8Array(),
          })!
          .run();
        assert.deepEqual(
          [...world.account.endpoints.traffic(endpoint, world.time.now())],
          [
            [1, 90],
            [2, 10],
          ],
        );
      };
      assert.equal((await world.release(2)).end, 'released');
      expectMatch(await world.state(), PROMOTED);
    },
  ),
];
