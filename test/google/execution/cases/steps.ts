import assert from 'node:assert/strict';
import { type Case, CHAMPION_STAYS, expectMatch, NAMES, PROMOTED, type Strategy, withChampion } from '../case';
import type { StepManner } from '../host';
import { FAILING, HEALTHY } from '../traffic';

const ALWAYS = Number.POSITIVE_INFINITY;

/** Tasks that a release of a second version goes through, in order. */
const TASKS: Readonly<Record<Strategy, readonly string[]>> = {
  canary: ['verify', 'deploy', 'shift1', 'look1', 'shift2', 'look2', 'promote'],
  linear: ['verify', 'deploy', 'shift1', 'look1', 'shift2', 'look2', 'promote'],
  blueGreen: ['verify', 'deploy', 'shift1', 'look1', 'promote'],
  allAtOnce: ['verify', 'deploy', 'shift1', 'look1', 'promote'],
};

const forGood = (strategy: Strategy, step: string): Case => {
  // A later try of the roll-back is another step: an outage that ends.
  const answers = step === 'rollBack' ? FAILING : HEALTHY;
  const title = `${step} fails for good`;
  return withChampion(strategy, { row: 'each task fails for good', title, answers }, async (world) => {
    const { end } = await world.release(2, { steps: [{ step, times: ALWAYS, manner: 'error' }] });
    assert.ok(world.host.path.includes(step));
    assert.ok(['rejected', 'rolledBack'].includes(end), end);
    expectMatch(await world.state(), CHAMPION_STAYS);
  });
};

const once = (strategy: Strategy, step: string, manner: StepManner): Case =>
  withChampion(
    strategy,
    { row: manner === 'lost' ? 'the answer of each task is lost once' : 'each task fails once', title: `${step} once` },
    async (world) => {
      const ended = await world.release(2, { steps: [{ step, times: 1, manner }] });
      expectMatch(await world.state(), PROMOTED, ended);
      assert.equal(ended.end, 'released');
    },
  );

/** Each task of each strategy, failing for good and once, before it was done and after. */
export const stepCases: readonly Case[] = [
  ...NAMES.flatMap((strategy) => [...TASKS[strategy], 'rollBack'].map((step) => forGood(strategy, step))),
  ...TASKS.canary.flatMap((step) => [once('canary', step, 'error'), once('canary', step, 'lost')]),
  withChampion(
    'canary',
    { row: 'the roll-back fails for a quarter of an hour', title: 'people are told once', answers: FAILING },
    async (world) => {
      const { end } = await world.release(2, {
        steps: [
          { step: 'rollBack', times: ALWAYS, manner: 'error' },
          // Four tries a step.
          { step: 'rollBackAgain', times: 8, manner: 'error' },
          { step: 'reportRollBack', times: 1, manner: 'error' },
        ],
      });
      assert.equal(end, 'rolledBack');
      expectMatch(await world.state(), CHAMPION_STAYS);
      const pages = world.account.published.filter(({ topic }) => topic.includes('-page-'));
      assert.equal(pages.length, 1);
      assert.ok(pages[0]!.text.includes('rollBack was made to fail'), pages[0]!.text);
    },
  ),
];
