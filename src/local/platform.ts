import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { loadPlatform } from '../definition/load';
import { parsePlatformOrThrow } from '../definition/parse';
import type { PlatformDefinition } from '../definition/platform';
import { durationSeconds } from '../kernel/duration';
import { OperationError } from '../kernel/problem';
import type { Plan } from '../plan/plan';
import { planPlatform } from '../plan/plan-platform';
import type { DuckDbSqlEngine } from '../runtime/adapters/local/duckdb-sql-engine';
import { JsonlFile } from '../runtime/adapters/local/jsonl-file';
import { cancelled } from '../runtime/adapters/local/process-jobs';
import { VirtualClock } from '../runtime/adapters/local/virtual-clock';
import { readRegistry } from '../runtime/usecases';
import { midnightFrom, monthFrom, monthOf, nextMonth } from './data/calendar';
import {
  cleanDataDir,
  type DataPaths,
  dataPaths,
  type Found,
  identityOf,
  openDataDir,
  type Progress,
  saveProgress,
} from './data/data-dir';
import { assertExpressions, loadEvents, localFile, openEngine } from './data/platform-data';
import { defaultStart, spanOf } from './data/start-time';
import { type AgendaEntry, agenda } from './engine/agenda';
import { serverCommand, trainCommand } from './engine/commands';
import { LocalModel, type SharedWorld } from './engine/local-model';
import { monthVerdict } from './report/months';
import type { LocalEvent } from './report/progress-events';
import { type LocalSummary, summarise } from './report/summary';

export interface LocalPlatformOptions {
  /** A definition file, or a definition (raw or parsed). */
  readonly file?: string;
  readonly definition?: unknown;
  /** Folder that local paths of the definition are relative to; that of the file by default. */
  readonly baseDir?: string;
  /** Where state is kept; `.mlp` in the base folder by default. */
  readonly dir?: string;
  /** Forget what earlier runs have left. */
  readonly clean?: boolean;
  /** When the platform begins, epoch seconds or ISO 8601; see `defaultStart`. What had arrived by then is what it trains on. */
  readonly start?: number | string;
  /** When it ends; after the last event by default. */
  readonly end?: number | string;
  /** Whether decisions to retrain are carried out, or written down alone. */
  readonly retraining?: 'run' | 'decide';
  readonly onEvent?: (event: LocalEvent) => void;
  readonly signal?: AbortSignal;
}

type Job = { readonly model: LocalModel } & (
  | { readonly kind: 'job'; readonly index: number; readonly part: 'drift' | 'endpoint' }
  | { readonly kind: 'retraining' }
);

/**
 * A platform on this machine: the definition's own graphs, schedules and policies, run by the use cases that the clouds
 * run, on DuckDB, files and processes, in virtual time. What it knows is on disk after every step; whoever opens its folder
 * again goes on there.
 */
export class LocalPlatform {
  private constructor(
    readonly definition: PlatformDefinition,
    readonly plan: Plan,
    readonly paths: DataPaths,
    /** What an earlier process has left. */
    readonly found: Found,
    private readonly models: readonly LocalModel[],
    private readonly world: SharedWorld,
    private readonly engine: DuckDbSqlEngine,
    private readonly alarmLog: JsonlFile,
    private progress: Progress,
    /** End of the replay, epoch seconds. */
    readonly end: number,
    private readonly options: LocalPlatformOptions,
  ) {}

  /**
   * Opens a platform's folder, reads its data, and starts what served before. Nothing is trained yet.
   * @throws DefinitionError; OperationError when data, commands or the folder are not as they have to be
   */
  static async open(options: LocalPlatformOptions): Promise<LocalPlatform> {
    const definition =
      options.file === undefined ? parsePlatformOrThrow(options.definition) : await loadPlatform(options.file);
    const baseDir = resolve(options.baseDir ?? (options.file === undefined ? '.' : dirname(options.file)));
    const paths = dataPaths(options.dir ?? resolve(baseDir, '.mlp'));
    const entries = Object.entries(definition.models);
    const files = entries.map(([name, model]) => localFile(name, model, baseDir));
    const labelFiles = entries.flatMap(([, { data }]) =>
      data.label.source?.local === undefined ? [] : [resolve(baseDir, data.label.source.local)],
    );
    for (const [name, model] of entries) {
      trainCommand(name, model);
      serverCommand(name, model, baseDir);
    }
    const retraining = options.retraining ?? 'decide';
    const identity = await identityOf(definition, [...files, ...labelFiles], {
      start: options.start ?? null,
      end: options.end ?? null,
      retraining,
    });
    if (options.clean === true) cleanDataDir(paths);
    const found = openDataDir(paths, identity);
    const engine = await openEngine(definition, baseDir, paths);
    const opened: LocalModel[] = [];
    try {
      const spans = [];
      for (const [name, { data }] of entries) {
        await loadEvents(engine, name, definition.models[name]!, baseDir);
        await assertExpressions(engine, name, definition.models[name]!);
        spans.push(await spanOf(engine, [`events_${name}`], data));
      }
      const starts = [];
      for (const [place, [name, { data }]] of entries.entries()) {
        starts.push(
          options.start === undefined
            ? await defaultStart(engine, [`events_${name}`], data, spans[place]!)
            : instant(options.start),
        );
      }
      const start = Math.max(...starts);
      const delays = entries.map(([, { data }]) => durationSeconds(data.label.delay));
      const end =
        options.end === undefined
          ? midnightFrom(Math.max(...spans.map(({ last }, place) => last + delays[place]!)))
          : instant(options.end);
      const progress: Progress = found.progress ?? {
        format: 1,
        identity,
        start,
        cursor: start,
        phase: 'training',
        alarms: {},
      };
      const clock = new VirtualClock(progress.cursor);
      const plan = planPlatform(definition);
      const metrics = new JsonlFile(paths.metrics, 65_536);
      const notifications = new JsonlFile(paths.notifications);
      const alarmLog = new JsonlFile(`${paths.root}/alarms.jsonl`);
      const emit = options.onEvent ?? (() => undefined);
      if (found.progress !== null) {
        for (const file of [metrics, notifications, alarmLog])
          file.retain((line) => (line as { at: number }).at <= progress.cursor);
      } else saveProgress(paths, progress);
      const world: SharedWorld = {
        platform: definition.name,
        baseDir,
        paths,
        engine,
        clock,
        metrics,
        notifications,
        retraining,
        ...(options.signal !== undefined && { signal: options.signal }),
        onStep: (model, step, run, what, error) =>
          emit({
            kind: 'step',
            model,
            workflow: run.workflow,
            run: run.name,
            step: step.id,
            describe: step.describe,
            what,
            ...(error !== undefined && { text: error.message }),
          }),
        onLine: (model, text) => emit({ kind: 'line', model, text }),
        onNotify: () => undefined,
        onAlarm: (model, { alarm, firing, at, value }) => {
          const line = {
            at,
            model,
            id: alarm.id,
            kind: alarm.kind,
            severity: alarm.severity,
            firing,
            value,
            summary: alarm.summary,
          };
          alarmLog.append([line]);
          emit({ kind: 'alarm', model, id: alarm.id, severity: alarm.severity, firing, at, text: alarm.summary });
        },
      };
      for (const [name, model] of entries) {
        opened.push(
          await LocalModel.open(name, model, plan.models[name]!, world, {
            events: [`events_${name}`],
            from: progress.cursor,
            alarms: progress.alarms[name] ?? {},
          }),
        );
      }
      return new LocalPlatform(definition, plan, paths, found, opened, world, engine, alarmLog, progress, end, options);
    } catch (error) {
      for (const model of opened) await model.close();
      await engine.close();
      throw error;
    }
  }

  /** A model by its name. @throws OperationError `unknownModel` with the known names */
  model(name: string): LocalModel {
    const model = this.models.find((one) => one.name === name);
    if (model !== undefined) return model;
    throw new OperationError({
      code: 'unknownModel',
      path: 'models',
      got: name,
      expected: `one of ${this.models.map((one) => one.name).join(', ')}`,
      fix: 'name a model of the definition',
    });
  }

  /** When the platform began, epoch seconds. */
  get start(): number {
    return this.progress.start;
  }

  /**
   * Trains, releases, and lets the time of the data pass, from where the last run stopped.
   * @throws OperationError `cancelled`, `diskFull`, …: all finished steps are kept, and the next call goes on
   */
  async run(): Promise<LocalSummary> {
    for (const model of this.models) await this.release(model);
    if (this.progress.phase !== 'done' && (await this.allServe())) await this.replay();
    return this.summary();
  }

  async summary(): Promise<LocalSummary> {
    return summarise(this.definition, this.paths, this.models, this.alarmLog, this.progress, this.end);
  }

  /** Ends the processes that serve, and closes the database. */
  async close(): Promise<void> {
    for (const model of this.models) await model.close();
    this.world.metrics.flush();
    await this.engine.close();
  }

  /** Finishes what an earlier process has begun; trains the first version where there is none. */
  private async release(model: LocalModel): Promise<void> {
    await model.drain();
    if ((await readRegistry(model.ports)).aliases.champion !== null || this.progress.phase !== 'training') return;
    const attempts = model.runs.all().filter(({ workflow }) => workflow === 'pipeline').length;
    const run = attempts === 0 ? 'initial' : `initial-${attempts + 1}`;
    await model.train(run, {
      startedBy: 'local',
      cause: 'initial',
      commit: commitOf(this.world.baseDir),
      decisionId: null,
    });
    await model.drain();
  }

  private async allServe(): Promise<boolean> {
    for (const model of this.models) {
      if ((await readRegistry(model.ports)).aliases.champion === null) return false;
    }
    if (this.progress.phase === 'training') this.save(this.progress.cursor, 'replay');
    return true;
  }

  private async replay(): Promise<void> {
    const { onEvent } = this.options;
    const from = this.progress.cursor;
    let nextReport = nextMonth(from);
    let checkpoint = midnightFrom(from + 1);
    for (const { at, what } of agenda(this.entries(), from, this.end)) {
      if (this.options.signal?.aborted)
        throw cancelled(`replay at ${new Date(this.world.clock.now() * 1000).toISOString()}`);
      for (const model of this.models) await model.advanceTo(at);
      for (const job of what) await this.take(job);
      onEvent?.({
        kind: 'replay',
        at,
        from: this.progress.start,
        to: this.end,
        requests: this.models.reduce((sum, { served }) => sum + served, 0),
      });
      if (at >= checkpoint) {
        this.save(at, 'replay');
        checkpoint = midnightFrom(at + 1);
      }
      if (at >= nextReport) {
        await this.reportMonth(nextReport - 1);
        nextReport = nextMonth(at);
      }
    }
    for (const model of this.models) await model.advanceTo(this.end);
    if (monthFrom(this.end) !== this.end) await this.reportMonth(this.end - 1);
    this.save(this.end, 'done');
  }

  private entries(): AgendaEntry<Job>[] {
    return this.models.flatMap((model) => {
      const { drift, endpoint, retraining } = model.plan;
      return [
        ...(drift?.jobs ?? []).map((job, index) => ({
          schedule: job.schedule,
          what: { model, kind: 'job', part: 'drift', index } as Job,
        })),
        ...endpoint.jobs.map((job, index) => ({
          schedule: job.schedule,
          what: { model, kind: 'job', part: 'endpoint', index } as Job,
        })),
        ...(retraining?.schedules ?? []).map(({ schedule }) => ({
          schedule,
          what: { model, kind: 'retraining' } as Job,
        })),
      ];
    });
  }

  private async take(job: Job): Promise<void> {
    const { model } = job;
    if (job.kind === 'job') {
      const jobs = job.part === 'drift' ? (model.plan.drift?.jobs ?? []) : model.plan.endpoint.jobs;
      await model.monitor(jobs[job.index]!);
    } else await this.decide(model, 'schedule', 'the schedule asks');
    for (const { cause, text } of model.asked.splice(0)) await this.decide(model, cause, text);
    await model.drain();
  }

  private async decide(model: LocalModel, cause: string, text: string): Promise<void> {
    const decision = await model.decideRetraining(cause, text);
    if (decision === null) return;
    const reason = decision['reason'] as { readonly code: string; readonly text: string };
    const at = this.world.clock.now();
    this.options.onEvent?.({
      kind: 'decision',
      model: model.name,
      at,
      action: String(decision['action']),
      code: reason.code,
      text: reason.text,
    });
  }

  private async reportMonth(within: number): Promise<void> {
    for (const model of this.models) {
      const from = Math.max(this.progress.start, Date.parse(`${monthOf(within)}-01T00:00:00Z`) / 1000);
      const month = await monthVerdict(model.ports, model.definition, from);
      this.options.onEvent?.({ kind: 'month', model: model.name, month });
    }
  }

  private save(cursor: number, phase: Progress['phase']): void {
    this.world.metrics.flush();
    const alarms = Object.fromEntries(this.models.map((model) => [model.name, model.alarms()]));
    this.progress = { ...this.progress, cursor, phase, alarms };
    saveProgress(this.paths, this.progress);
  }
}

function instant(value: number | string): number {
  const seconds = typeof value === 'number' ? value : Date.parse(value) / 1000;
  if (Number.isFinite(seconds)) return seconds;
  throw new OperationError({
    code: 'badInstant',
    path: 'start, end',
    got: String(value),
    expected: 'an instant such as 2011-03-01 or 2011-03-01T00:00:00Z',
    fix: 'write the instant in ISO 8601',
  });
}

/** The commit of the definition's folder; null where that is no repository, or there is no git. */
function commitOf(folder: string): string | null {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' });
  const commit = status === 0 ? stdout.trim() : '';
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}
