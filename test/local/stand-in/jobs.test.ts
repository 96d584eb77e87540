import type { Json } from '../../../src/kernel/json';
import type { ScenarioInput } from '../../../src/local/scenario/schema';
import { tamper } from '../../../src/local/stand-in/faults';
import type { StandInModel } from '../../../src/local/stand-in/learner';
import { loadModel } from '../../../src/local/stand-in/model-file';
import { artifactKeys, readRegistry, readTestRows } from '../../../src/runtime/usecases';
import { modelDigest } from '../../../src/runtime/usecases/artifact-digest';
import { readScores } from '../../../src/runtime/usecases/scored-rows';
import { foundation, scale } from '../../support/definitions';
import { DAY, START, scenario } from './support/definitions';
import { standInPipeline } from './support/pipeline';

jest.setTimeout(60_000);

type Pipeline = Awaited<ReturnType<typeof standInPipeline>>;
const open: Pipeline[] = [];
afterEach(async () => {
  for (const pipeline of open.splice(0)) await pipeline.close();
});

async function pipeline(input: unknown, faults: ScenarioInput['faults'] = [], more: Partial<ScenarioInput> = {}) {
  const one = await standInPipeline(
    input,
    scenario({ history: '60d', duration: '40d', traffic: { eventsPerDay: 150 }, faults, ...more }),
  );
  open.push(one);
  return one;
}

const modelIn = ({ artifacts }: Pipeline, run: string): StandInModel =>
  loadModel(artifacts.path(artifactKeys.model(run)));
const verdictOf = (state: { readonly [key: string]: Json }): unknown =>
  (state['gate'] as { readonly verdict?: Json } | undefined)?.verdict;

const BINARY = foundation({
  stage: 'core',
  'models.churn.data.format': 'jsonl',
  'models.churn.data.key': 'id',
  'models.churn.data.columns.id': { type: 'string', unique: true, feature: false },
  'models.churn.evaluation': {
    metrics: { auc: { min: 0.85 }, f1: { min: 0.75 }, 'custom.profit': { min: 100, direction: 'higherIsBetter' } },
  },
  'models.churn.release': {},
  'models.churn.monitoring.drift': {},
  'models.churn.monitoring.quality': { metrics: { auc: { min: 0.8 } } },
});
const MULTICLASS = foundation({
  stage: 'core',
  'models.churn.task': 'multiclassClassification',
  'models.churn.data.format': 'parquet',
  'models.churn.data.label': { column: 'churned' },
  'models.churn.data.columns.churned': { type: 'category', values: ['stays', 'leaves', 'pauses'] },
  'models.churn.evaluation': { metrics: { accuracy: { min: 0.75 }, logLoss: { max: 0.8 } } },
  'models.churn.release': {},
  'models.churn.monitoring.drift': {},
  'models.churn.monitoring.quality': { metrics: { accuracy: { min: 0.7 } } },
});

describe('the pipeline with stand-ins', () => {
  test.each([
    ['a regression, csv', scale()],
    ['a classification, jsonl', BINARY],
    ['several classes, parquet', MULTICLASS],
  ])('registers a first version: %s', async (_, input) => {
    const one = await pipeline(input);
    const { state } = await one.run('first');
    expect(state['error']).toBeUndefined();
    expect(state['validation']).toMatchObject({ verdict: 'pass' });
    expect([verdictOf(state), (state['gate'] as { explanation?: Json }).explanation]).toEqual([
      'pass',
      expect.anything(),
    ]);
    expect(Object.keys((await readRegistry(one.ports)).versions)).toEqual(['1']);
    expect(modelIn(one, 'first').trainedAt).toBe(START);
    expect(state['training']).toMatchObject({ command: ['stand-in'], image: 'stand-in', durationSeconds: 600 });
    const { data } = one.definition;
    const rows = await readTestRows(one.artifacts, 'first', data);
    const scores = await readScores(one.artifacts, 'first', 'candidate', rows);
    expect(scores.every((score) => score !== null)).toBe(true);
    const { serving } = state['candidateScores'] as { serving: { [key: string]: number } };
    expect(serving).toMatchObject({ loaded: true, failures: 0 });
    expect(serving['latencyP99Ms']).toBeGreaterThan(50);
    const metrics = one.metricsOf('first') as Record<string, number>;
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    if (input === BINARY) expect(metrics['profit']).toBeGreaterThan(100);
  });

  test('trains the same model again from the same rows', async () => {
    const [first, second] = [await pipeline(scale()), await pipeline(scale())];
    await first.run('a');
    await second.run('b');
    expect(modelIn(second, 'b')).toEqual(modelIn(first, 'a'));
    expect(await modelDigest(second.artifacts, 'b')).toBe(await modelDigest(first.artifacts, 'a'));
  });

  test('is no worse than the champion where nothing has changed', async () => {
    const one = await pipeline(scale());
    await one.run('before');
    const first = await one.ports.artifacts.get(artifactKeys.version(1));
    expect(first).toBeDefined();
    one.clock.advanceTo(START + 30 * DAY);
    expect(verdictOf((await one.run('after')).state)).toBe('pass');
  });

  test('replaces the champion of a world that has turned', async () => {
    const one = await pipeline(scale(), [{ kind: 'conceptShift', at: '1d' }]);
    await one.run('before');
    one.clock.advanceTo(START + 38 * DAY);
    const champion = { artifacts: one.artifacts, modelDir: one.artifacts.path(artifactKeys.model('before')) };
    const { state } = await one.run('after');
    expect(state['validation']).toMatchObject({ verdict: expect.stringMatching(/pass|warn/) });
    expect(verdictOf(state)).toBe('pass');
    const weights = [loadModel(champion.modelDir), modelIn(one, 'after')].map(({ outputs }) => outputs[0]!.weights);
    // The relation is turned round: each input counts the other way.
    for (const place of [1, 2, 3]) expect(Math.sign(weights[0]![place]!)).toBe(-Math.sign(weights[1]![place]!));
  });
});

describe('faults of training and artifacts', () => {
  test('weakCandidate: the gate keeps it away', async () => {
    const { state } = await (await pipeline(scale(), [{ kind: 'weakCandidate' }])).run('weak');
    expect(verdictOf(state)).toBe('fail');
    const mild = await (await pipeline(scale(), [{ kind: 'weakCandidate', percent: 0 }])).run('mild');
    expect(verdictOf(mild.state)).toBe('pass');
  });

  test('trainerCrash: as a trainer that ends with an error, while it lasts', async () => {
    const one = await pipeline(scale(), [{ kind: 'trainerCrash', for: '1d' }]);
    const { state } = await one.run('crash');
    expect(state['error']).toMatchObject({
      step: 'train',
      message: expect.stringMatching(/trainerFailed[\s\S]*exit code 1/),
    });
    expect(await one.artifacts.list(artifactKeys.model('crash'))).toEqual([]);
    one.clock.advanceTo(START + 2 * DAY);
    expect(verdictOf((await one.run('later')).state)).toBe('pass');
  });

  test('brokenArtifact: as a server that does not come up', async () => {
    const one = await pipeline(scale(), [{ kind: 'brokenArtifact' }]);
    const { state } = await one.run('broken');
    expect(state['error']).toMatchObject({
      step: expect.stringMatching(/score/i),
      message: expect.stringMatching(/serverFailed/),
    });
    expect(Object.keys((await readRegistry(one.ports)).versions)).toEqual([]);
  });

  test('tamperedArtifact: another digest, and the model still loads', async () => {
    const one = await pipeline(scale());
    await one.run('first');
    const [before, model] = [await modelDigest(one.artifacts, 'first'), modelIn(one, 'first')];
    expect(await tamper(one.artifacts, 'first')).toBe('runs/first/model/model.json');
    expect(await modelDigest(one.artifacts, 'first')).not.toBe(before);
    expect(modelIn(one, 'first')).not.toEqual(model);
    await expect(tamper(one.artifacts, 'never')).rejects.toThrow(/modelMissing/);
    await one.artifacts.put('runs/text/model/weights', new TextEncoder().encode('abc'));
    await tamper(one.artifacts, 'text');
    expect(new TextDecoder().decode(await one.artifacts.get('runs/text/model/weights'))).toBe('abb');
  });
});
