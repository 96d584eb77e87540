import { PipelineWorld, pipelineController } from './pipeline-world';

const measured = pipelineController({ evaluation: { serving: { maxLatencyP99: '200ms', smokeRows: 20 } } });
const plain = pipelineController();

let world: PipelineWorld;
afterEach(() => world.close());

/** Models of jobs, whose names end with a hash; those that serve have a version. */
const jobModels = () => [...world.account.endpoints.models].filter((name) => /-[0-9a-f]{40}$/.test(name));

async function expectNothingLeft(): Promise<void> {
  world.time.pass(600);
  expect(world.account.smoke.left()).toEqual([]);
  expect(jobModels()).toEqual([]);
  expect(await world.state()).toMatchObject({
    versions: { 1: 'released' },
    aliases: { champion: '1', challenger: null },
    chainHolds: true,
  });
}

async function stoppedAt(state: string, status = 'ABORTED'): Promise<unknown> {
  world = await PipelineWorld.open(measured);
  await world.withChampion();
  world.account.published.length = 0;
  const run = await world.run('run-2', {}, false, state);
  expect(run.end).toBe(state);
  return world.told('run-2', status);
}

it('a run that is not stopped leaves no model of its jobs', async () => {
  world = await PipelineWorld.open(plain);
  await world.withChampion();
  expect((await world.run('run-2')).end).toBe('registered');
  expect(jobModels()).toEqual([]);
});

it('one whose scoring fails leaves none either', async () => {
  world = await PipelineWorld.open(measured);
  await world.withChampion();
  world.jobs.failing.add('transform');
  expect((await world.run('run-2')).end).toBe('failed');
  await expectNothingLeft();
});

it.each(['validate', 'train', 'scoreCandidateJob', 'scoreCandidateSmoke', 'scoreChampion', 'gate'])(
  'a run that a person stops at %s leaves nothing, and has its reason in the records',
  async (state) => {
    expect(measured.definition.States).toHaveProperty(state);
    expect(await stoppedAt(state)).toMatchObject({ recorded: true, removed: true });
    await expectNothingLeft();
    expect((await world.state()).last).toMatchObject({
      action: 'pipelineFailed',
      details: { run: 'run-2', step: 'run', reason: 'somebody has stopped the run (ABORTED)' },
    });
    expect(world.account.published.map(({ kind }) => kind)).toEqual(['pipelineFailure']);
  },
);

it('an endpoint that is still made is waited for', async () => {
  world = await PipelineWorld.open(measured);
  await world.withChampion();
  world.account.smoke.createMs = 11 * 60_000;
  await world.run('run-2', {}, false, 'scoreCandidateSmoke');
  expect(world.account.smoke.left()).not.toEqual([]);
  await world.told('run-2', 'TIMED_OUT');
  await expectNothingLeft();
});

it('a call that has told and not tidied up is made again, and records nothing twice', async () => {
  world = await PipelineWorld.open(measured);
  await world.withChampion();
  await world.run('run-2', {}, false, 'scoreCandidateSmoke');
  world.account.fail({ operation: 'SageMaker.DeleteModel', times: 1 });
  await expect(world.told('run-2', 'ABORTED')).rejects.toThrow('SageMaker.DeleteModel');
  await world.told('run-2', 'ABORTED');
  await expectNothingLeft();
  expect((await world.state()).actions.filter((action) => action === 'pipelineFailed')).toHaveLength(1);
});

it('a run that failed by itself has said so, and is not told of again', async () => {
  world = await PipelineWorld.open(plain);
  await world.withChampion();
  expect((await world.run('run-2', { gate: Number.POSITIVE_INFINITY })).end).toBe('failed');
  const before = await world.state();
  expect(await world.told('run-2', 'FAILED')).toMatchObject({ recorded: false });
  expect(await world.state()).toEqual(before);
  for (const status of ['SUCCEEDED', 'RUNNING']) expect(await world.told('run-1', status)).toBeNull();
});

it('one that broke before it could say why is recorded', async () => {
  world = await PipelineWorld.open(plain);
  await world.withChampion();
  await world.run('run-2', { gate: Number.POSITIVE_INFINITY, recordFailure: Number.POSITIVE_INFINITY });
  expect(await world.told('run-2', 'FAILED')).toMatchObject({ recorded: true });
  expect((await world.state()).last).toMatchObject({
    action: 'pipelineFailed',
    details: { run: 'run-2', reason: 'the run broke (FAILED)' },
  });
});
