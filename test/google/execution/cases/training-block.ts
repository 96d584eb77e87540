import assert from 'node:assert/strict';
import { type Case, expectMatch, template } from '../case';
import { PipelineWorld } from '../pipeline-world';

const HALF_AN_HOUR = 1_800_000;
const DELIVERIES = 5;

/** What Cloud Billing publishes of the model's budget, delivered until it is answered well. @returns the last status */
async function billed(world: PipelineWorld, costAmount: number, budgetAmount = 900): Promise<number> {
  // A month that is over in half an hour.
  const start = new Date(world.time.now() + HALF_AN_HOUR);
  start.setUTCMonth(start.getUTCMonth() - 1);
  const budget = {
    budgetDisplayName: 'bikes / demand',
    costAmount,
    costIntervalStart: start.toISOString(),
    budgetAmount,
    currencyCode: 'EUR',
  };
  const data = Buffer.from(JSON.stringify(budget)).toString('base64');
  const message = { data, messageId: `${costAmount}`, publishTime: new Date(world.time.now()).toISOString() };
  const deliver = async (): Promise<number> => {
    world.time.began();
    const address = `${world.host.address}/handlers/pipeline/budget`;
    const { status } = await fetch(address, { method: 'POST', body: JSON.stringify({ message }) });
    world.time.ended();
    return status;
  };
  let status = 0;
  for (let delivery = 0; delivery < DELIVERIES && status !== 200; delivery++) {
    status = await world.time.until(deliver());
    await world.time.until(world.time.sleep(10_000));
  }
  return status;
}

const blocked = (title: string, run: (world: PipelineWorld) => Promise<void>): Case => ({
  row: 'pipeline: the budget of the month is used up',
  title,
  run: async (engine) => {
    const world = await PipelineWorld.served(await template('allAtOnce'), engine);
    await run(world).finally(() => world.close());
  },
});

/** Nothing was trained, the champion serves, and people know why. */
async function expectBlocked(world: PipelineWorld, jobs: number): Promise<void> {
  const state = await world.pipelineState();
  expectMatch(state, { versions: { 1: 'released' }, champion: '1', chainHolds: true, running: 0, jobs }, state.last);
  expectMatch(state.last!, { action: 'pipelineFailed', actor: 'ann@example.com' });
  expectMatch(state.last!.details, { run: 'run-2', step: 'train' });
  // Refused for good (400): another try would be refused as well.
  assert.deepEqual(
    world.host.path.filter((one) => one === 'train.start'),
    ['train.start'],
  );
  assert.match(JSON.stringify(state.last), /trainingBlocked.*905 of 900 EUR/);
}

/** Runs that a person starts by hand while what was really spent has used up the budget. */
export const trainingBlockCases: readonly Case[] = [
  blocked('a run that a person starts trains nothing', async (world) => {
    const { jobs } = await world.pipelineState();
    assert.equal(await billed(world, 905), 200);
    await world.train('run-2');
    await expectBlocked(world, jobs);
    assert.deepEqual((await world.pipelineState()).told, ['modelBudgetExceeded', 'pipelineFailure']);
  }),
  ...['storage.objects.get', 'storage.objects.insert', 'pubsub.topics.publish'].flatMap((operation) =>
    (['unavailable', 'lost', 'reset'] as const).map((manner) =>
      blocked(`${operation} fails once while it is said: ${manner}`, async (world) => {
        const { jobs } = await world.pipelineState();
        world.account.fail({ operation, times: 1, manner });
        assert.equal(await billed(world, 905), 200);
        await world.train('run-2');
        await expectBlocked(world, jobs);
        const records = (await world.time.until(world.ports.ledger.read(1))) as unknown as readonly {
          readonly action: string;
        }[];
        assert.equal(records.filter(({ action }) => action === 'trainingBlock').length, 1);
      }),
    ),
  ),
  blocked('a raised budget lets it train', async (world) => {
    assert.equal(await billed(world, 905), 200);
    assert.equal(await billed(world, 910, 2000), 200);
    assert.equal((await world.train('run-2')).succeeded, true);
    expectMatch(await world.pipelineState(), { versions: { 1: 'released', 2: 'approved' }, chainHolds: true });
  }),
  blocked('with the end of the month it trains again', async (world) => {
    assert.equal(await billed(world, 905), 200);
    await world.time.until(world.time.sleep(2 * HALF_AN_HOUR));
    assert.equal((await world.train('run-2')).succeeded, true);
    expectMatch(await world.pipelineState(), { versions: { 1: 'released', 2: 'approved' }, chainHolds: true });
  }),
];
