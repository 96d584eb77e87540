import { serving } from '../support/definition';
import { PipelineWorld, pipelineController } from './pipeline-world';

const controller = pipelineController();
const ALWAYS = Number.POSITIVE_INFINITY;

let world: PipelineWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const FIRST = { 1: 'approved' };
const AFTER_FIRST = { champion: '1', challenger: null, previous: null };

it('a run checks, trains, scores, decides and registers, and hands the version to the release controller', async () => {
  world = await PipelineWorld.open(controller);
  expect((await world.run('run-1')).end).toBe('registered');
  expect(await world.state()).toMatchObject({
    versions: FIRST,
    actions: ['register', 'gate', 'approve'],
    chainHolds: true,
    told: [],
    releases: [{ version: 1, requestedBy: 'ann@example.com' }],
  });
  expect([...world.account.endpoints.packages.values()]).toMatchObject([
    {
      status: 'Approved',
      properties: { version: '1', commit: 'abc', seed: '7', 'parameter.trees': '100' },
      lineage: { CommitId: 'abc', GeneratedBy: 'run-1' },
      // What scored it, not what trained it.
      image: serving.image.aws,
      metricsAt: expect.stringMatching(/^s3:\/\/.+\/runs\/run-1\/metrics\.json$/),
    },
  ]);
});

it('a candidate is scored beside the champion, on the same rows, and registered when it is no worse', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  const { end, path } = await world.run('run-2');
  expect(end).toBe('registered');
  expect(path).toContain('scoreChampionCollect');
  expect(await world.state()).toMatchObject({
    versions: { 1: 'released', 2: 'approved' },
    aliases: AFTER_FIRST,
    releases: [{ version: 1 }, { version: 2 }],
    chainHolds: true,
  });
  expect(world.jobs.names).toHaveLength(5);
});

/** What is so after a run that left no version. */
async function expectNothingChanged(step: string, reason: string, kind: string): Promise<void> {
  const { last, ...after } = await world!.state();
  expect(after).toMatchObject({ versions: { 1: 'released' }, aliases: AFTER_FIRST, chainHolds: true, told: [kind] });
  expect(after.releases).toHaveLength(1);
  expect(last).toMatchObject({ action: 'pipelineFailed', actor: 'ann@example.com', details: { run: 'run-2', step } });
  expect(JSON.stringify(last)).toContain(reason);
}

const TASKS = [
  ['validate', 'validate'],
  ['train', 'train'],
  ['trainCollect', 'train'],
  ['prepareEvaluation', 'prepareEvaluation'],
  ['scoreCandidate', 'scoreCandidate'],
  ['scoreCandidateJob', 'scoreCandidate'],
  ['scoreCandidateCollect', 'scoreCandidate'],
  ['scoreChampion', 'scoreChampion'],
  ['scoreChampionJob', 'scoreChampion'],
  ['scoreChampionCollect', 'scoreChampion'],
  ['gate', 'gate'],
  ['register', 'register'],
] as const;
/** What tidies up after a job that has scored, and after one that failed. */
const TIDY = ['scoreCandidateModelRemoval', 'scoreChampionModelRemoval'] as const;
const TIDY_AFTER = {
  scoreCandidateJob: 'scoreCandidateJobModelRemoval',
  scoreChampionJob: 'scoreChampionJobModelRemoval',
};

it('every task of the state machine is made to fail here', () => {
  const tasks = Object.entries(controller.definition.States).flatMap(([name, { Type }]) =>
    Type === 'Task' ? name : [],
  );
  const others = [...TIDY, ...Object.values(TIDY_AFTER), 'recordFailure', 'requestRelease'];
  expect(tasks.sort()).toEqual([...TASKS.map(([state]) => state), ...others].sort());
});

it.each(TIDY)('%s failing for good changes nothing of the result', async (state) => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  const { end, failures } = await world.run('run-2', { [state]: ALWAYS });
  expect(end).toBe('registered');
  expect(failures.some((failure) => failure.startsWith(state))).toBe(true);
  expect(await world.state()).toMatchObject({ versions: { 1: 'released', 2: 'approved' }, told: [] });
});

it.each(Object.entries(TIDY_AFTER))('%s failing for good, and %s after it, says both', async (state, tidies) => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  expect((await world.run('run-2', { [state]: ALWAYS, [tidies]: ALWAYS })).end).toBe('failed');
  const step = state.replace('Job', '');
  await expectNothingChanged(step, `${state} was made to fail`, 'pipelineFailure');
  await expectNothingChanged(step, `${tidies} was made to fail`, 'pipelineFailure');
});

it.each(TASKS)('%s failing for good ends in a record of it, and changes nothing', async (state, step) => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  expect((await world.run('run-2', { [state]: ALWAYS })).end).toBe('failed');
  await expectNothingChanged(step, `${state} was made to fail`, 'pipelineFailure');
});

it('a release that cannot be asked for leaves the version registered, and says so', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  expect((await world.run('run-2', { requestRelease: ALWAYS })).end).toBe('failed');
  const { last, ...after } = await world.state();
  expect(after).toMatchObject({ versions: { 1: 'released', 2: 'approved' }, aliases: AFTER_FIRST, chainHolds: true });
  expect(after.releases).toHaveLength(1);
  expect(last).toMatchObject({ action: 'pipelineFailed', details: { step: 'requestRelease' } });
});

it('a record that cannot be made still ends the execution as failed, for the alarm on failed executions', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  const { end, succeeded } = await world.run('run-2', { gate: ALWAYS, recordFailure: ALWAYS });
  expect([end, succeeded]).toEqual(['failed', false]);
  expect(await world.state()).toMatchObject({ versions: { 1: 'released' }, aliases: AFTER_FIRST, chainHolds: true });
});

it.each(TASKS)('%s failing once changes nothing of the result', async (state) => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  expect((await world.run('run-2', { [state]: 1 })).end).toBe('registered');
  expect(await world.state()).toMatchObject({ versions: { 1: 'released', 2: 'approved' }, told: [] });
});

it('a container that fails is the reason, in the words of SageMaker', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  world.jobs.failing.add('training');
  expect((await world.run('run-2')).end).toBe('failed');
  expect(world.jobs.names).toHaveLength(3);
  await expectNothingChanged('train', 'AlgorithmError: the container ended with exit code 1', 'pipelineFailure');
});

it('a server that cannot answer is the reason', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  world.jobs.failing.add('transform');
  expect((await world.run('run-2')).end).toBe('failed');
  await expectNothingChanged('scoreCandidate', 'the container answered with status 500', 'pipelineFailure');
});

it('a candidate that knows nothing does not pass the gate', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  world.trained = { threshold: 30, noise: 0.5, metrics: { loss: 1 } };
  expect((await world.run('run-2')).end).toBe('failed');
  await expectNothingChanged('gate', 'auc', 'gateFailure');
});

it('a trainer that leaves no numbers is told so', async () => {
  world = await (await PipelineWorld.open(controller)).withChampion();
  world.trained = { threshold: 30, noise: 0, metrics: {} };
  expect((await world.run('run-2')).end).toBe('failed');
  await expectNothingChanged('prepareEvaluation', 'a flat object of finite numbers', 'pipelineFailure');
});

it('too few rows are no data to train on: nothing is paid for', async () => {
  world = await PipelineWorld.open(controller, 60);
  expect((await world.run('run-1')).end).toBe('failed');
  expect(await world.state()).toMatchObject({
    versions: {},
    actions: ['pipelineFailed'],
    told: ['dataViolations'],
    releases: [],
  });
  expect(world.jobs.names).toEqual([]);
});
