import type { Data } from '../../definition/data';
import { isBuiltInMetric, METRICS_BY_TASK, type Task } from '../../kernel/metric-catalogue';
import { buildReferenceProfile, predictionColumn, type ReferenceProfile } from '../core/drift';
import type { Prediction } from '../core/metrics/rows';
import type { ArtifactStore } from '../ports';
import { deviation, type MetricValue, measureMetrics } from './measure';
import { labelled, readScores, readTestRows, type TestRow, watchedAnswer } from './scored-rows';

/** What a version was like on its frozen test rows: what later windows are held against. */
export interface AtRelease {
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly labelDeviation: number | null;
  /** Profile of its answers; null when there were none. */
  readonly predictions: ReferenceProfile | null;
}

/** Measures the candidate on its test rows; nothing where it was not scored (stage foundation). */
export async function measureAtRelease(
  artifacts: ArtifactStore,
  run: string,
  task: Task,
  data: Data,
  options: { readonly bins: number; readonly digest: string; readonly scored: boolean },
): Promise<AtRelease> {
  if (!options.scored) return { metrics: {}, labelDeviation: null, predictions: null };
  const rows = await readTestRows(artifacts, run, data, []);
  const scores = await readScores(artifacts, run, 'candidate', rows);
  const names = METRICS_BY_TASK[task].filter(isBuiltInMetric);
  const { values } = measureMetrics(task, names, labelled(rows, scores), data.label.positive);
  return {
    metrics: values,
    labelDeviation: task === 'regression' ? deviation(numericLabels(rows)) : null,
    predictions: answersProfile(task, scores, options),
  };
}

const numericLabels = (rows: readonly TestRow[]): number[] =>
  rows
    .map(({ label }) => label)
    .filter((label): label is number => typeof label === 'number' && Number.isFinite(label));

function answersProfile(
  task: Task,
  scores: readonly (Prediction | null)[],
  { bins, digest }: { readonly bins: number; readonly digest: string },
): ReferenceProfile | null {
  const column = predictionColumn(task);
  const rows = scores.map((score) => ({ [column.name]: watchedAnswer(task, score) }));
  if (rows.every((row) => row[column.name] === null)) return null;
  return buildReferenceProfile(rows, [], {
    origin: { dataDigest: digest, source: 'training' },
    bins,
    prediction: column,
  });
}
