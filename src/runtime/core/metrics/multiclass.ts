import type { MetricOf } from '../../../kernel/metric-catalogue';
import { logLossOf } from './log-loss';
import { meanOf } from './mean';
import type { MulticlassSample, PreparedMetric } from './sample';

/**
 * Metrics of a classifier of several classes, with scikit-learn's formulas.
 * - macroF1: unweighted mean of the classes' F1 over every class that is labelled or predicted in the counted rows
 * - logLoss: mean of −ln p of the true class, clipped (log-loss.ts), in nats
 * - accuracy: share of rows whose class is predicted
 *
 * @returns null when the sample lacks the probabilities that the metric reads
 */
export function prepareMulticlassMetric(
  metric: MetricOf<'multiclassClassification'>,
  sample: MulticlassSample,
): PreparedMetric | null {
  const { labels, predictions, labelProbabilities } = sample;
  switch (metric) {
    case 'macroF1':
      return prepareMacroF1(sample);
    case 'logLoss':
      return labelProbabilities && meanOf(labelProbabilities.map(logLossOf));
    case 'accuracy':
      return meanOf(labels.map((label, row) => (label === predictions[row] ? 1 : 0)));
  }
}

function prepareMacroF1({ labels, predictions, classes }: MulticlassSample): PreparedMetric {
  const hits = new Float64Array(classes.length);
  const labelled = new Float64Array(classes.length);
  const predicted = new Float64Array(classes.length);
  return (counts) => {
    hits.fill(0);
    labelled.fill(0);
    predicted.fill(0);
    for (let row = 0; row < labels.length; row++) {
      const count = counts[row]!;
      const label = labels[row]!;
      const prediction = predictions[row]!;
      labelled[label]! += count;
      predicted[prediction]! += count;
      if (label === prediction) hits[label]! += count;
    }
    let sum = 0;
    let present = 0;
    for (let index = 0; index < classes.length; index++) {
      const size = labelled[index]! + predicted[index]!;
      if (size === 0) continue;
      sum += (2 * hits[index]!) / size;
      present++;
    }
    return present === 0 ? null : sum / present;
  };
}
