import { release as canary } from '../support/definition';
import { controllerOf, type Failing, ReleaseWorld } from './release-world';

const analysis = { every: '5m', minRequests: 150 };
const controllers = {
  canary: controllerOf({ ...canary, strategy: 'canary', analysis }),
  blueGreen: controllerOf({ strategy: 'blueGreen', finalHold: '15m', analysis }),
  shadow: controllerOf({ ...canary, shadow: { duration: '1h', maxDisagreementPercent: 5 }, analysis }),
};
type Strategy = keyof typeof controllers;

const AFTER_A_PROMOTION = ['deployFirst', 'reject', 'reportRollBack', 'rollBackAgain', 'rollBack'];
const tasksOf = (strategy: Strategy): string[] =>
  Object.entries(controllers[strategy].definition.States).flatMap(([name, { Type }]) =>
    Type === 'Task' && !AFTER_A_PROMOTION.includes(name) ? [name] : [],
  );

const STAYS = {
  status: 'ready',
  live: { 1: 100 },
  mirrored: {},
  aliases: { champion: '1', challenger: null, previous: null },
  lockedBy: null,
  chainHolds: true,
};

let world: ReleaseWorld;
afterEach(() => {
  expect(world.account.endpoints.orphaned).toEqual([]);
  world.close();
});

/** A person stops the release of the second version at a task; Step Functions tells of it. */
async function stopped(strategy: Strategy, stopAt: NonNullable<Failing['stopAt']>, status = 'ABORTED') {
  world = await ReleaseWorld.withChampion(controllers[strategy]);
  const release = await world.release(2, { stopAt });
  expect(release.end).toBe(stopAt.state);
  return world.told('release-2', status);
}

const actions = async () =>
  ((await world.ports.ledger.read(1)) as unknown as { action: string; version: string; details: object }[]).filter(
    ({ version }) => version === '2',
  );

describe('a release that a person stops is taken back', () => {
  it.each([
    ...tasksOf('canary').flatMap((state) =>
      [true, false].map((done) => ({ strategy: 'canary' as const, state, done })),
    ),
    { strategy: 'blueGreen' as const, state: 'shift1', done: true },
    { strategy: 'shadow' as const, state: 'shadowDeploy', done: true },
    { strategy: 'shadow' as const, state: 'shadowLook', done: false },
  ])('$strategy at $state, done $done', async ({ strategy, state, done }) => {
    const recovery = await stopped(strategy, { state, done });
    // The first call of the promotion has told the registry; the endpoint still takes the champion of before out.
    if (state === 'promote' && done) {
      expect(recovery).toMatchObject({ end: 'released', succeeded: true });
      expect(await world.state()).toMatchObject({ live: { 2: 100 }, aliases: { champion: '2' }, lockedBy: null });
      return;
    }
    const hadNothing = state === 'verify' && !done;
    expect(recovery?.end).toBe(hadNothing ? 'nothingLeft' : 'rolledBack');
    expect(await world.state()).toMatchObject(STAYS);
    if (!hadNothing) {
      expect((await actions()).at(-1)).toMatchObject({
        action: expect.stringMatching(/^(rollback|releaseFailed)$/),
        details: { reason: 'the release was stopped' },
      });
      expect(world.account.published.map(({ kind }) => kind)).toEqual(['releaseRolledBack']);
    }
    // The next one has the lock, and the endpoint.
    await world.register(3);
    expect((await world.release(3)).end).toBe('released');
    expect(await world.state()).toMatchObject({ live: { 3: 100 }, aliases: { champion: '3', previous: '1' } });
  });

  it('with its time over', async () => {
    expect((await stopped('canary', { state: 'look1', done: true }, 'TIMED_OUT'))?.end).toBe('rolledBack');
    expect(await world.state()).toMatchObject(STAYS);
  });

  it('also when the first calls of the roll-back fail', async () => {
    world = await ReleaseWorld.withChampion(controllers.canary);
    await world.release(2, { stopAt: { state: 'look1', done: true } });
    const failing = { operations: { 'SageMaker.UpdateEndpointWeightsAndCapacities': 12 } };
    const recovery = await world.told('release-2', 'ABORTED', failing);
    expect(recovery?.end).toBe('rolledBack');
    expect(recovery?.path).toContain('rollBackAgain');
    expect(await world.state()).toMatchObject(STAYS);
  });
});

it('people are paged when it cannot be looked at at all; the next release takes it back', async () => {
  world = await ReleaseWorld.withChampion(controllers.canary);
  await world.release(2, { stopAt: { state: 'look1', done: true } });
  const recovery = await world.told('release-2', 'ABORTED', { states: { verify: Number.POSITIVE_INFINITY } });
  expect(recovery?.end).toBe('rejected');
  expect(world.account.published).toMatchObject([
    { topic: expect.stringMatching(/page/i), text: expect.stringContaining('the next release takes it back') },
  ]);
  await world.register(3);
  expect((await world.release(3)).end).toBe('released');
  expect(await world.state()).toMatchObject({ live: { 3: 100 }, aliases: { champion: '3', challenger: null } });
});

it('a promotion that has begun is completed', async () => {
  world = await ReleaseWorld.withChampion(controllers.canary);
  // The registry names the second version already; what follows has failed when the execution is stopped.
  await world.release(2, {
    stopAt: { state: 'promote', done: true },
    onState: (state) =>
      state === 'promote' && world.account.fail({ operation: 'SageMaker.UpdateModelPackage', times: 1 }),
  });
  expect(await world.state()).toMatchObject({ aliases: { champion: '2' }, lockedBy: 'release-2' });
  expect((await world.told('release-2', 'ABORTED'))?.end).toBe('released');
  expect(await world.state()).toMatchObject({
    live: { 2: 100 },
    aliases: { champion: '2', challenger: null, previous: '1' },
    lockedBy: null,
    chainHolds: true,
  });
});

it('a release that goes on is left alone', async () => {
  world = await ReleaseWorld.withChampion(controllers.canary);
  let early: unknown;
  const release = await world.release(2, {
    onState: (state) => {
      if (state === 'look1' && early === undefined) early = world.ports.workflows.status('release', 'release-2');
    },
  });
  expect(release.end).toBe('released');
  expect(await early).toBe('running');
  world.account.running.set('release-2', 'RUNNING');
  expect((await world.told('release-2', 'ABORTED'))?.end).toBe('nothingLeft');
  expect(await world.state()).toMatchObject({ live: { 2: 100 }, aliases: { champion: '2' } });
});

it('one that ended by itself has left nothing, and one that succeeded is not told of', async () => {
  world = await ReleaseWorld.withChampion(controllers.canary);
  await world.release(2, { states: { shift1: Number.POSITIVE_INFINITY } });
  const before = await world.state();
  const calls = world.account.calls.filter((call) => call.startsWith('SageMaker.')).length;
  expect(await world.told('release-2', 'FAILED')).toMatchObject({ end: 'nothingLeft', succeeded: true });
  expect(await world.told('release-1', 'SUCCEEDED')).toBeUndefined();
  expect(await world.state()).toEqual(before);
  expect(world.account.calls.filter((call) => call.startsWith('SageMaker.')).length).toBeLessThanOrEqual(calls + 4);
});

it('whoever stops the roll-back too does it by hand: no other one is started, and the next release has the lock', async () => {
  world = await ReleaseWorld.withChampion(controllers.canary);
  await world.release(2, { stopAt: { state: 'look1', done: true } });
  const recovery = await world.told('release-2', 'ABORTED', { stopAt: { state: 'rollBack', done: false } });
  expect(recovery?.end).toBe('rollBack');
  expect((await world.told('event-1', 'ABORTED'))?.end).toBe('nothingLeft');
  expect((await world.told('release-2', 'ABORTED'))?.end).toBe('nothingLeft');
  await world.register(3);
  expect((await world.release(3)).end).toBe('released');
  expect(await world.state()).toMatchObject({ live: { 3: 100 }, aliases: { champion: '3' }, lockedBy: null });
});
