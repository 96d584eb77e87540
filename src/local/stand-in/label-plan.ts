import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { predictionOf } from '../../runtime/usecases';
import { absoluteBounds } from './bounds';
import { binaryLabel, multiclassLabel } from './class-label';
import { binaryClasses, multipleClasses } from './class-values';
import { isComfortable } from './comfortable';
import { type LabelLaw, signalWeights } from './label-law';
import { fitModel, predictorOf } from './learner';
import { regressionLabel } from './regression-label';
import { STREAMS, streamOf } from './stream';

/** A row without its label, and the scores of the features that the label follows. */
export interface Unlabelled {
  readonly row: Readonly<Record<string, Json>>;
  readonly scores: readonly number[];
}

/** How far classes are apart (see `class-label.ts`): the first with which a model is well within the bounds. */
const SEPARATIONS = [4, 6, 9, 14, 22, 40] as const;
/** Part of the sample that a model is trained on. */
const TRAINED = 2 / 3;

/** How the label of a model is made, so that a linear model meets the definition's absolute bounds. */
export function planLabel(model: ModelDefinition, seed: number, sample: readonly Unlabelled[]): LabelLaw {
  const { task, data } = model;
  const name = data.label.column;
  // The same for every separation, so that only the separation differs.
  const random = () => streamOf(seed, STREAMS.label, 0);
  const scores = sample.map((one) => one.scores);
  const features = scores[0]?.length ?? 0;
  if (task === 'regression') {
    return regressionLabel(name, data.columns[name]!, model, signalWeights(features, random()));
  }
  const bounds = absoluteBounds(model);
  let law: LabelLaw | null = null;
  for (const separation of SEPARATIONS) {
    law =
      task === 'binaryClassification'
        ? binaryLabel(binaryClasses(model), separation, scores, random())
        : multiclassLabel(multipleClasses(model), separation, scores, random());
    if (bounds.length === 0 || isLearnable(law)) break;
  }
  return law!;

  /** A model of most of the sample is well within the bounds on the rest. */
  function isLearnable(one: LabelLaw): boolean {
    const draws = streamOf(seed, STREAMS.label, 1);
    const rows = sample.map((each) => {
      const label = one.label(each.scores, 1, { normal: 0, uniform: draws.next() });
      return { ...each.row, [name]: label };
    });
    const split = Math.floor(rows.length * TRAINED);
    const predict = predictorOf(fitModel(rows.slice(0, split), { task, data, trainedAt: 0 }));
    const answered = rows.slice(split).map((row) => ({
      label: row[name] as string | number | boolean,
      prediction: predictionOf(predict(row) as { [key: string]: Json }),
    }));
    return isComfortable(task, answered, bounds, data.label.positive);
  }
}
