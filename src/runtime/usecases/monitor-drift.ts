import { dataSchema } from '../../definition/data';
import type { DriftMethod } from '../../kernel/drift-defaults';
import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import {
  couldHoldOthers,
  type DriftVerdict,
  driftRules,
  driftVerdict,
  needsSketch,
  predictionRule,
  type ReferenceProfile,
  type WindowOutcome,
  type WindowProfile,
} from '../core/drift';
import type { MetricPoint } from '../ports';
import { profileReference, profileWindow, profileWindows } from '../sql/run-profiles';
import type { TimeRange } from '../sql/table-source';
import type { WindowRequest } from '../sql/window-profile';
import { answer } from './answer';
import { CAPTURE_COLUMNS } from './capture-columns';
import { changeDocument } from './compare-and-swap';
import { driftPolicy, quantileMode, watchedColumns } from './data-comparison';
import { readJson, writeJson } from './json-artifact';
import { artifactKeys, stateKeys } from './keys';
import { type MonitoringDocument, NOTHING_SEEN } from './monitoring-document';
import type { Ports, UseCaseFunction } from './ports';
import { section } from './read-event';
import { readRegistry } from './registry-document';
import { readVersion } from './version-record';

type Needs = 'model' | 'artifacts' | 'state' | 'data' | 'sql' | 'dialect' | 'metrics' | 'clock';

/** Outcomes that are kept: enough for every m of n, and for concept drift over a quality window. */
const REMEMBERED = 400;

/**
 * Compares the newest window of captured requests with the champion's reference: its training data for the inputs, its
 * frozen test rows for the answers. Requests that a challenger answered in a release are part of the window. The same
 * window judged twice counts once.
 */
export const monitorDrift: UseCaseFunction<Needs> = async (event, ports) => {
  const data = section(event, 'data', dataSchema);
  const policy = driftPolicy(event.arguments['drift']);
  const { champion } = (await readRegistry(ports)).aliases;
  if (champion === null) return answer({ verdict: 'noChampion', explanation: 'no version serves yet' });
  const now = ports.clock.now();
  const windowSeconds = durationSeconds(policy.window);
  const range: TimeRange = {
    column: CAPTURE_COLUMNS.eventTime,
    startMillis: (now - windowSeconds) * 1000,
    endMillis: now * 1000,
  };
  const windows = policy.reference === 'previousWindow' ? 2 : 1;
  const table = await ports.data.capture({ reader: 'drift', sinceSeconds: now - windows * windowSeconds });
  const { names, floating, columns } = await watchedColumns(ports, table, data, policy);
  const references = await referencesOf(champion);
  const before = ((await ports.state.read(stateKeys.monitoring(ports.model)))?.value ??
    NOTHING_SEEN) as unknown as MonitoringDocument;
  const watchedSince = before.watchedSince ?? now;
  const judged = await judge();
  const verdict = judged === null ? null : combined(judged.inputs, judged.answers);
  // A version that serves and was never asked, or of which nothing is captured, has data as old as the first look.
  const ageSeconds = (await dataAge(ports, now, judged?.newestMillis ?? null)) ?? now - watchedSince;
  const at = new Date(now * 1000).toISOString();
  const evidence = artifactKeys.monitoring('drift', at.replaceAll(':', '-'));
  if (verdict === null) {
    const undecided = { verdict: 'insufficientData', explanation: 'there is no reference to compare with', at };
    await writeJson(ports.artifacts, evidence, { champion: Number(champion), ...undecided });
    await remember(null);
    await ports.metrics.emit(
      [
        { name: 'DataVerdict', value: 0, dimensions: {} },
        { name: 'DataAge', value: ageSeconds, dimensions: {} },
      ],
      now,
    );
    return answer(undecided);
  }
  await remember(verdict.outcome);
  await writeJson(ports.artifacts, evidence, { champion: Number(champion), ...verdict });
  await ports.metrics.emit(points(verdict, ageSeconds), now);
  return answer({
    champion: Number(champion),
    window: verdict.span,
    rows: verdict.rows,
    verdict: verdict.verdict,
    driftedColumns: verdict.columns.filter((one) => one.verdict === 'critical').map((one) => one.column),
    driftedColumnsPercent: verdict.driftedColumnsPercent,
    dataDrift: verdict.alarms.dataDrift,
    predictionDrift: verdict.alarms.predictionDrift,
    identity: verdict.identity,
    dataAgeSeconds: ageSeconds,
    explanation: verdict.explanation,
    evidence: ports.artifacts.uri(evidence),
  });

  /** The same window again replaces its outcome. */
  async function remember(outcome: WindowOutcome | null): Promise<void> {
    await changeDocument(ports.state, stateKeys.monitoring(ports.model), (value) => {
      const seen = (value ?? NOTHING_SEEN) as unknown as MonitoringDocument;
      const others = seen.windows.filter(
        ({ span }) => span.end !== outcome?.span.end || span.start !== outcome.span.start,
      );
      const windows = [...others, ...(outcome === null ? [] : [outcome])]
        .sort((a, b) => (a.span.end < b.span.end ? -1 : 1))
        .slice(-REMEMBERED);
      return { write: { ...seen, watchedSince, windows } as unknown as Json, answer: undefined };
    });
  }

  async function referencesOf(version: string): Promise<Record<'inputs' | 'predictions', ReferenceProfile | null>> {
    const record = await readVersion(ports.artifacts, version);
    const stored = (await readJson(ports.artifacts, artifactKeys.profile(record.run), 'the reference profile')) as {
      readonly [key in 'inputs' | 'predictions']: Json;
    };
    const predictions = policy.predictions ? (stored.predictions as unknown as ReferenceProfile | null) : null;
    if (policy.reference === 'training')
      return { inputs: stored.inputs as unknown as ReferenceProfile | null, predictions };
    const previous = { ...range, startMillis: range.startMillis - windowSeconds * 1000, endMillis: range.startMillis };
    const inputs = await profileReference(ports.sql, ports.dialect, {
      table,
      range: previous,
      columns,
      prediction: null,
      bins: policy.bins,
      quantiles: 'approximate',
      origin: { dataDigest: `window:${previous.startMillis}-${previous.endMillis}`, source: 'previousWindow' },
    });
    return { inputs: inputs.rows === 0 ? null : inputs, predictions };
  }

  /** Inputs and answers, from one scan; a second one only where columns may hold the values of others. */
  async function judge() {
    const { inputs, predictions } = references;
    const ofInputs = driftRules(policy, data).some(({ method }) => needsSketch(method));
    const asks = [
      ...(inputs === null ? [] : [request(inputs, ofInputs)]),
      ...(predictions === null ? [] : [request(predictions, needsSketch(answersMethod(predictions)))]),
    ];
    const [first, ...rest] = asks;
    if (first === undefined) return null;
    const { profiles, newestMillis } = await profileWindows(ports.sql, ports.dialect, [first, ...rest], true);
    // Windows that end later are not counted; they are kept in the order of their ends.
    const history = before.windows
      .filter(({ span }) => Date.parse(span.end) <= range.endMillis)
      .slice(-policy.breaches.of - 1);
    const verdictOf = (reference: ReferenceProfile | null, window: WindowProfile | undefined): DriftVerdict | null =>
      reference === null || window === undefined ? null : driftVerdict({ reference, window, policy, data, history });
    const counted = inputs === null ? undefined : profiles[0];
    const seen =
      inputs !== null && first.sketch === 'none' && couldHoldOthers(inputs, counted!)
        ? await profileWindow(ports.sql, ports.dialect, request(inputs, true))
        : counted;
    return { inputs: verdictOf(inputs, seen), answers: verdictOf(predictions, profiles.at(-1)), newestMillis };
  }

  function request(reference: ReferenceProfile, isSketched: boolean): WindowRequest {
    const sketch = isSketched ? quantileMode(reference.rows) : 'none';
    return { table, range, reference, columns: names, floating, sketch };
  }

  function answersMethod({ prediction }: ReferenceProfile): DriftMethod {
    return prediction === null ? policy.method : predictionRule(policy, prediction.type).method;
  }
};

/**
 * The verdicts of inputs and answers as one: they have references of their own (the answers of a model on the rows that it
 * was trained on say nothing of its answers later), and each alarm is counted by itself.
 */
function combined(inputs: DriftVerdict | null, answers: DriftVerdict | null): DriftVerdict | null {
  if (inputs === null || answers === null) return inputs ?? answers;
  const worst = (['critical', 'warning', 'ok', 'insufficientData'] as const).find(
    (level) => inputs.verdict === level || answers.prediction?.verdict === level,
  );
  const outcome: WindowOutcome = { ...inputs.outcome, predictionBreach: answers.outcome.predictionBreach };
  return {
    ...inputs,
    verdict: worst ?? inputs.verdict,
    prediction: answers.prediction,
    outcome,
    alarms: { ...inputs.alarms, predictionDrift: answers.alarms.predictionDrift },
    explanation:
      answers.prediction === null ? inputs.explanation : `${inputs.explanation}; ${answers.prediction.explanation}`,
  };
}

/**
 * Seconds since the newest event that was captured; null when nothing was.
 * @param newestMillis of the window; null asks for all that was captured
 */
async function dataAge(
  { data, sql, dialect }: Pick<Ports, 'data' | 'sql' | 'dialect'>,
  now: number,
  newestMillis: number | null,
): Promise<number | null> {
  if (newestMillis !== null) return Math.max(0, now - newestMillis / 1000);
  const newest = `MAX(${dialect.identifier(CAPTURE_COLUMNS.eventTime)})`;
  const [row] = await sql.query(
    `SELECT ${dialect.epochMillis(newest)} AS newest_ms FROM ${dialect.table(await data.capture())}`,
  );
  const value = row?.['newest_ms'];
  return value === null || value === undefined ? null : Math.max(0, now - Number(value) / 1000);
}

function points(verdict: DriftVerdict, ageSeconds: number): MetricPoint[] {
  const { columns, prediction, outcome, alarms, driftedColumnsPercent } = verdict;
  // A distance of too few rows, or within chance, is no score: an alarm on it would ring for nothing.
  const scored = columns.filter((one) => one.statistic !== null && one.reason === null);
  return [
    ...scored.map((one) => ({
      name: 'DriftScore' as const,
      value: one.statistic!,
      dimensions: { Column: one.column },
    })),
    ...(driftedColumnsPercent === null
      ? []
      : [{ name: 'DriftedColumnsPercent' as const, value: driftedColumnsPercent, dimensions: {} }]),
    ...(outcome.dataBreach === null
      ? []
      : [{ name: 'DriftBreach' as const, value: alarms.dataDrift ? 1 : 0, dimensions: {} }]),
    ...(prediction === null || prediction.statistic === null || prediction.reason !== null
      ? []
      : [{ name: 'PredictionDrift' as const, value: prediction.statistic, dimensions: {} }]),
    { name: 'DataVerdict', value: outcome.dataBreach === null ? 0 : 1, dimensions: {} },
    { name: 'DataAge', value: ageSeconds, dimensions: {} },
  ];
}
