import type { MetricOf } from '../../../kernel/metric-catalogue';
import { prepareAuc } from './auc';
import { logLossOf } from './log-loss';
import { meanOf } from './mean';
import type { BinarySample, PreparedMetric, RowCounts } from './sample';

interface Confusion {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/**
 * Metrics of a binary classifier, with scikit-learn's formulas. Values in [0, 1] but for logLoss (in nats).
 * - accuracy: share of rows whose class is predicted
 * - precision: TP / (TP + FP); 0 when nothing is predicted positive although there are positives; null when there are none either
 * - recall: TP / (TP + FN); null without a positive label
 * - f1: 2 TP / (2 TP + FP + FN); null when nothing is positive, neither labelled nor predicted
 * - auc: see auc.ts; null with one class only
 * - logLoss: mean of −ln p of the true class, clipped (log-loss.ts)
 * - brier: mean of (p − label)²
 *
 * Where null is said, scikit-learn returns 0 with a warning (precision, recall, f1) or NaN (auc).
 * @returns null when the sample lacks the probabilities that the metric reads
 */
export function prepareBinaryMetric(
  metric: MetricOf<'binaryClassification'>,
  sample: BinarySample,
): PreparedMetric | null {
  const { labels, predictions, probabilities } = sample;
  switch (metric) {
    case 'accuracy':
      return meanOf(labels.map((label, row) => (label === predictions[row] ? 1 : 0)));
    case 'precision':
      return fromConfusion(sample, ({ truePositives, falsePositives, falseNegatives }) => {
        if (truePositives + falsePositives > 0) return truePositives / (truePositives + falsePositives);
        return falseNegatives > 0 ? 0 : null;
      });
    case 'recall':
      return fromConfusion(sample, ({ truePositives, falseNegatives }) =>
        ratio(truePositives, truePositives + falseNegatives),
      );
    case 'f1':
      return fromConfusion(sample, ({ truePositives, falsePositives, falseNegatives }) =>
        ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
      );
    case 'auc':
      return probabilities && prepareAuc(labels, probabilities);
    case 'logLoss':
      return probabilities && meanOf(probabilities.map((p, row) => logLossOf(labels[row] === 1 ? p : 1 - p)));
    case 'brier':
      return probabilities && meanOf(probabilities.map((p, row) => (p - labels[row]!) ** 2));
  }
}

function fromConfusion(
  { labels, predictions }: BinarySample,
  value: (confusion: Confusion) => number | null,
): PreparedMetric {
  // 0 true negative, 1 false positive, 2 false negative, 3 true positive
  const cells = labels.map((label, row) => 2 * label + predictions[row]!);
  return (counts: RowCounts) => {
    let truePositives = 0;
    let falsePositives = 0;
    let falseNegatives = 0;
    for (let row = 0; row < cells.length; row++) {
      if (cells[row] === 3) truePositives += counts[row]!;
      else if (cells[row] === 2) falseNegatives += counts[row]!;
      else if (cells[row] === 1) falsePositives += counts[row]!;
    }
    return value({ truePositives, falsePositives, falseNegatives });
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}
