import type { PreparedMetric } from './sample';

/**
 * Area under the ROC curve as the Mann–Whitney statistic, ties by midranks (Hanley and McNeil, Radiology 143, 1982): the share of
 * pairs of a positive and a negative row in which the positive one has the higher score, a tie counting one half.
 * Scores are sorted once; a resample is one pass of integer counts over the sorted rows, so its value is exact up to one division.
 * Null when one of the two classes has no row.
 */
export function prepareAuc(labels: Uint8Array, scores: Float64Array): PreparedMetric {
  const order = Uint32Array.from(scores.keys()).sort((left, right) => scores[left]! - scores[right]!);
  const startsTie = Uint8Array.from(order, (row, place) =>
    place === 0 || scores[row] !== scores[order[place - 1]!] ? 1 : 0,
  );

  return (counts) => {
    let doubledWins = 0;
    let positives = 0;
    let negatives = 0;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (let place = 0; place < order.length; place++) {
      if (startsTie[place] === 1) {
        doubledWins += tiedPositives * (2 * negatives + tiedNegatives);
        positives += tiedPositives;
        negatives += tiedNegatives;
        tiedPositives = 0;
        tiedNegatives = 0;
      }
      const row = order[place]!;
      if (labels[row] === 1) tiedPositives += counts[row]!;
      else tiedNegatives += counts[row]!;
    }
    doubledWins += tiedPositives * (2 * negatives + tiedNegatives);
    positives += tiedPositives;
    negatives += tiedNegatives;
    return positives === 0 || negatives === 0 ? null : doubledWins / (2 * positives * negatives);
  };
}
