import { planPlatform } from '../../../src/plan/plan-platform';
import type { TrackedExperiment } from '../../../src/runtime/ports';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { readJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys } from '../../../src/runtime/usecases/keys';
import { scale } from '../../support/definitions';
import { memoryWorld } from './world';

const { graph } = planPlatform(scale({ 'models.demand.training.hyperparameters': { depth: 6, eta: 0.1 } })).models[
  'demand'
]!.pipeline;
const last = graph.steps.find((step) => step.kind === 'task' && step.use === 'recordFailure');
const fixed = (last as unknown as { readonly arguments: { readonly [key: string]: never } }).arguments;

const train = { digest: 'sha256:1', uri: 'memory://train', rows: 800 };
const refused = {
  startedBy: 'retraining:drift',
  cause: 'drift',
  commit: 'abc',
  validation: { verdict: 'pass', startedAt: 0, train, test: { digest: 'sha256:2', rows: 200 } },
  training: { seconds: 60 },
  evaluation: { metrics: { mae: 41 }, artifactDigest: 'sha256:3' },
  gate: {
    verdict: 'fail',
    explanation: 'mae is 41, above 40',
    checks: [{ id: 'mae', verdict: 'fail', value: 41, bound: 40 }],
  },
};

test('a candidate that the gate refused leaves what it was tried with and what came of it', async () => {
  const world = memoryWorld();
  const event = {
    use: 'recordFailure',
    step: 'recordFailure',
    run: 'run-1',
    arguments: fixed,
    state: refused,
  } as const;
  await USE_CASE_FUNCTIONS.recordFailure(event, world as unknown as Ports);
  expect(await readJson(world.artifacts, artifactKeys.experiment('run-1'), 'the experiment')).toEqual({
    format: 1,
    run: 'run-1',
    endedAt: '2026-01-01T00:00:00.000Z',
    outcome: 'gateFailure',
    version: null,
    startedBy: 'retraining:drift',
    cause: 'drift',
    commit: 'abc',
    parameters: { hyperparameters: { depth: 6, eta: 0.1 }, seed: expect.any(Number) },
    data: { train, test: refused.validation.test },
    training: { seconds: 60 },
    artifactDigest: 'sha256:3',
    metrics: { mae: 41 },
    gate: refused.gate,
    shownAs: null,
    notShown: null,
  });
});

test('a run that ended before it trained leaves what it came to', async () => {
  const world = memoryWorld();
  const state = { startedBy: 'ann', error: { step: 'run', message: 'somebody has stopped the run' } };
  const event = { use: 'recordFailure', step: 'stopped', run: 'run-2', arguments: { model: 'm' }, state } as const;
  await USE_CASE_FUNCTIONS.recordFailure(event, world as unknown as Ports);
  expect(await readJson(world.artifacts, artifactKeys.experiment('run-2'), 'the experiment')).toMatchObject({
    outcome: 'pipelineFailure',
    parameters: null,
    metrics: null,
    gate: null,
  });
});

describe('where the cloud has experiments', () => {
  const event = {
    use: 'recordFailure',
    step: 'recordFailure',
    run: 'run-1',
    arguments: fixed,
    state: refused,
  } as const;

  test('a run is shown there, with what it was tried with', async () => {
    const world = memoryWorld();
    const tracked: TrackedExperiment[] = [];
    const experiments = { track: async (one: TrackedExperiment) => `experiments/${tracked.push(one)}` };
    await USE_CASE_FUNCTIONS.recordFailure(event, { ...world, experiments } as unknown as Ports);
    expect(tracked).toEqual([
      {
        model: world.model,
        run: 'run-1',
        complete: true,
        parameters: {
          depth: 6,
          eta: 0.1,
          seed: expect.any(Number),
          startedBy: 'retraining:drift',
          cause: 'drift',
          commit: 'abc',
          outcome: 'gateFailure',
          version: null,
          trainDigest: 'sha256:1',
          testDigest: 'sha256:2',
          artifactDigest: 'sha256:3',
        },
        metrics: { mae: 41 },
      },
    ]);
    const record = await readJson(world.artifacts, artifactKeys.experiment('run-1'), 'the experiment');
    expect(record).toMatchObject({ shownAs: 'experiments/1', notShown: null });
  });

  test('one that does not take it leaves the record, with the reason', async () => {
    const world = memoryWorld();
    const experiments = { track: () => Promise.reject(new Error('no right to make a metadata store')) };
    await USE_CASE_FUNCTIONS.recordFailure(event, { ...world, experiments } as unknown as Ports);
    const record = await readJson(world.artifacts, artifactKeys.experiment('run-1'), 'the experiment');
    expect(record).toMatchObject({
      outcome: 'gateFailure',
      shownAs: null,
      notShown: 'no right to make a metadata store',
    });
  });
});
