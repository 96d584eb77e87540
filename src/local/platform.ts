import { dirname, resolve } from 'node:path';
import { loadPlatform } from '../definition/load';
import { parsePlatformOrThrow } from '../definition/parse';
import type { PlatformDefinition } from '../definition/platform';
import { durationSeconds, isDuration } from '../kernel/duration';
import { OperationError } from '../kernel/problem';
import type { Plan } from '../plan/plan';
import { planPlatform } from '../plan/plan-platform';
import type { DuckDbSqlEngine } from '../runtime/adapters/local/duckdb-sql-engine';
import { FileLedgerStore } from '../runtime/adapters/local/file-ledger-store';
import { JsonlFile } from '../runtime/adapters/local/jsonl-file';
import { VirtualClock } from '../runtime/adapters/local/virtual-clock';
import { readRegistry } from '../runtime/usecases';
import { midnightFrom, midnightsFrom, monthFrom, monthOf, nextMonth } from './data/calendar';
import { commitOf } from './data/commit';
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
import { assertExpressions, assertNotInUse, dirInUse, loadEvents, localFile, openEngine } from './data/platform-data';
import { defaultStart, type Span, spanOf } from './data/start-time';
import { serverCommand, trainCommand } from './engine/commands';
import { Engine } from './engine/engine';
import { fileStores } from './engine/file-stores';
import { LocalModel } from './engine/local-model';
import { paced } from './engine/pace';
import { processParts } from './engine/process-parts';
import type { VersionDecided, VersionDecision } from './engine/version-decision';
import type { World } from './engine/world';
import { type Emitter, emitterOf } from './report/emitter';
import { monthVerdict } from './report/months';
import type { LocalEvent } from './report/progress-events';
import { type LocalSummary, summarise } from './report/summary';
import type { PlatformView } from './server';
import { viewOf } from './view';

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
  /** Whether decisions to retrain are carried out (the default), or written down alone. */
  readonly retraining?: 'run' | 'decide';
  /** Virtual seconds that pass in a second; as fast as the machine can by default. */
  readonly speed?: number;
  readonly onEvent?: (event: LocalEvent) => void;
  readonly signal?: AbortSignal;
}

/**
 * A platform on this machine: the definition's own graphs, schedules and policies, run by the use cases that the clouds
 * run, on DuckDB, files and processes, in virtual time. What it knows is on disk after every step; whoever opens its folder
 * again goes on there.
 */
export class LocalPlatform {
  private nextReport: number;

  private closed = false;

  private constructor(
    readonly definition: PlatformDefinition,
    readonly plan: Plan,
    readonly paths: DataPaths,
    /** What an earlier process has left. */
    readonly found: Found,
    readonly models: readonly LocalModel[],
    private readonly parts: {
      readonly world: World;
      readonly database: DuckDbSqlEngine;
      readonly engine: Engine;
      readonly logs: Logs;
      readonly emitter: Emitter;
      readonly baseDir: string;
      readonly speed: number | null;
    },
    private progress: Progress,
    /** End of the replay, epoch seconds. */
    readonly end: number,
  ) {
    this.nextReport = nextMonth(progress.cursor);
  }

  /**
   * Opens a platform's folder, reads its data, and starts what served before. Nothing is trained yet.
   * @throws DefinitionError; OperationError when data, commands or the folder are not as they have to be
   */
  static async open(options: LocalPlatformOptions): Promise<LocalPlatform> {
    const definition =
      options.file === undefined ? parsePlatformOrThrow(options.definition) : await loadPlatform(options.file);
    const baseDir = resolve(options.baseDir ?? (options.file === undefined ? '.' : dirname(options.file)));
    const paths = dataPaths(options.dir ?? resolve(baseDir, '.mlp'));
    const retraining = options.retraining ?? 'run';
    const identity = await identityOf(definition, localFiles(definition, baseDir), {
      start: options.start ?? null,
      end: options.end ?? null,
      retraining,
    });
    // DuckDB keeps other processes out; this one has to keep itself out.
    if (OPEN.has(paths.root)) throw dirInUse(paths, 'a folder that this process has open');
    if (options.clean === true) {
      await assertNotInUse(definition, baseDir, paths);
      cleanDataDir(paths);
    }
    const found = openDataDir(paths, identity);
    const database = await openEngine(definition, baseDir, paths);
    const models: LocalModel[] = [];
    OPEN.add(paths.root);
    try {
      const { start, end } = await timesOf(definition, baseDir, database, options);
      const fresh = { format: 2 as const, identity, start, cursor: start, phase: 'training' as const, alarms: {} };
      const progress: Progress = found.progress ?? fresh;
      const clock = new VirtualClock(progress.cursor);
      const plan = planPlatform(definition);
      const logs = logsOf(paths);
      if (found.progress === null) saveProgress(paths, progress);
      else for (const log of Object.values(logs)) log.retain((line) => (line as { at: number }).at <= progress.cursor);
      const emitter = emitterOf(options.onEvent);
      emitter.subscribe((event) => {
        // A step that has ended is not taken again: what it has measured is written before that is.
        if (event.kind === 'step' && event.what !== 'begins') logs.metrics.flush();
        if (event.kind === 'alarm') logs.alarms.append([event]);
        if (event.kind === 'decision') logs.decisions.append([event]);
      });
      const world: World = {
        platform: definition.name,
        clock,
        engine: database,
        stores: fileStores(paths, clock, logs),
        retraining,
        commit: commitOf(baseDir),
        parts: (model, one, _plan, artifacts) =>
          processParts(model, one, artifacts, {
            baseDir,
            workDir: paths.work,
            asFastAsItCan: options.speed === undefined,
            ...(options.signal !== undefined && { signal: options.signal }),
            onLine: (text) => emitter.emit({ kind: 'line', model, text }),
          }),
        ...emitter.world(() => clock.now()),
      };
      for (const [name, model] of Object.entries(definition.models)) {
        models.push(
          await LocalModel.open(name, model, plan.models[name]!, world, {
            events: [`events_${name}`],
            from: progress.cursor,
            alarms: progress.alarms[name] ?? {},
          }),
        );
      }
      const step = options.speed === undefined ? Number.POSITIVE_INFINITY : Math.max(1, options.speed / 4);
      const engine: Engine = new Engine({
        clock,
        models,
        from: progress.cursor,
        end,
        stops: midnightsFrom(progress.cursor, step),
        ...(options.speed !== undefined && { pace: paced(progress.cursor, options.speed, options.signal) }),
        onJobsDone: (at) => {
          if (platform.phase !== 'training') platform.save(at, 'replay');
        },
        onInstant: (at, changed) => platform.instantIsOver(at, changed),
        ...(options.signal !== undefined && { signal: options.signal }),
      });
      const speed = options.speed ?? null;
      const parts = { world, database, engine, logs, emitter, baseDir, speed };
      const platform: LocalPlatform = new LocalPlatform(definition, plan, paths, found, models, parts, progress, end);
      return platform;
    } catch (error) {
      for (const model of models) await model.close();
      await database.close();
      OPEN.delete(paths.root);
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

  /** The virtual time, epoch seconds. */
  get now(): number {
    return this.parts.world.clock.now();
  }

  get phase(): Progress['phase'] {
    return this.progress.phase;
  }

  /** What a server shows of it. */
  view(): PlatformView {
    return viewOf(this, this.parts.logs, new FileLedgerStore(this.paths.ledger), this.parts.speed);
  }

  /** What it says from now on. @returns ends it */
  subscribe(listener: (event: LocalEvent) => void): () => void {
    return this.parts.emitter.subscribe(listener);
  }

  /**
   * Trains, releases, and lets the time of the data pass, from where the last run stopped.
   * @throws OperationError `cancelled`, `diskFull`, …: all finished steps are kept, and the next call goes on
   */
  async run(): Promise<LocalSummary> {
    await this.advanceTo(this.end);
    return this.summary();
  }

  /**
   * Lets time pass up to an instant (epoch seconds or ISO 8601), or for a duration; the first call trains the first versions.
   * Past the end of the replay nothing more happens, nor for an instant that is over.
   * @throws OperationError `cancelled`, `diskFull`, …: all finished steps are kept, and the next call goes on
   */
  async advanceTo(when: number | string): Promise<void> {
    if (this.closed) throw isClosed();
    const until = Math.min(this.end, isDuration(when) ? this.now + durationSeconds(when) : instant(when));
    if (this.progress.phase === 'done') return;
    if (this.progress.phase === 'training') await this.trainFirst();
    // What has happened has happened: time does not go back.
    if (this.phase === 'training' || until < this.now) return;
    await this.parts.engine.runTo(until);
    if (until < this.end) return;
    if (monthFrom(this.end) !== this.end) await this.reportMonth(this.end - 1);
    this.save(this.end, 'done');
  }

  /**
   * What a person decides of a version (`evaluation.approval: manual`): an approved one is released as time goes on.
   * @throws OperationError `unknownModel`, `unknownVersion`
   */
  async decide(model: string, decision: VersionDecision): Promise<VersionDecided> {
    if (this.closed) throw isClosed();
    const decided = await this.model(model).decideVersion(decision);
    // Runs that a decision has started are on disk: a new process must not come to an earlier instant with them.
    if (this.phase === 'replay') this.save(this.now, 'replay');
    return decided;
  }

  async summary(): Promise<LocalSummary> {
    return summarise(this.definition, this.paths, this.models, this.parts.logs.alarms, this.progress, this.end);
  }

  /** Ends the processes that serve, and closes the database. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    for (const model of this.models) await model.close();
    for (const log of Object.values(this.parts.logs)) log.flush();
    await this.parts.database.close();
    OPEN.delete(this.paths.root);
  }

  /** Finishes what an earlier process has begun, and trains first versions where there are none. */
  private async trainFirst(): Promise<void> {
    const { engine, baseDir } = this.parts;
    const { cursor } = this.progress;
    await engine.runTo(cursor);
    for (const model of this.models) {
      if (await this.serves(model)) continue;
      // It is trained already, and waits for a person.
      if ((await model.waiting()) !== null) continue;
      const attempts = model.runs.all().filter(({ workflow }) => workflow === 'pipeline').length;
      const run = attempts === 0 ? 'initial' : `initial-${attempts + 1}`;
      await model.train(run, { startedBy: 'local', cause: 'initial', commit: commitOf(baseDir), decisionId: null });
    }
    await engine.runTo(cursor);
    for (const model of this.models) if (!(await this.serves(model))) return;
    this.save(cursor, 'replay');
  }

  private async serves(model: LocalModel): Promise<boolean> {
    return (await readRegistry(model.ports)).aliases.champion !== null;
  }

  private async instantIsOver(at: number, changed: boolean): Promise<void> {
    if (this.progress.phase === 'training') return;
    // At once: what jobs and runs have decided is on disk, and a new process must not come to an earlier instant with it.
    if (changed || midnightFrom(at) === at) this.save(at, 'replay');
    const requests = this.models.reduce((sum, { traffic }) => sum + traffic.served, 0);
    this.parts.emitter.emit({ kind: 'replay', at, from: this.progress.start, to: this.end, requests });
    if (at >= this.nextReport) {
      await this.reportMonth(this.nextReport - 1);
      this.nextReport = nextMonth(at);
    }
  }

  private async reportMonth(within: number): Promise<void> {
    for (const model of this.models) {
      const from = Math.max(this.progress.start, Date.parse(`${monthOf(within)}-01T00:00:00Z`) / 1000);
      const month = await monthVerdict(model, from);
      this.parts.emitter.emit({ kind: 'month', model: model.name, month });
    }
  }

  private save(cursor: number, phase: Progress['phase']): void {
    for (const log of Object.values(this.parts.logs)) log.flush();
    const alarms = Object.fromEntries(this.models.map((model) => [model.name, model.alarms()]));
    this.progress = { ...this.progress, cursor, phase, alarms };
    saveProgress(this.paths, this.progress);
  }
}

/** Folders of platforms that are open in this process. */
const OPEN = new Set<string>();

type Logs = Readonly<Record<'metrics' | 'notifications' | 'alarms' | 'decisions', JsonlFile>>;

const logsOf = (paths: DataPaths): Logs => ({
  metrics: new JsonlFile(paths.metrics, 65_536),
  notifications: new JsonlFile(paths.notifications),
  alarms: new JsonlFile(paths.alarms),
  decisions: new JsonlFile(paths.decisions),
});

/** Data files of all models; commands are looked for as well, so that what is missing is told before anything runs. */
function localFiles(definition: PlatformDefinition, baseDir: string): string[] {
  return Object.entries(definition.models).flatMap(([name, model]) => {
    trainCommand(name, model);
    serverCommand(name, model, baseDir);
    const labels = model.data.label.source?.local;
    return [localFile(name, model, baseDir), ...(labels === undefined ? [] : [resolve(baseDir, labels)])];
  });
}

/** Reads the events of all models. @returns when the platform begins and ends, epoch seconds */
async function timesOf(
  definition: PlatformDefinition,
  baseDir: string,
  database: DuckDbSqlEngine,
  options: LocalPlatformOptions,
): Promise<{ start: number; end: number }> {
  const spans: { readonly span: Span; readonly start: number; readonly delay: number }[] = [];
  for (const [name, model] of Object.entries(definition.models)) {
    await loadEvents(database, name, model, baseDir);
    await assertExpressions(database, name, model);
    const events = [`events_${name}`];
    const span = await spanOf(database, events, model.data);
    const start =
      options.start === undefined ? await defaultStart(database, events, model.data, span) : instant(options.start);
    spans.push({ span, start, delay: durationSeconds(model.data.label.delay) });
  }
  const last = Math.max(...spans.map(({ span, delay }) => span.last + delay));
  return {
    start: Math.max(...spans.map(({ start }) => start)),
    end: options.end === undefined ? midnightFrom(last) : instant(options.end),
  };
}

const isClosed = (): OperationError =>
  new OperationError({
    code: 'closed',
    path: 'LocalPlatform',
    got: 'a call after close()',
    expected: 'an open platform',
    fix: 'open it again: it goes on where it was',
  });

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
