import { dataSchema } from '../../definition/data';
import { qualitySchema } from '../../definition/monitoring';
import { toJson } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import {
  conceptDriftVerdict,
  errorStream,
  type MeasuredMetric,
  type QualityVerdict,
  qualityVerdict,
} from '../core/drift';
import type { MetricPoint } from '../ports';
import { answer } from './answer';
import { changeDocument } from './compare-and-swap';
import { costPoints } from './cost-per-prediction';
import { writeJson } from './json-artifact';
import { artifactKeys, stateKeys } from './keys';
import { type MetricValue, measureMetrics } from './measure';
import { type MonitoringDocument, NOTHING_SEEN } from './monitoring-document';
import type { UseCaseFunction } from './ports';
import { type MaturedRow, maturedRows, maturedSpan } from './quality-rows';
import { argumentText, section } from './read-event';
import { readRegistry } from './registry-document';
import { readVersion } from './version-record';

/** Three standard deviations of the label are the error that counts as 1 in the stream of errors. */
const ERROR_SCALE = 3;

/**
 * Judges the champion on matured labels: its metrics against their bounds and its own figures at release, and, when
 * quality fell, whether the inputs explain it. Events before the champion's test rows ended are not counted: it was
 * judged on those.
 */
export const monitorQuality: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'data' | 'sql' | 'dialect' | 'telemetry' | 'metrics' | 'clock'
> = async (event, ports) => {
  const data = section(event, 'data', dataSchema);
  const policy = section(event, 'quality', qualitySchema);
  const task = argumentText<Task>(event, 'task');
  const { champion } = (await readRegistry(ports)).aliases;
  if (champion === null) return answer({ verdict: 'noChampion', explanation: 'no version serves yet' });
  const record = await readVersion(ports.artifacts, champion);
  const now = ports.clock.now();
  const span = maturedSpan(now, policy.window, data);
  const sliceColumns = policy.slices.map(({ column }) => column);
  const rows = await maturedRows(ports, { task, data, version: record.version, ...span, sliceColumns });
  const names = Object.keys(policy.metrics);
  const { values, usable } = measureMetrics(task, names, rows ?? [], data.label.positive);
  const measured = names.flatMap((metric): MeasuredMetric[] => {
    const value = values[metric];
    return value === undefined ? [] : [{ metric, ...value, atRelease: record.atRelease[metric] ?? null }];
  });
  const quality = qualityVerdict(measured, usable, policy);
  const seen = ((await ports.state.read(stateKeys.monitoring(ports.model)))?.value ??
    NOTHING_SEEN) as unknown as MonitoringDocument;
  const within = seen.windows.filter(({ span: one }) => {
    const end = Date.parse(one.end) / 1000;
    return end > span.fromSeconds && end <= now;
  });
  const scale = task === 'regression' ? ERROR_SCALE * (record.labelDeviation ?? 0) : null;
  const pairs = (rows ?? []).map(({ label, prediction }) => ({
    label,
    prediction: prediction?.value ?? (prediction?.probability ?? 0) >= 0.5,
  }));
  const concept = conceptDriftVerdict({
    quality,
    inputs: within,
    errors: scale === 0 ? [] : errorStream(pairs, scale),
    minLabels: policy.minLabels,
  });
  await rememberFault(quality.verdict === 'critical' ? now : null);
  const bySlice = policy.slices.flatMap((slice) => sliceValues(slice, rows ?? []));
  const result = {
    champion: record.version,
    window: { start: instant(span.fromSeconds), end: instant(span.toSeconds) },
    labels: usable,
    verdict: quality.verdict,
    metrics: Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value])),
    atRelease: Object.fromEntries(names.map((name) => [name, record.atRelease[name]?.value ?? null])),
    checks: quality.checks,
    slices: bySlice,
    concept: { cause: concept.cause, explanation: concept.explanation },
    explanation: rows === null ? 'the data has no key: labels cannot be joined with predictions' : concept.explanation,
  };
  const evidence = artifactKeys.monitoring('quality', instant(now).replaceAll(':', '-'));
  await writeJson(ports.artifacts, evidence, result);
  await ports.metrics.emit(
    [
      ...points(values, quality, concept.cause, usable),
      ...slicePoints(bySlice),
      ...(await costPoints(ports, event, record.version, { fromSeconds: span.fromSeconds, toSeconds: now })),
    ],
    now,
  );
  return answer({ ...result, evidence: ports.artifacts.uri(evidence) });

  function sliceValues(
    { column, values: wanted }: { readonly column: string; readonly values?: readonly unknown[] },
    all: readonly MaturedRow[],
  ): { column: string; value: string; metrics: Readonly<Record<string, MetricValue>>; rows: number }[] {
    const present = [...new Set(all.map((row) => row.slices[column]))].filter(
      (one) => one !== null && one !== undefined,
    );
    const shown = wanted === undefined ? present.map(String).sort() : wanted.map(String);
    return shown.map((value) => {
      const of = all.filter((row) => String(row.slices[column]) === value);
      return { column, value, rows: of.length, metrics: measureMetrics(task, names, of, data.label.positive).values };
    });
  }

  /** Since when quality is critical, for the time to fix; an earlier begin stands. */
  function rememberFault(since: number | null): Promise<void> {
    return changeDocument(ports.state, stateKeys.monitoring(ports.model), (value) => {
      const before = (value ?? NOTHING_SEEN) as unknown as MonitoringDocument;
      const faultySince = since === null ? null : (before.faultySince ?? since);
      const write = before.faultySince === faultySince ? undefined : toJson({ ...before, faultySince });
      return { write, answer: undefined };
    });
  }
};

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();

function points(
  values: Readonly<Record<string, MetricValue>>,
  quality: QualityVerdict,
  cause: string,
  labels: number,
): MetricPoint[] {
  const decided = quality.checks.filter(({ verdict }) => verdict !== 'insufficientData');
  return [
    ...Object.entries(values).map(([Metric, { value }]) => ({
      name: 'Quality' as const,
      value,
      dimensions: { Metric },
    })),
    ...[...new Set(decided.map(({ metric }) => metric))].map((Metric) => ({
      name: 'QualityBreach' as const,
      value: decided.some((one) => one.metric === Metric && one.verdict === 'critical') ? 1 : 0,
      dimensions: { Metric },
    })),
    ...(quality.verdict === 'insufficientData'
      ? []
      : [{ name: 'ConceptDrift' as const, value: cause === 'conceptDrift' ? 1 : 0, dimensions: {} }]),
    { name: 'LabelledRows', value: labels, dimensions: {} },
  ];
}

/** A point a slice value; the alarm's statistic picks the worst. */
const slicePoints = (
  slices: readonly { readonly column: string; readonly metrics: Readonly<Record<string, MetricValue>> }[],
): MetricPoint[] =>
  slices.flatMap(({ column, metrics }) =>
    Object.entries(metrics).map(([Metric, { value }]) => ({
      name: 'Quality' as const,
      value,
      dimensions: { Metric, Slice: column },
    })),
  );
