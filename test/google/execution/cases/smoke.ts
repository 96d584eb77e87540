import assert from 'node:assert/strict';
import type { Manner } from '../account';
import { type Case, expectMatch, smokeTemplate } from '../case';
import { PipelineWorld } from '../pipeline-world';

/** Calls that the endpoint of a candidate makes. */
const OPERATIONS = [
  'aiplatform.endpoints.create',
  'aiplatform.endpoints.delete',
  'aiplatform.endpoints.deployModel',
  'aiplatform.endpoints.get',
  'aiplatform.endpoints.operations.list',
  'aiplatform.endpoints.predict',
  'aiplatform.endpoints.undeployModel',
  'aiplatform.models.delete',
] as const;
const MINUTE_MS = 60_000;

const smoke = (row: string, title: string, run: (world: PipelineWorld) => Promise<void>): Case => ({
  row: `pipeline: a gate with a bound of latency: ${row}`,
  title,
  run: async (engine) => {
    const world = await PipelineWorld.served(await smokeTemplate(), engine);
    await run(world).finally(() => world.close());
  },
});

/** Nothing of a candidate's endpoint is left: neither it, nor its machines, nor its model. */
function expectGone({ account, deployed }: PipelineWorld): void {
  assert.deepEqual([...account.endpoints.all.keys()], [deployed.endpoint]);
  assert.deepEqual(
    [...account.models.all.keys()].filter((name) => name.includes('smoke')),
    [],
  );
}

async function expectRegistered(world: PipelineWorld): Promise<void> {
  const state = await world.pipelineState();
  expectMatch(state, { versions: { 1: 'released', 2: 'approved' }, champion: '1', chainHolds: true }, state.last);
  expectGone(world);
}

async function expectRefused(world: PipelineWorld, kind: string, reason: RegExp): Promise<void> {
  const state = await world.pipelineState();
  expectMatch(state, { versions: { 1: 'released' }, champion: '1', chainHolds: true, told: [kind] }, state.last);
  assert.match(JSON.stringify(state.last), reason);
  expectGone(world);
}

const made = (world: PipelineWorld): number =>
  world.account.calls.filter((name) => name === 'aiplatform.endpoints.create').length;

/** A candidate is asked on an endpoint of its own before it is registered. */
export const smokeCases: readonly Case[] = [
  smoke('nothing', 'a candidate that is fast enough is registered, and its endpoint is gone', async (world) => {
    await world.train('run-2');
    await expectRegistered(world);
    for (const operation of OPERATIONS) assert.ok(world.account.calls.includes(operation), operation);
    assert.equal(made(world), 1);
  }),
  smoke('nothing', 'a candidate that is too slow does not pass', async (world) => {
    world.answerMs = 500;
    await world.train('run-2');
    await expectRefused(world, 'gateFailure', /p99 latency of the smoke check is 500 ms, asked is at most 200 ms/);
  }),
  smoke('a candidate', 'whose server does not come up does not pass', async (world) => {
    world.account.endpoints.failingDeployments = 1;
    world.account.endpoints.deploymentError = { code: 9, message: 'the model server never became ready' };
    await world.train('run-2');
    await expectRefused(world, 'gateFailure', /could not be loaded where it will serve/);
  }),
  smoke('a candidate', 'that gives no answers does not pass', async (world) => {
    world.account.endpoints.predict = () => [];
    await world.train('run-2');
    await expectRefused(world, 'gateFailure', /20 of 20 rows/);
  }),
  smoke('no machines are free', 'once: it is tried again', async (world) => {
    world.account.endpoints.failingDeployments = 1;
    await world.train('run-2');
    await expectRegistered(world);
  }),
  smoke('no machines are free', 'at all: the run says so, and nothing is left', async (world) => {
    world.account.endpoints.failingDeployments = 100;
    await world.train('run-2');
    await expectRefused(world, 'pipelineFailure', /smokeNotDeployed.*quota of machines is exceeded/);
  }),
  ...[25, 45].map((minutes) =>
    smoke('a deployment takes longer than a call', `${minutes} minutes`, async (world) => {
      world.account.endpoints.deployMs = minutes * MINUTE_MS;
      await world.train('run-2');
      await expectRegistered(world);
      assert.equal(made(world), 1);
    }),
  ),
  smoke('the answer of the measuring call is lost', 'it is not measured twice', async (world) => {
    await world.train('run-2', { steps: [{ step: 'scoreCandidate.finish', times: 1, manner: 'lost' }] });
    await expectRegistered(world);
    assert.equal(made(world), 1);
  }),
  ...(['unavailable', 'lost', 'reset'] as readonly Manner[]).flatMap((manner) =>
    OPERATIONS.map((operation) =>
      smoke(`each call fails once: ${manner}`, operation, async (world) => {
        await world.train('run-2', { operations: [{ operation, times: 1, manner }] });
        await expectRegistered(world);
      }),
    ),
  ),
  ...OPERATIONS.filter((operation) => operation !== 'aiplatform.endpoints.predict').map((operation) =>
    smoke('each call fails 7 times in a row', operation, async (world) => {
      await world.train('run-2', { operations: [{ operation, times: 7, manner: 'unavailable' }] });
      await expectRegistered(world);
    }),
  ),
];
