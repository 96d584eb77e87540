import type { Json } from '../../kernel/json';
import type { Random } from '../../runtime/core/statistics/random';
import { classDirections } from './class-directions';
import { sharesOf } from './discrete-column';
import { dot, type LabelLaw, signalWeights } from './label-law';
import { logistic } from './least-squares';

type Scalar = string | number | boolean;

/** Looked up once: globals are slow where code runs in a sandbox, as tests do. */
const { exp, log, max } = Math;
/** Share of the positive class. */
const BASE_RATE = 0.4;
/** Halvings of a search, and roundings of class shares: to 8 and to about 4 digits. */
const ROUNDS = { halving: 30, shares: 20 } as const;

/**
 * A binary label by the logistic law: the log-odds are a linear function of the features.
 * @param separation standard deviation of the log-odds
 * @param sample scores of some rows, from which the share of positives is set
 */
export function binaryLabel(
  [negative, positive]: readonly [Scalar, Scalar],
  separation: number,
  sample: readonly (readonly number[])[],
  random: Random,
): LabelLaw {
  const weights = signalWeights(sample[0]?.length ?? 0, random);
  const signals = sample.map((scores) => separation * dot(weights, scores));
  let [low, high] = [-10 - 4 * separation, 10 + 4 * separation];
  for (let round = 0; round < ROUNDS.halving; round++) {
    const middle = (low + high) / 2;
    const rate = signals.reduce((sum, signal) => sum + logistic(middle + signal), 0) / signals.length;
    if (rate < BASE_RATE) low = middle;
    else high = middle;
  }
  return {
    label: (scores, relation, { uniform }) =>
      uniform < logistic(low + relation * separation * dot(weights, scores)) ? positive : negative,
    early: negative,
  };
}

/**
 * One of several classes by the multinomial logistic law: each class has a direction in the space of the features.
 * @param separation length of the directions
 */
export function multiclassLabel(
  classes: readonly Scalar[],
  separation: number,
  sample: readonly (readonly number[])[],
  random: Random,
): LabelLaw {
  const directions = classDirections(classes.length, sample[0]?.length ?? 0, random);
  const wanted = sharesOf(classes.length);
  const signalsOf = (scores: readonly number[], relation: number): number[] =>
    directions.map((direction) => relation * separation * dot(direction, scores));
  const sampled = sample.map((scores) => signalsOf(scores, 1));
  const biases = classes.map(() => 0);
  for (let round = 0; round < ROUNDS.shares; round++) {
    const shares = classes.map(() => 1e-9);
    for (const signals of sampled) {
      softmax(signals, biases).forEach((share, place) => {
        shares[place]! += share / sampled.length;
      });
    }
    shares.forEach((share, place) => {
      biases[place]! += log(wanted[place]! / share);
    });
  }
  return {
    label: (scores, relation, { uniform }): Json => {
      let rest = uniform;
      const place = softmax(signalsOf(scores, relation), biases).findIndex((share) => {
        rest -= share;
        return rest < 0;
      });
      return classes[place === -1 ? classes.length - 1 : place]!;
    },
    early: classes[0]!,
  };
}

function softmax(signals: readonly number[], biases: readonly number[]): number[] {
  const sums = signals.map((signal, place) => signal + biases[place]!);
  const most = max(...sums);
  const powers = sums.map((sum) => exp(sum - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
