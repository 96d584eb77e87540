import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import type { Invocation, ModelArm, StartArm } from '../../runtime/adapters/local/model-arm';
import type { Random } from '../../runtime/core/statistics/random';
import { createRandom } from '../../runtime/core/statistics/random';
import type { FaultKind, Scenario } from '../scenario/schema';
import { activeFaults, type FaultOf, faultSpan, togetherPercent } from './faults';
import { type Predictor, predictorOf, type StandInModel } from './learner';
import { loadModel } from './model-file';
import { moveAnswer } from './move-answer';
import { type ServingLaw, servingLaw, underLoad } from './serving-law';

export interface StandInServingOptions {
  readonly definition: ModelDefinition;
  readonly seed: number;
  readonly scenario: Pick<Scenario, 'faults'>;
  /** Begin of the scenario, epoch seconds. */
  readonly start: number;
  /** All requests a minute that the endpoint gets at an instant, those of a flash crowd among them. */
  readonly requestsPerMinute: (at: number) => number;
}

/** What is wrong with a server at an instant. */
interface Condition {
  readonly errorPercent: number;
  readonly timeoutPercent: number;
  readonly slower: number;
  /** Standard deviations of the label by which answers are moved. */
  readonly movedBy: number;
}

const WELL: Condition = { errorPercent: 0, timeoutPercent: 0, slower: 1, movedBy: 0 };

/**
 * Servers that answer with the stand-in's model in this process. Latency is drawn from the law and said, never slept; errors
 * are drawn too. Faults of the scenario change both while they last.
 */
export function standInArm(options: StandInServingOptions): StartArm {
  const law = servingLaw(options.definition);
  return async ({ version, modelDir, timeoutSeconds }) => {
    const model = loadModel(modelDir);
    const random = createRandom(`${options.seed} arm ${version}`);
    const condition = conditionOf(options, law, model.trainedAt);
    return new StandInArm(model, law, random, timeoutSeconds * 1000, condition);
  };
}

/** A server by itself, as a scoring job has it: the law's latencies, no errors and no faults. */
export function quietArm(definition: ModelDefinition, model: StandInModel, seed: string): ModelArm {
  return new StandInArm(model, servingLaw(definition), createRandom(seed), Number.POSITIVE_INFINITY, () => WELL);
}

class StandInArm implements ModelArm {
  private readonly predict: Predictor;
  private stopped = false;

  constructor(
    private readonly model: StandInModel,
    private readonly law: ServingLaw,
    private readonly random: Random,
    private readonly timeoutMs: number,
    private readonly conditionAt: (at: number) => Condition,
  ) {
    this.predict = predictorOf(model);
  }

  async invoke(instances: readonly Readonly<Record<string, Json>>[], at: number): Promise<Invocation> {
    const { law, random, timeoutMs, model } = this;
    // So many draws a request whatever is wrong: a fault changes nothing but what it is about.
    const [slowness, failing, waiting] = [random.normal(), random.next(), random.next()];
    if (this.stopped) return { predictions: null, latencyMs: 0, error: 'the server ended' };
    const { errorPercent, timeoutPercent, slower, movedBy } = this.conditionAt(at);
    const latencyMs = Math.exp(law.location + law.spread * slowness) * slower;
    if (100 * waiting < timeoutPercent) return timedOut(timeoutMs);
    if (100 * failing < errorPercent) {
      return { predictions: null, latencyMs: Math.min(latencyMs, timeoutMs), error: 'status 500: "stand-in error"' };
    }
    const answers = instances.map((instance) => this.predict(instance));
    const predictions = movedBy === 0 ? answers : answers.map((answer) => moveAnswer(model, answer, movedBy));
    return { predictions, latencyMs: Math.min(latencyMs, timeoutMs), error: null };
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}

const timedOut = (timeoutMs: number): Invocation => ({
  predictions: null,
  latencyMs: timeoutMs,
  error: `no answer within ${timeoutMs} ms`,
});

/** What the scenario does to a version. Faults of the challenger are about versions that were trained since they began. */
function conditionOf(options: StandInServingOptions, law: ServingLaw, trainedAt: number): (at: number) => Condition {
  const { definition, scenario, start, requestsPerMinute } = options;
  const { instances, targetRequestsPerInstance } = definition.serving;
  const capacity = instances.max * targetRequestsPerInstance;
  const active = <K extends FaultKind>(at: number, kind: K): FaultOf<K>[] => activeFaults(scenario, start, at, kind);
  const challenging = <K extends FaultKind>(at: number, kind: K): FaultOf<K>[] =>
    active(at, kind).filter((fault) => trainedAt >= faultSpan(fault, start).from);
  return (at) => {
    const errors = [...active(at, 'serviceErrors'), ...challenging(at, 'challengerErrors')];
    const latencies = [...active(at, 'serviceLatency'), ...challenging(at, 'challengerLatency')];
    const load = underLoad(requestsPerMinute(at) / capacity);
    return {
      errorPercent: togetherPercent([law.errorPercent, ...errors.map(({ percent }) => percent)]),
      timeoutPercent: load.timeoutPercent,
      slower: latencies.reduce((factor, { percent }) => factor * Math.max(0, 1 + percent / 100), load.slower),
      movedBy: challenging(at, 'challengerAnswers').reduce((sum, { by }) => sum + by, 0),
    };
  };
}
