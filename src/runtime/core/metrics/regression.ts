import type { MetricOf } from '../../../kernel/metric-catalogue';
import { meanOf } from './mean';
import type { PreparedMetric, RegressionSample } from './sample';

/**
 * Metrics of a regression, e = prediction − label.
 * - rmse: √ mean e², in the label's unit
 * - mae: mean |e|, in the label's unit
 * - mape: mean |e / label| as a fraction (0.1 is ten percent), over the rows whose label is not 0; null when every label is 0.
 *   A percentage of 0 has no meaning; scikit-learn divides by 2⁻⁵² there, and one such row decides the whole value.
 * - r2: 1 − Σe² / Σ(label − mean label)²; null when all labels are equal (scikit-learn: 1 or 0)
 */
export function prepareRegressionMetric(metric: MetricOf<'regression'>, sample: RegressionSample): PreparedMetric {
  const { labels, predictions } = sample;
  const errors = predictions.map((prediction, row) => prediction - labels[row]!);
  switch (metric) {
    case 'rmse': {
      const meanSquare = meanOf(errors.map((error) => error * error));
      return (counts) => {
        const mean = meanSquare(counts);
        return mean === null ? null : Math.sqrt(mean);
      };
    }
    case 'mae':
      return meanOf(errors.map(Math.abs));
    case 'mape':
      return prepareMape(labels, errors);
    case 'r2':
      return prepareR2(labels, errors);
  }
}

/** Rows that mape leaves out because their label is 0. */
export function rowsWithoutPercentage(sample: RegressionSample): number {
  return sample.labels.reduce((rows, label) => rows + (label === 0 ? 1 : 0), 0);
}

function prepareMape(labels: Float64Array, errors: Float64Array): PreparedMetric {
  const shares = errors.map((error, row) => (labels[row] === 0 ? 0 : Math.abs(error / labels[row]!)));
  return (counts) => {
    let sum = 0;
    let total = 0;
    for (let row = 0; row < shares.length; row++) {
      if (labels[row] === 0) continue;
      sum += counts[row]! * shares[row]!;
      total += counts[row]!;
    }
    return total === 0 ? null : sum / total;
  };
}

function prepareR2(labels: Float64Array, errors: Float64Array): PreparedMetric {
  // Labels are centred once: Σy² − (Σy)²/n of uncentred labels loses all digits when the mean is large.
  const mean = labels.reduce((sum, label) => sum + label, 0) / Math.max(1, labels.length);
  const centred = labels.map((label) => label - mean);
  return (counts) => {
    let total = 0;
    let sum = 0;
    let squares = 0;
    let residual = 0;
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < centred.length; row++) {
      const count = counts[row]!;
      if (count === 0) continue;
      const label = centred[row]!;
      total += count;
      sum += count * label;
      squares += count * label * label;
      residual += count * errors[row]! * errors[row]!;
      if (label < lowest) lowest = label;
      if (label > highest) highest = label;
    }
    if (total === 0 || lowest === highest) return null;
    return 1 - residual / (squares - (sum * sum) / total);
  };
}
