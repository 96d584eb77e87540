import assert from 'node:assert/strict';
import { type Case, CHAMPION_STAYS, expectMatch, NAMES, PROMOTED, type Strategy, withChampion } from '../case';
import { FAILING, HEALTHY } from '../traffic';

/** Steps to all of the live traffic. */
const SHIFTS: Readonly<Record<Strategy, number>> = { canary: 2, linear: 2, blueGreen: 1, allAtOnce: 1 };

const shifts = (path: readonly string[]): number => path.filter((step) => step.startsWith('shift')).length;

/** What versions do, and what Vertex AI does to them, in each strategy. */
export const strategyCases: readonly Case[] = NAMES.flatMap((strategy) => [
  withChampion(strategy, { row: 'nothing', title: 'the challenger becomes the champion' }, async (world) => {
    const ended = await world.release(2);
    expectMatch(await world.state(), PROMOTED, ended);
    assert.equal(ended.end, 'released');
    assert.equal(shifts(world.host.path), SHIFTS[strategy]);
    assert.equal(world.account.traffic.unanswered, 0);
  }),
  withChampion(
    strategy,
    { row: 'the challenger fails requests', title: 'is taken back', answers: FAILING },
    async (world) => {
      assert.equal((await world.release(2)).end, 'rolledBack');
      expectMatch(await world.state(), { ...CHAMPION_STAYS, challengerState: 'rolledBack' });
      assert.ok(world.account.published.some(({ kind }) => kind === 'releaseRolledBack'));
    },
  ),
  withChampion(strategy, { row: 'a page alarm fires', title: 'is taken back by a page alarm' }, async (world) => {
    world.account.monitoring.firing = ['endpoint-errors'];
    assert.equal((await world.release(2)).end, 'rolledBack');
    expectMatch(await world.state(), CHAMPION_STAYS);
  }),
  withChampion(
    strategy,
    { row: 'each deployment ends with an error', title: 'a version that Vertex AI cannot deploy gets no traffic' },
    async (world) => {
      world.account.endpoints.failingDeployments = Number.POSITIVE_INFINITY;
      assert.equal((await world.release(2)).end, 'rolledBack');
      assert.equal(shifts(world.host.path), 0);
      expectMatch(await world.state(), CHAMPION_STAYS);
    },
  ),
  withChampion(
    strategy,
    { row: 'a change of traffic is answered and not done', title: 'what is read back decides' },
    async (world) => {
      world.account.endpoints.silentChanges = 4;
      assert.equal((await world.release(2)).end, 'rolledBack');
      expectMatch(await world.state(), CHAMPION_STAYS);
    },
  ),
]);

/** Without a champion beside it, latency is for the endpoint's alarms to judge. */
export const latencyCases: readonly Case[] = (['canary', 'linear'] as const).map((strategy) =>
  withChampion(
    strategy,
    {
      row: 'the challenger is slow beside the champion',
      title: 'is taken back',
      answers: (version, request) => ({ ...HEALTHY(version, request), ...(version === 2 && { latencyMs: 400 }) }),
    },
    async (world) => {
      assert.equal((await world.release(2)).end, 'rolledBack');
      expectMatch(await world.state(), CHAMPION_STAYS);
    },
  ),
);
