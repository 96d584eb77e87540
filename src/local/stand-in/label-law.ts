import type { Json } from '../../kernel/json';

/** Chance of one label. */
export interface LabelDraws {
  /** Standard normal. */
  readonly normal: number;
  /** In [0, 1). */
  readonly uniform: number;
}

/** How a label follows the features. */
export interface LabelLaw {
  /**
   * @param scores of the features that it follows, in their order: mean 0, standard deviation 1 each
   * @param relation 1 as the model learnt it, 0 for none, −1 turned round
   */
  label(scores: readonly number[], relation: number, draws: LabelDraws): Json;
  /** What stands in the label's column before the truth is known. */
  readonly early: Json;
}

/** Weights of features in a score with standard deviation 1: signs by chance, none more than twice another. */
export function signalWeights(count: number, random: { next(): number }): number[] {
  const raw = Array.from({ length: count }, (_, place) => {
    const size = count === 1 ? 1 : 1 - (0.5 * place) / (count - 1);
    return random.next() < 0.5 ? -size : size;
  });
  const length = Math.sqrt(raw.reduce((sum, weight) => sum + weight * weight, 0));
  return raw.map((weight) => weight / length);
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, place) => sum + value * b[place]!, 0);
