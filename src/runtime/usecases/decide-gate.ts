import { dataSchema } from '../../definition/data';
import { evaluationSchema } from '../../definition/evaluation';
import type { Json } from '../../kernel/json';
import { isCustomMetric, type Task } from '../../kernel/metric-catalogue';
import { type CustomMetricValue, evaluateGate, type ServingSmokeResult } from '../core/gate';
import type { Scalar } from '../core/metrics/rows';
import { answer } from './answer';
import { writeJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { UseCaseFunction } from './ports';
import { argumentNumber, argumentText, at, section } from './read-event';
import { readScores, readTestRows } from './scored-rows';
import { readVersion } from './version-record';

const GATE_METRIC = { pass: 1, inconclusive: 0, fail: -1 } as const;

/** Judges the candidate on the frozen rows, beside the champion where there is one; the evidence is stored. */
export const decideGate: UseCaseFunction<'artifacts' | 'metrics' | 'clock'> = async (event, ports) => {
  const { artifacts } = ports;
  const { run, state } = event;
  const data = section(event, 'data', dataSchema);
  const evaluation = section(event, 'evaluation', evaluationSchema);
  const task = argumentText<Task>(event, 'task');
  const sliceColumns = [...evaluation.slices, ...evaluation.fairness].map(({ column }) => column);
  const testRows = await readTestRows(artifacts, run, data, sliceColumns);
  const candidate = await readScores(artifacts, run, 'candidate', testRows);
  const champion =
    at(state, 'championScores') === undefined ? null : await readScores(artifacts, run, 'champion', testRows);
  const result = evaluateGate({
    task,
    evaluation,
    ...(data.label.positive !== undefined && { positive: data.label.positive }),
    rows: testRows.map((row, place) => ({
      key: row.key,
      label: row.label,
      candidate: candidate[place] ?? null,
      ...(champion !== null && { champion: champion[place] ?? null }),
      slices: Object.fromEntries(sliceColumns.map((column) => [column, sliceValue(row.columns[column])])),
    })),
    candidate: { testSetDigest: testSetOf(state, 'candidateScores') },
    champion: champion === null ? null : { testSetDigest: testSetOf(state, 'championScores') },
    custom: await customMetrics(),
    serving: smokeResult(at(state, 'candidateScores.serving')),
    seed: argumentNumber(event, 'seed'),
  });
  await writeJson(artifacts, artifactKeys.gate(run), result);
  await ports.metrics.emit(
    [{ name: 'GateVerdict', value: GATE_METRIC[result.verdict], dimensions: {} }],
    ports.clock.now(),
  );
  return answer({
    verdict: result.verdict,
    explanation: result.explanation,
    firstVersion: result.firstVersion,
    primary: result.primary,
    checks: result.checks.map(({ id, verdict, value, bound }) => ({ id, verdict, value, bound })),
    rows: testRows.length,
    evidence: artifacts.uri(artifactKeys.gate(run)),
  });

  /** Metrics that only the trainer can compute, of the candidate and of the champion. */
  async function customMetrics(): Promise<CustomMetricValue[]> {
    const ofCandidate = at(state, 'evaluation.metrics');
    const championVersion = at(state, 'evaluation.champion.version');
    const before = typeof championVersion === 'number' ? await readVersion(artifacts, String(championVersion)) : null;
    return Object.keys(evaluation.metrics)
      .filter(isCustomMetric)
      .flatMap((metric) => {
        const name = metric.slice('custom.'.length);
        const value = at(ofCandidate, name) ?? (ofCandidate as Record<string, Json> | undefined)?.[metric];
        const old = before?.trainerMetrics[name] ?? before?.trainerMetrics[metric];
        if (typeof value !== 'number') return [];
        return [{ metric, candidate: value, ...(old !== undefined && { champion: old }) }];
      });
  }
};

const sliceValue = (value: Json | undefined): Scalar | null =>
  value === undefined || value === null || typeof value === 'object' ? null : (value as Scalar);

/** Digest of the rows that a scoring job has scored; another text for each subject that says nothing, so that it never fits. */
const testSetOf = (state: { readonly [key: string]: Json }, output: string): string =>
  textOf(at(state, `${output}.testSetDigest`)) ?? `unknown to ${output}`;

function smokeResult(value: Json | undefined): ServingSmokeResult | null {
  const [loaded, rowsQueried, failures, latency] = ['loaded', 'rowsQueried', 'failures', 'latencyP99Ms'].map((name) =>
    at(value, name),
  );
  if (typeof loaded !== 'boolean' || typeof rowsQueried !== 'number' || typeof failures !== 'number') return null;
  return { loaded, rowsQueried, failures, latencyP99Ms: typeof latency === 'number' ? latency : null };
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
