import { METRICS } from '../../contract/metrics';
import type { ModelDefinition } from '../../definition/platform';
import type { Severity } from '../../kernel/severity';
import type { ModelPlan } from '../../plan/plan';
import { MemoryNotifier } from '../../runtime/adapters/memory/memory-notifier';
import { MemoryStateStore } from '../../runtime/adapters/memory/memory-state-store';
import type { AlarmPoint } from '../engine/alarm-board';
import type { ModelHistory } from './history/model-history';
import { monthsOf } from './months';
import { notesOf } from './notes';
import type { BacktestOptions } from './options';
import type { Episode } from './replay/alarm-log';
import { type RecordedRelease, recordedReigns } from './replay/champions';
import { endpointAlarms, servingAlarms } from './replay/endpoint-alarms';
import type { MemoSqlEngine } from './replay/memo-sql-engine';
import { RecordedTelemetry } from './replay/recorded-telemetry';
import { type ReplayedRelease, replayRelease } from './replay/release-replay';
import { ModelReplay } from './replay/replay-model';
import { servingMinutes } from './replay/serving-minutes';
import type { ReplaySpan } from './replay/span';
import type { ModelBacktest, ReplayedDecision } from './result';

export interface ModelBacktestInput extends Pick<BacktestOptions, 'onProgress' | 'signal'> {
  readonly platform: string;
  readonly definition: ModelDefinition;
  readonly plan: ModelPlan;
  readonly engine: MemoSqlEngine;
  readonly history: ModelHistory;
  readonly span: ReplaySpan;
  readonly trainingSeconds: number;
}

/** What one model's definition would have done: its endpoint's alarms, its releases, then its monitors and decisions. */
export async function backtestModel(input: ModelBacktestInput): Promise<ModelBacktest> {
  const { platform, definition, plan, engine, history, span, trainingSeconds, onProgress, signal } = input;
  const { recorded } = history;
  const serving = servingAlarms(plan.endpoint.alarms);
  const minutes = servingMinutes(engine, history, span.from, span.last + 1);
  const ringing = (await endpointAlarms(serving, minutes, span)).episodes();
  const { reigns, releases } =
    recorded === null ? { reigns: [], releases: [] } : await recordedReigns(engine, recorded.table, span.from);
  const released = await replayReleases(input, releases, ringing);
  const points = [...released.points, ...otherMetrics(history, span)].sort((a, b) => a.at - b.at);
  const replay = new ModelReplay({
    platform,
    definition,
    plan,
    engine,
    history,
    span,
    reigns,
    points,
    trainingSeconds,
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  });
  await replay.run();
  const alarms = [...replay.alarms.episodes(), ...ringing].sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1));
  const { champion, decisions } = replay;
  const windows = { drift: replay.drift, quality: replay.quality };
  const nameOf = (version: number): string => recorded?.versions[version - 1] ?? String(version);
  return {
    from: span.from,
    to: replay.end,
    rows: {
      reference: champion?.data.trainRows ?? 0,
      predictions: recorded?.rows ?? 0,
      labels: history.truth.rows,
    },
    champions: reigns.map(({ version, from }) => ({ version: nameOf(version), from })),
    atRelease: Object.fromEntries(Object.entries(champion?.atRelease ?? {}).map(([name, { value }]) => [name, value])),
    alarms,
    told: toldOf(alarms, decisions),
    decisions,
    decisionCounts: countsOf(decisions.map(({ action, code }) => `${action}: ${code}`)),
    retrains: countsOf(decisions.flatMap(({ action, cause }) => (action === 'retrain' ? [cause] : []))),
    releases: released.releases.map((one) => ({
      ...one,
      version: nameOf(one.version),
      champion: nameOf(one.champion),
    })),
    months: recorded === null ? [] : await monthsOf(replay.ports, definition, span, windows),
    windows,
    notes: [...history.notes, ...notesOf(history, definition, plan, replay.unknown, released.releases)],
  };
}

async function replayReleases(
  { engine, plan, history, span }: ModelBacktestInput,
  releases: readonly RecordedRelease[],
  ringing: readonly Episode[],
): Promise<{ readonly releases: readonly ReplayedRelease[]; readonly points: readonly AlarmPoint[] }> {
  const aborting = new Set(plan.endpoint.alarms.flatMap(({ id, abortsRelease }) => (abortsRelease ? [id] : [])));
  const firing = (now: number): string[] =>
    ringing
      .filter(({ id, from, to }) => aborting.has(id) && from <= now && (to === null || to > now))
      .map(({ id }) => id);
  const replayed: ReplayedRelease[] = [];
  const points: AlarmPoint[] = [];
  for (const release of releases) {
    const walked = await replayRelease({
      graph: plan.endpoint.graph,
      release,
      ports: { model: history.model, state: new MemoryStateStore(), notifier: new MemoryNotifier() },
      telemetry: (now) => new RecordedTelemetry(engine, history.recorded?.table ?? [], () => firing(now())),
      end: span.last,
    });
    replayed.push(walked.replayed);
    points.push(...walked.points);
  }
  return { releases: replayed, points };
}

/** What a replay emits itself: recorded values of such metrics are those of another definition. */
const REPLAYED = new Set(['monitorDrift', 'monitorQuality', 'decideRetraining', 'analyseTraffic', 'rollBack']);

const otherMetrics = ({ metrics, recorded }: ModelHistory, { from, last }: ReplaySpan): AlarmPoint[] =>
  metrics.filter(
    ({ name, at }) =>
      at >= from && at <= last && (recorded === null || !METRICS[name].emittedBy.some((one) => REPLAYED.has(one))),
  );

/** Rings of alarms, and decisions that a person is told of. */
function toldOf(alarms: readonly Episode[], decisions: readonly ReplayedDecision[]): Record<Severity, number> {
  const told: Record<Severity, number> = { page: 0, ticket: 0, info: 0 };
  for (const { severity, rings } of alarms) told[severity] += rings;
  for (const { tells } of decisions) if (tells !== null) told[tells] += 1;
  return told;
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
