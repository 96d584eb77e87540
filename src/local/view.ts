import type { Json } from '../kernel/json';
import type { FileLedgerStore } from '../runtime/adapters/local/file-ledger-store';
import type { LiveBatch } from '../runtime/adapters/local/gateway-serving-target';
import type { JsonlFile } from '../runtime/adapters/local/jsonl-file';
import { artifactKeys, readRegistry, readVersion } from '../runtime/usecases';
import { nextMonth } from './data/calendar';
import type { LocalModel } from './engine/local-model';
import type { LocalPlatform } from './platform';
import { evidenceBefore } from './report/evidence';
import { monthVerdict } from './report/months';
import { failureOf } from './report/run-failure';
import { answerThrough } from './server/gateway-answer';
import type {
  AlarmView,
  DecisionView,
  LastVerdict,
  MetricView,
  ModelState,
  NotificationView,
  PlatformState,
  PlatformView,
  RunView,
  VersionView,
} from './server/platform-view';

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

type Line = { readonly [key: string]: Json };

/** What a platform has kept, by the kind of what it is. */
export interface ViewLogs {
  readonly metrics: JsonlFile;
  readonly notifications: JsonlFile;
  readonly alarms: JsonlFile;
  readonly decisions: JsonlFile;
}

/** A platform as its server shows it, read from what it has stored. */
export function viewOf(
  platform: LocalPlatform,
  logs: ViewLogs,
  ledger: FileLedgerStore,
  speed: number | null,
): PlatformView {
  const linesOf = (log: JsonlFile, model?: string): Line[] =>
    (log.read() as Line[]).filter((line) => model === undefined || line['model'] === model);
  return {
    models: () => platform.models.map(({ name }) => name),
    state: async (): Promise<PlatformState> => {
      const { start, end, now } = platform;
      const models: Record<string, ModelState> = {};
      for (const model of platform.models) models[model.name] = await stateOf(model, linesOf(logs.alarms, model.name));
      return {
        platform: platform.definition.name,
        clock: iso(now),
        start: iso(start),
        end: iso(end),
        phase: platform.phase,
        speed,
        progressPercent: end <= start ? 100 : Math.min(100, Math.max(0, (100 * (now - start)) / (end - start))),
        models,
      };
    },
    runs: (name): RunView[] =>
      platform
        .model(name)
        .runs.all()
        .map((run) => ({
          workflow: run.workflow,
          name: run.name,
          outcome: run.held === true ? 'held' : run.outcome,
          startedAt: iso(run.startedAt),
          endedAt: run.outcome === 'running' ? null : iso(run.at),
          steps: run.finished.map(({ step, at }) => ({ step, at: iso(at) })),
          next: run.next,
          reason: failureOf(run),
        })),
    versions: async (name): Promise<VersionView[]> => {
      const model = platform.model(name);
      const { versions, aliases } = await readRegistry(model.ports);
      const { live } = await model.serving.read();
      const known = [];
      // A version is registered before its record is written.
      for (const one of Object.values(versions))
        if ((await model.artifacts.get(artifactKeys.version(one.version))) !== undefined) known.push(one);
      return Promise.all(
        known.map(async ({ version, state }): Promise<VersionView> => {
          const record = await readVersion(model.artifacts, version);
          return {
            version: Number(version),
            state: aliases.champion === version ? 'champion' : aliases.challenger === version ? 'challenger' : state,
            registeredAt: record.registeredAt,
            run: record.run,
            cause: record.cause,
            gate: record.gate.verdict,
            metrics: Object.fromEntries(Object.entries(record.atRelease).map(([metric, { value }]) => [metric, value])),
            livePercent: live[Number(version)] ?? 0,
          };
        }),
      );
    },
    decide: (name, decision) => platform.decide(name, decision),
    months: async (name) => {
      const model = platform.model(name);
      const months = [];
      if ((await readRegistry(model.ports)).aliases.champion === null) return [];
      for (let from = platform.start; from < platform.now; from = nextMonth(from))
        months.push(await monthVerdict(model, from));
      return months;
    },
    metrics: ({ model, name, from, to, limit }): MetricView[] =>
      linesOf(logs.metrics, model)
        .filter((line) => {
          const at = Number(line['at']);
          return (name === undefined || line['name'] === name) && at >= (from ?? at) && (to === undefined || at < to);
        })
        .slice(-limit)
        .map((line) => ({
          at: iso(Number(line['at'])),
          name: String(line['name']),
          value: Number(line['value']),
          dimensions: line['dimensions'] as Readonly<Record<string, string>>,
        })),
    alarms: (model) => linesOf(logs.alarms, model).map(alarmView),
    decisions: (model): DecisionView[] =>
      linesOf(logs.decisions, model).map((line) => ({
        at: iso(Number(line['at'])),
        model: String(line['model']),
        action: String(line['action']),
        code: String(line['code']),
        cause: typeof line['cause'] === 'string' ? line['cause'] : null,
        text: String(line['text']),
      })),
    notifications: (): NotificationView[] =>
      linesOf(logs.notifications).map((line) => ({
        at: iso(Number(line['at'])),
        severity: String(line['severity']),
        kind: String(line['kind']),
        subject: String(line['subject']),
        text: String(line['text']),
        runbook: typeof line['runbook'] === 'string' ? line['runbook'] : null,
      })),
    ledger: async (from, limit) => (await ledger.read(from)).slice(0, limit),
    plan: () => platform.plan,
    findings: () => platform.plan.findings,
    answer: (name, instances, key) => {
      const model = platform.model(name);
      const gateway = { answerLive: (request: LiveBatch) => model.traffic.answerLive(request) };
      return answerThrough(gateway, {
        ...(key !== undefined && { key }),
        instances,
        at: platform.now,
        watch: () => null,
      });
    },
    subscribe: (listener) => platform.subscribe(listener),
  };
}

async function stateOf(model: LocalModel, alarms: readonly Line[]): Promise<ModelState> {
  const { champion } = (await readRegistry(model.ports)).aliases;
  const { live, mirrored } = await model.serving.read();
  const now = model.ports.clock.now();
  return {
    task: model.plan.task,
    champion: champion === null ? null : Number(champion),
    live,
    mirrored,
    alarms: model.firing().map(({ id, kind, severity }) => {
      const began = alarms.filter((line) => line['id'] === id && line['firing'] === true).at(-1);
      return { id, kind, severity, since: iso(Number(began?.['at'] ?? now)) };
    }),
    requests: model.traffic.served,
    runs: model.runs.running().map(({ workflow, name, next, outcome }) => ({ workflow, name, step: next, outcome })),
    drift: await lastVerdict(model, 'drift', now),
    quality: await lastVerdict(model, 'quality', now),
  };
}

async function lastVerdict(model: LocalModel, job: 'drift' | 'quality', now: number): Promise<LastVerdict | null> {
  const last = await evidenceBefore(model.artifacts, job, now);
  return last === null ? null : { at: iso(last.at), verdict: String(last.evidence['verdict']) };
}

const alarmView = (line: Line): AlarmView => ({
  at: iso(Number(line['at'])),
  model: String(line['model']),
  id: String(line['id']),
  kind: String(line['alarmKind']),
  severity: String(line['severity']),
  firing: line['firing'] === true,
  value: Number(line['value']),
  summary: String(line['text']),
});
