import type { PlatformDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import { ledgerLines } from '../../runtime/adapters/local/file-ledger-store';
import type { JsonlFile } from '../../runtime/adapters/local/jsonl-file';
import { parseRecordText, verifyChainText } from '../../runtime/core/ledger';
import { readRegistry, readVersion, type VersionRecord } from '../../runtime/usecases';
import { nextMonth } from '../data/calendar';
import type { DataPaths, Progress } from '../data/data-dir';
import type { LocalModel } from '../engine/local-model';
import type { RunDocument } from '../engine/run-store';
import { monthVerdict } from './months';
import type { MonthVerdict } from './progress-events';
import { failureOf } from './run-failure';

/** What one run of a workflow came to. */
export interface RunSummary {
  readonly workflow: 'pipeline' | 'release';
  readonly name: string;
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'held';
  /** Why it failed; null when it did not. */
  readonly reason: string | null;
  readonly lastStep: string | null;
}

export interface AlarmSummary {
  readonly id: string;
  readonly severity: string;
  readonly summary: string;
  /** When it began for the first time, ISO 8601. */
  readonly firstAt: string;
  readonly times: number;
}

export interface ModelSummary {
  readonly champion: VersionRecord | null;
  /** A version that waits for a person's approval; null for none. */
  readonly waiting: number | null;
  readonly runs: readonly RunSummary[];
  readonly data: { readonly verdict: string; readonly rows: number; readonly reasons: readonly string[] } | null;
  readonly gate: { readonly verdict: string; readonly explanation: string } | null;
  readonly months: readonly MonthVerdict[];
  /** First month in which a champion was reported as decayed; null for none. */
  readonly decayedFrom: string | null;
  readonly alarms: readonly AlarmSummary[];
  /** Decisions to retrain by action and reason. */
  readonly decisions: Readonly<Record<string, number>>;
  /** The first decision to retrain; null for none. */
  readonly firstRetraining: { readonly at: string; readonly reason: string } | null;
  readonly folder: string;
}

export interface LocalSummary {
  readonly platform: string;
  readonly start: string;
  readonly end: string;
  /** `failed` when a model has no version that serves. */
  readonly outcome: 'done' | 'failed' | 'running';
  readonly models: Readonly<Record<string, ModelSummary>>;
  readonly ledger: { readonly ok: boolean; readonly records: number };
  readonly folder: string;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** What a platform has come to, out of what it has stored. */
export async function summarise(
  definition: PlatformDefinition,
  paths: DataPaths,
  models: readonly LocalModel[],
  alarmLog: JsonlFile,
  progress: Progress,
  end: number,
): Promise<LocalSummary> {
  const summaries: Record<string, ModelSummary> = {};
  for (const model of models) summaries[model.name] = await modelSummary(model, paths, alarmLog, progress);
  const ledger = verifyChainText(ledgerLines(paths.ledger));
  const serving = Object.values(summaries).every(({ champion }) => champion !== null);
  return {
    platform: definition.name,
    start: iso(progress.start),
    end: iso(Math.min(end, progress.cursor)),
    outcome: !serving ? 'failed' : progress.phase === 'done' ? 'done' : 'running',
    models: summaries,
    ledger: ledger.ok ? { ok: true, records: ledger.records } : { ok: false, records: ledger.index },
    folder: paths.root,
  };
}

async function modelSummary(
  model: LocalModel,
  paths: DataPaths,
  alarmLog: JsonlFile,
  progress: Progress,
): Promise<ModelSummary> {
  const { champion } = (await readRegistry(model.ports)).aliases;
  const runs = model.runs.all();
  const first = runs.filter(({ workflow }) => workflow === 'pipeline').find(({ held }) => held === undefined);
  const last = runs.filter(({ workflow, held }) => workflow === 'pipeline' && held === undefined).at(-1) ?? first;
  const months: MonthVerdict[] = [];
  if (champion !== null) {
    for (let from = progress.start; from < progress.cursor; from = nextMonth(from)) {
      months.push(await monthVerdict(model, from));
    }
  }
  const decisions = decisionsIn(paths, model.name);
  const counts: Record<string, number> = {};
  for (const { action, code } of decisions) counts[`${action}: ${code}`] = (counts[`${action}: ${code}`] ?? 0) + 1;
  const retrain = decisions.find(({ action }) => action === 'retrain');
  return {
    champion: champion === null ? null : await readVersion(model.ports.artifacts, champion),
    waiting: await model.waiting(),
    runs: runs.map(runSummary),
    data: last === undefined ? null : dataOf(last),
    gate: last === undefined ? null : gateOf(last),
    months,
    decayedFrom: months.find(({ verdict }) => verdict === 'decayed')?.month ?? null,
    alarms: alarmsOf(alarmLog, model.name),
    decisions: counts,
    firstRetraining: retrain === undefined ? null : { at: retrain.at, reason: retrain.text },
    folder: model.artifacts.root,
  };
}

function runSummary(run: RunDocument): RunSummary {
  const { workflow, name, outcome, held, finished } = run;
  return {
    workflow,
    name,
    outcome: held ? 'held' : outcome,
    reason: failureOf(run),
    lastStep: finished.at(-1)?.step ?? null,
  };
}

function dataOf({ state }: RunDocument): ModelSummary['data'] {
  const found = state['validation'] as
    | { readonly verdict: string; readonly rows: number; readonly reasons: readonly string[] }
    | undefined;
  return found === undefined ? null : { verdict: found.verdict, rows: found.rows, reasons: found.reasons };
}

function gateOf({ state }: RunDocument): ModelSummary['gate'] {
  const found = state['gate'] as { readonly verdict: string; readonly explanation: string } | undefined;
  return found === undefined ? null : { verdict: found.verdict, explanation: found.explanation };
}

function alarmsOf(log: JsonlFile, model: string): AlarmSummary[] {
  const byId = new Map<string, AlarmSummary>();
  for (const line of log.read() as readonly { readonly [key: string]: Json }[]) {
    if (line['model'] !== model || line['firing'] !== true) continue;
    const id = String(line['id']);
    const known = byId.get(id);
    const begun = {
      id,
      severity: String(line['severity']),
      summary: String(line['text']),
      firstAt: iso(Number(line['at'])),
      times: 0,
    };
    byId.set(id, { ...(known ?? begun), times: (known?.times ?? 0) + 1 });
  }
  return [...byId.values()];
}

function decisionsIn(paths: DataPaths, model: string): { action: string; code: string; text: string; at: string }[] {
  return ledgerLines(paths.ledger).flatMap((line) => {
    const record = parseRecordText(line);
    if (record?.action !== 'decideRetraining' || record.model !== model) return [];
    const reason = record.details['reason'] as { readonly code: string; readonly text: string };
    return [{ action: record.verdict ?? 'unknown', code: reason.code, text: reason.text, at: record.at }];
  });
}
