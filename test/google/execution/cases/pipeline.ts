import assert from 'node:assert/strict';
import { readVersion } from '../../../../src/runtime/usecases/version-record';
import type { Manner } from '../account';
import { type Case, expectMatch, template } from '../case';
import type { StepManner } from '../host';
import { PipelineWorld } from '../pipeline-world';

const ALWAYS = Number.POSITIVE_INFINITY;

/** Handlers' calls of a run beside a champion, in order, with the step that they are of. */
const TASKS = [
  ['validate', 'validate'],
  ['train.start', 'train'],
  ['train.finish', 'train'],
  ['prepareEvaluation', 'prepareEvaluation'],
  ['scoreCandidate.start', 'scoreCandidate'],
  ['scoreCandidate.finish', 'scoreCandidate'],
  ['scoreChampion.start', 'scoreChampion'],
  ['scoreChampion.finish', 'scoreChampion'],
  ['gate', 'gate'],
  ['register', 'register'],
] as const;

/** Calls of Google's services that a run makes. */
const OPERATIONS = [
  'aiplatform.batchPredictionJobs.create',
  'aiplatform.batchPredictionJobs.get',
  'aiplatform.batchPredictionJobs.list',
  'aiplatform.contexts.addContextChildren',
  'aiplatform.contexts.create',
  'aiplatform.customJobs.create',
  'aiplatform.customJobs.get',
  'aiplatform.customJobs.list',
  'aiplatform.metadataStores.get',
  'aiplatform.models.get',
  'aiplatform.models.operations.list',
  'aiplatform.models.patch',
  'aiplatform.models.upload',
  'aiplatform.operations.get',
  'artifactregistry.tags.get',
  'monitoring.timeSeries.create',
  'storage.objects.get',
  'storage.objects.insert',
  'storage.objects.list',
  'workflowexecutions.executions.create',
] as const;

const served = (row: string, title: string, run: (world: PipelineWorld) => Promise<void>): Case => ({
  row: `pipeline: ${row}`,
  title,
  run: async (engine) => {
    const world = await PipelineWorld.served(await template('allAtOnce'), engine);
    await run(world).finally(() => world.close());
  },
});

const SECOND = {
  versions: { 1: 'released', 2: 'approved' },
  champion: '1',
  chainHolds: true,
  told: [],
  releases: 2,
  catalogued: 2,
  running: 0,
  jobs: 5,
};

/** What is so after a run that left no version. */
async function expectNothing(world: PipelineWorld, step: string, reason: string, kind = 'pipelineFailure') {
  const state = await world.pipelineState();
  const nothing = {
    versions: { 1: 'released' },
    champion: '1',
    chainHolds: true,
    releases: 1,
    catalogued: 1,
    running: 0,
  };
  expectMatch(state, { ...nothing, told: [kind] }, state.last);
  expectMatch(state.last!, { action: 'pipelineFailed', actor: 'ann@example.com' });
  expectMatch(state.last!.details, { run: 'run-2', step });
  assert.ok(JSON.stringify(state.last).includes(reason), JSON.stringify(state.last));
}

const once = (task: string, manner: StepManner): Case =>
  served(manner === 'lost' ? 'the answer of each task is lost once' : 'each task fails once', task, async (world) => {
    const ended = await world.train('run-2', { steps: [{ step: task, times: 1, manner }] });
    expectMatch(await world.pipelineState(), SECOND, ended);
  });

const call = (operation: string, manner: Manner): Case =>
  served(`each call fails once: ${manner}`, operation, async (world) => {
    const ended = await world.train('run-2', { operations: [{ operation, times: 1, manner }] });
    expectMatch(await world.pipelineState(), SECOND, ended);
  });

/** Runs of the pipeline beside a champion, with the data check from the sources. */
export const pipelineCases: readonly Case[] = [
  served('nothing', 'a version is trained, scored beside the champion, registered, and handed over', async (world) => {
    const ended = await world.train('run-2');
    expectMatch(await world.pipelineState(), SECOND, ended);
    const calls = [...new Set(world.account.calls)].filter(
      (one) => !one.startsWith('workflowexecutions.executions.list'),
    );
    assert.deepEqual(calls.sort(), [...OPERATIONS]);
  }),
  ...TASKS.map(([task, step]) =>
    served('each task fails for good', task, async (world) => {
      await world.train('run-2', { steps: [{ step: task, times: ALWAYS, manner: 'error' }] });
      await expectNothing(world, step, `${task} was made to fail`);
    }),
  ),
  ...[...TASKS.map(([task]) => task), 'requestRelease'].flatMap((task) => [once(task, 'error'), once(task, 'lost')]),
  ...OPERATIONS.flatMap((operation) => [call(operation, 'unavailable'), call(operation, 'lost')]),
  served('the release cannot be asked for', 'the version is registered, and the record says so', async (world) => {
    await world.train('run-2', { steps: [{ step: 'requestRelease', times: ALWAYS, manner: 'error' }] });
    const state = await world.pipelineState();
    expectMatch(state, { versions: { 1: 'released', 2: 'approved' }, champion: '1', chainHolds: true, releases: 1 });
    expectMatch(state.last!, { action: 'pipelineFailed' });
  }),
  served('the release cannot be asked for', 'executions cannot be created for a minute', async (world) => {
    await world.train('run-2', {
      operations: [{ operation: 'workflowexecutions.executions.create', times: 7, manner: 'unavailable' }],
    });
    expectMatch(await world.pipelineState(), SECOND);
  }),
  ...(
    [
      ['customJobs', 'fails', 'train', 'non-zero status'],
      ['customJobs', 'preempted', 'train', 'preempted'],
      ['customJobs', 'never', 'train', 'took longer than'],
      ['batchPredictionJobs', 'fails', 'scoreCandidate', 'non-zero status'],
      ['batchPredictionJobs', 'never', 'scoreCandidate', 'took longer than'],
      ['batchPredictionJobs', 'leavesHalf', 'scoreCandidate', 'scoresIncomplete'],
    ] as const
  ).map(([kind, ending, step, reason]) =>
    served('a job of Vertex AI fails', `${kind} ${ending}`, async (world) => {
      world.jobs.endings[kind] = ending;
      await world.train('run-2');
      await expectNothing(world, step, reason);
    }),
  ),
  served('a job of Vertex AI fails', 'it is late, and cannot be cancelled at once', async (world) => {
    world.jobs.endings['customJobs'] = 'never';
    await world.train('run-2', {
      operations: [{ operation: 'aiplatform.customJobs.cancel', times: 2, manner: 'unavailable' }],
    });
    await expectNothing(world, 'train', 'took longer than');
  }),
  served('Vertex AI is away for minutes', 'a job that runs is not given up', async (world) => {
    await world.train('run-2', {
      operations: [{ operation: 'aiplatform.customJobs.get', times: 9, manner: 'unavailable' }],
    });
    expectMatch(await world.pipelineState(), SECOND);
  }),
  served('the gate says no', 'the champion stays, and people are told why', async (world) => {
    world.jobs.trained = { perDegree: 2, metrics: { loss: 1 } };
    await world.train('run-2');
    await expectNothing(world, 'gate', 'mae', 'gateFailure');
  }),
  served('nothing', 'its experiment is shown beside the first one', async (world) => {
    await world.train('run-2');
    const { contexts } = world.account.metadata;
    const experiments = [...contexts].filter(([, { schemaTitle }]) => schemaTitle === 'system.Experiment');
    assert.equal(experiments.length, 1);
    const runs = [...experiments[0]![1].children].map((name) => [name, contexts.get(name)?.metadata] as const);
    assert.equal(runs.length, 2);
    const [name, metadata] = runs[1]!;
    const shown = await world.experiment('run-2');
    expectMatch(shown, { outcome: 'registered', version: 2, shownAs: name, notShown: null });
    const { _params: parameters, ...others } = metadata ?? {};
    assert.deepEqual(others, { _state: 'COMPLETE', _metrics: shown.metrics });
    const { artifactDigest } = shown;
    expectMatch(parameters as object, { commit: 'abc', version: 2, outcome: 'registered', artifactDigest, trees: 100 });
  }),
  served('nothing', 'what the gate refused is shown too', async (world) => {
    world.jobs.trained = { perDegree: 2, metrics: { loss: 1 } };
    await world.train('run-2');
    const { shownAs } = await world.experiment('run-2');
    const { _params: parameters, ...others } = world.account.metadata.contexts.get(shownAs!)?.metadata ?? {};
    assert.deepEqual(others, { _state: 'COMPLETE', _metrics: { loss: 1 } });
    expectMatch(parameters as object, { outcome: 'gateFailure', commit: 'abc' });
  }),
  served('Vertex AI shows no experiments', 'the version is registered, and its record says why', async (world) => {
    await world.train('run-2', {
      operations: [{ operation: 'aiplatform.contexts.create', times: ALWAYS, manner: 'unavailable' }],
    });
    expectMatch(await world.pipelineState(), SECOND);
    const { shownAs, notShown } = await world.experiment('run-2');
    assert.equal(shownAs, null);
    assert.match(notShown ?? '', /contexts.*503/s);
  }),
  served('images are pushed all the time', 'one trains, and one scores and is registered', async (world) => {
    world.account.images.busy = true;
    const ended = await world.train('run-2');
    expectMatch(await world.pipelineState(), SECOND, ended);
    const { images, models } = world.account;
    const [trainer, server] = ['trainer', 'server'].map((image, place) => images.digest(image, 1 + place));
    const used = world.jobs.all.slice(-3).map(({ body }) => /"imageUri":"([^"]*)"/.exec(JSON.stringify(body))?.[1]);
    const registered = [...models.all.values()].flat().map(({ model }) => JSON.stringify(model['containerSpec']));
    const record = await world.time.until(readVersion(world.ports.artifacts, '2'));
    assert.deepEqual(
      used.map((one) => one?.split('@')[1]),
      [trainer, server, server],
    );
    assert.deepEqual([record.serverImage, (record.training as { image?: string }).image], [used[1], used[0]]);
    assert.ok(registered.at(-1)?.includes(`"imageUri":"${used[1]}"`), registered.join('\n'));
  }),
  served('no image was built', 'nothing is trained, and people are told', async (world) => {
    world.account.images.isThere = false;
    await world.train('run-2');
    await expectNothing(world, 'train', 'imageNotBuilt');
  }),
  served('a trainer leaves no numbers', 'it is told so', async (world) => {
    world.jobs.trained = { perDegree: 10, metrics: {} };
    await world.train('run-2');
    await expectNothing(world, 'prepareEvaluation', 'a flat object of finite numbers');
  }),
  {
    row: 'pipeline: too few rows',
    title: 'nothing is trained',
    run: async (engine) => {
      const world = await PipelineWorld.arrived(await template('allAtOnce'), engine, 20);
      try {
        assert.equal((await world.train('run-1')).end, 'failed');
        expectMatch(await world.pipelineState(), { versions: {}, releases: 0, jobs: 0, told: ['dataViolations'] });
      } finally {
        await world.close();
      }
    },
  },
];
