import type { Json } from '../../kernel/json';
import type { StandInModel } from './learner';

/** Standard deviations by which a class that is not the last one has become the last one. */
const ALL = 3;

/**
 * An answer that is off by so many standard deviations of the label: a number or a probability is moved, of several classes
 * that share of the probability goes to the last one (to the first for a negative number).
 */
export function moveAnswer({ task, labelDeviation, outputs }: StandInModel, answer: Json, by: number): Json {
  if (task === 'regression') return Number(answer) + by * labelDeviation;
  const classes = outputs.map((output) => output.class);
  if (task === 'binaryClassification') {
    const { probability } = answer as { readonly probability: number };
    const moved = Math.min(Math.max(probability + by * labelDeviation, 0), 1);
    return { prediction: (moved >= 0.5 ? classes[0] : classes[1]) ?? null, probability: moved };
  }
  const { probabilities } = answer as { readonly probabilities: Readonly<Record<string, number>> };
  const share = Math.min(Math.abs(by) / ALL, 1);
  const favoured = String(by > 0 ? classes.at(-1) : classes[0]);
  const moved = Object.fromEntries(
    Object.entries(probabilities).map(([name, value]) => [name, (1 - share) * value + (name === favoured ? share : 0)]),
  );
  const best = classes.reduce((first, one) => ((moved[String(one)] ?? 0) > (moved[String(first)] ?? 0) ? one : first));
  return { prediction: best ?? null, probabilities: moved };
}
