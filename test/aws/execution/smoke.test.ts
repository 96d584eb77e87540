import { evaluation } from '../support/definition';
import { PipelineWorld, pipelineController } from './pipeline-world';

/** A gate with a bound of the candidate's latency: it is asked on an endpoint of its own. */
const controller = pipelineController({ evaluation: { serving: { maxLatencyP99: '200ms', smokeRows: 20 } } });
const ALWAYS = Number.POSITIVE_INFINITY;
const MINUTE = 60_000;

let world: PipelineWorld;
beforeEach(async () => {
  world = await PipelineWorld.open(controller);
  await world.withChampion();
  Object.assign(world.account.smoke, { made: 0, asked: 0 });
});
afterEach(() => world.close());

/** Nothing of a candidate's endpoint is there, or goes on to be paid for. */
function expectGone(): void {
  world.time.pass(600);
  expect(world.account.smoke.left()).toEqual([]);
}

async function expectRegistered(): Promise<void> {
  const state = await world.state();
  expect(state).toMatchObject({
    versions: { 1: 'released', 2: 'approved' },
    aliases: { champion: '1', challenger: null },
    chainHolds: true,
    told: [],
  });
  expectGone();
}

async function expectRefused(kind: string, reason: RegExp): Promise<void> {
  const { last, ...state } = await world.state();
  expect(state).toMatchObject({
    versions: { 1: 'released' },
    aliases: { champion: '1', challenger: null },
    chainHolds: true,
    told: [kind],
  });
  expect(state.releases).toHaveLength(1);
  expect(JSON.stringify(last)).toMatch(reason);
}

const DESCRIBE = 'SageMaker.DescribeEndpoint';
const CALLS = [
  DESCRIBE,
  'SageMaker.CreateEndpointConfig',
  'SageMaker.CreateEndpoint',
  'SageMaker.DeleteEndpoint',
  'SageMaker.DeleteEndpointConfig',
] as const;
const ASK = 'SageMakerRuntime.InvokeEndpoint';

it('the definition that is executed here has a bound of latency', () => {
  expect(evaluation).not.toHaveProperty('serving');
  expect(controller.definition.States).toHaveProperty('scoreCandidateSmoke');
});

it('a candidate that is fast enough is registered, after one endpoint and each row once', async () => {
  const from = world.account.calls.length;
  expect((await world.run('run-2')).end).toBe('registered');
  await expectRegistered();
  const calls = world.account.calls.slice(from);
  for (const call of [...CALLS, ASK]) expect(calls).toContain(call);
  expect(world.account.smoke).toMatchObject({ made: 1, asked: 21 });
});

it('a candidate that is too slow does not pass', async () => {
  world.account.smoke.answerMs = 500;
  expect((await world.run('run-2')).end).toBe('failed');
  await expectRefused('gateFailure', /p99 latency of the smoke check is 500 ms, asked is at most 200 ms/);
  expectGone();
});

it('a candidate that does not load does not pass', async () => {
  world.account.smoke.ends = { status: 'Failed', reason: 'The primary container did not pass the ping health check' };
  expect((await world.run('run-2')).end).toBe('failed');
  await expectRefused('gateFailure', /could not be loaded where it will serve/);
  expectGone();
});

it('no machines for it are no fault of the candidate: the run says so', async () => {
  world.account.smoke.ends = { status: 'Failed', reason: 'Unable to provision requested ML compute capacity' };
  expect((await world.run('run-2')).end).toBe('failed');
  await expectRefused('pipelineFailure', /smokeNotDeployed.*Unable to provision requested ML compute capacity/);
  expect(world.account.smoke.made).toBeGreaterThan(1);
  expectGone();
});

it('one that takes longer to be made than anybody waits is taken away once it is there', async () => {
  world.account.smoke.createMs = 80 * MINUTE;
  expect((await world.run('run-2')).end).toBe('failed');
  await expectRefused('pipelineFailure', /scoreCandidate.*TargetChanging/);
  expectGone();
});

it.each([
  ['is refused', false],
  ['is answered, and the answer is lost', true],
] as const)('the state failing once changes nothing of the result: it %s', async (_, lost) => {
  expect((await world.run('run-2', { scoreCandidateSmoke: 1 }, lost)).end).toBe('registered');
  await expectRegistered();
  expect(world.account.smoke).toMatchObject({ made: 1, asked: 21 });
});

it('the state failing for good ends in a record of it, and changes nothing', async () => {
  const { end, path } = await world.run('run-2', { scoreCandidateSmoke: ALWAYS });
  expect([end, path]).toEqual(['failed', expect.arrayContaining(['scoreCandidateSmokeRemoval', 'recordFailure'])]);
  await expectRefused('pipelineFailure', /scoreCandidateSmoke was made to fail/);
  expectGone();
});

it('the answers of the state lost for good: what it has made is gone', async () => {
  expect((await world.run('run-2', { scoreCandidateSmoke: ALWAYS }, true)).end).toBe('failed');
  await expectRefused('pipelineFailure', /scoreCandidateSmoke was made to fail/);
  expectGone();
});

describe.each([false, true])('with the answer lost: %s', (lost) => {
  it.each([...CALLS, ASK])('%s failing once changes nothing of the result', async (operation) => {
    world.account.fail({ operation, times: 1, lost });
    expect((await world.run('run-2')).end).toBe('registered');
    await expectRegistered();
    expect(world.account.smoke.made).toBe(1);
  });
});

it.each(CALLS)(
  '%s failing until the state has failed for good: the failure is not the candidate’s',
  async (operation) => {
    world.account.fail({ operation, times: 7 });
    expect((await world.run('run-2')).end).toBe('failed');
    await expectRefused('pipelineFailure', /was made to fail/);
    expectGone();
  },
);

it('an endpoint that cannot be taken away at all is told with its name', async () => {
  world.account.fail({ operation: 'SageMaker.DeleteEndpoint', times: ALWAYS });
  expect((await world.run('run-2')).end).toBe('failed');
  await expectRefused(
    'pipelineFailure',
    /DeleteEndpoint was made to fail.*afterwards.*DeleteEndpoint was made to fail/,
  );
});
