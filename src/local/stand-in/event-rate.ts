import type { ModelDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import { discreteValues } from './columns';
import { sharesOf } from './discrete-column';

const DAY = 86_400;
/** How many times as many rows as a window, a set of labels or a set of rows must have at least. */
const WINDOW = 3;
const SET = 2;
/** Fewest events a day, whatever the definition asks for: one an hour. */
const LEAST = 24;

/**
 * Events a day with which every window of the definition has rows to spare: three times what a window of drift and quality
 * needs, of which only captured requests count; twice the labels between two trainings; twice the rows of the history and
 * of its test set with its slices; three events within the time after which a feed counts as stale.
 * @param historySeconds length of the data that had arrived before the scenario begins
 */
export function eventsPerDayFor(definition: ModelDefinition, historySeconds: number): number {
  const { monitoring, retraining, serving, data } = definition;
  const captured = Math.max(serving.capturePercent, 1) / 100;
  const perDay = (rows: number, seconds: number): number => (rows * DAY) / Math.max(seconds, 1);
  const { drift, quality } = monitoring;
  const rates = [
    drift === undefined ? 0 : perDay((WINDOW * drift.minRows) / captured, durationSeconds(drift.window)),
    quality === undefined ? 0 : perDay((WINDOW * quality.minLabels) / captured, durationSeconds(quality.window)),
    retraining === undefined ? 0 : perDay(SET * retraining.minNewLabels, durationSeconds(retraining.cooldown)),
    perDay(SET * Math.max(data.minRows, testedRows(definition)), historySeconds),
    ...[monitoring.freshness, data.freshness].map((age) =>
      age === undefined ? 0 : perDay(WINDOW, durationSeconds(age)),
    ),
  ];
  return Math.ceil(Math.max(LEAST, ...rates));
}

/** Rows of a history whose test set has enough rows, also in the smallest slice. */
function testedRows(definition: ModelDefinition): number {
  const { evaluation, training, data } = definition;
  if (evaluation === undefined) return 0;
  const slices = evaluation.slices.map(({ column, values, minRows }) => {
    const declared = data.columns[column];
    const known = declared === undefined ? null : discreteValues(column, declared, definition);
    // The smallest share is that of a value that comes last; a slice of several values has at least that.
    const smallest = known === null ? 1 / Math.max(values?.length ?? 1, 1) : Math.min(...sharesOf(known.length));
    return minRows / smallest;
  });
  return Math.max(evaluation.minRows, ...slices) / (training.split.testPercent / 100);
}
