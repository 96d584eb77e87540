import { computeMetric, prepareMetric } from '../metrics/metric';
import { readSample } from '../metrics/rows';
import type { PreparedMetric, Sample } from '../metrics/sample';
import { forEachResample, RESAMPLES } from '../statistics/bootstrap';
import { createRandom } from '../statistics/random';
import type { GateInput, ScoredRow, SliceId } from './types';

/** A metric of both models on the same rows: points, and values on the same resamples (NaN where a resample has none). */
export interface MetricDistribution {
  readonly candidate: number | null;
  readonly champion: number | null;
  readonly candidateResamples: Float64Array;
  /** candidate − champion, resample by resample; null without a champion. */
  readonly differenceResamples: Float64Array | null;
}

/** Rows that are judged together: the whole test set or one slice of it. */
export interface Population {
  readonly slice: SliceId | null;
  readonly rows: number;
  readonly candidate: Sample;
  readonly champion: Sample | null;
  /** Distributions of the metrics that were asked for, all from the same resamples. */
  readonly distributions: ReadonlyMap<string, MetricDistribution>;
}

/**
 * Resamples the rows once for all metrics and both models. The draws depend on the seed and the slice's name alone, so that adding a
 * metric or a slice changes no other result. O(resamples × rows × metrics).
 * @param rows without faults, in the order of their keys
 * @returns null when a row cannot be used
 */
export function resamplePopulation(
  input: Pick<GateInput, 'task' | 'positive' | 'seed'>,
  rows: readonly ScoredRow[],
  slice: SliceId | null,
  metrics: Iterable<string>,
  withChampion: boolean,
): Population | null {
  const candidate = armSample(input, rows, (row) => row.candidate);
  const champion = withChampion ? armSample(input, rows, (row) => row.champion ?? null) : null;
  if (candidate === null || (withChampion && champion === null)) return null;

  const arms = [...metrics].map((metric) => ({
    metric,
    candidate: prepareMetric(metric, candidate),
    champion: champion && prepareMetric(metric, champion),
    candidateResamples: new Float64Array(RESAMPLES).fill(Number.NaN),
    differenceResamples: champion && new Float64Array(RESAMPLES).fill(Number.NaN),
  }));
  const random = createRandom(JSON.stringify([String(input.seed), slice && [slice.column, slice.value]]));
  if (rows.length > 0 && arms.length > 0) {
    forEachResample(rows.length, random, RESAMPLES, (counts, index) => {
      for (const arm of arms) {
        const value = valueOn(arm.candidate, counts);
        arm.candidateResamples[index] = value;
        if (arm.differenceResamples) arm.differenceResamples[index] = value - valueOn(arm.champion, counts);
      }
    });
  }
  return {
    slice,
    rows: rows.length,
    candidate,
    champion,
    distributions: new Map(
      arms.map(({ metric, candidateResamples, differenceResamples }) => [
        metric,
        {
          candidate: computeMetric(metric, candidate),
          champion: champion && computeMetric(metric, champion),
          candidateResamples,
          differenceResamples,
        },
      ]),
    ),
  };
}

/** True when both models answered every row with the same class or number and, where they give probabilities, the same ones. */
export function answersAreIdentical(candidate: Sample, champion: Sample): boolean {
  if (candidate.task === 'multiclassClassification' && champion.task === 'multiclassClassification') {
    return (
      candidate.labelProbabilities !== null &&
      sameNumbers(candidate.labelProbabilities, champion.labelProbabilities) &&
      candidate.predictions.every((at, row) => candidate.classes[at] === champion.classes[champion.predictions[row]!])
    );
  }
  if (candidate.task === 'binaryClassification' && champion.task === 'binaryClassification') {
    return (
      candidate.probabilities !== null &&
      sameNumbers(candidate.probabilities, champion.probabilities) &&
      sameNumbers(candidate.predictions, champion.predictions)
    );
  }
  return sameNumbers(candidate.predictions, champion.predictions);
}

function armSample(
  { task, positive }: Pick<GateInput, 'task' | 'positive'>,
  rows: readonly ScoredRow[],
  answer: (row: ScoredRow) => ScoredRow['candidate'],
): Sample | null {
  return readSample(
    task,
    rows.map((row) => ({ label: row.label, prediction: answer(row) })),
    positive,
  ).sample;
}

function valueOn(metric: PreparedMetric | null, counts: Uint16Array): number {
  return metric?.(counts) ?? Number.NaN;
}

function sameNumbers(left: ArrayLike<number>, right: ArrayLike<number> | null): boolean {
  if (right === null || left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
