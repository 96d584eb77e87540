import { resolve } from 'node:path';
import type { TaskEvent } from '../../contract/events';
import type { ModelDefinition } from '../../definition/platform';
import type { Json } from '../../kernel/json';
import type { ModelPlan, MonitoringJobPlan } from '../../plan/plan';
import type { Step } from '../../plan/step-graph';
import { DuckDbDataSource } from '../../runtime/adapters/local/duckdb-data-source';
import { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { FileLedgerStore } from '../../runtime/adapters/local/file-ledger-store';
import { FileMetricSink, type StoredPoint } from '../../runtime/adapters/local/file-metric-sink';
import { FileModelCatalogue } from '../../runtime/adapters/local/file-model-catalogue';
import { FileNotifier, type StoredNotification } from '../../runtime/adapters/local/file-notifier';
import { FileStateStore } from '../../runtime/adapters/local/file-state-store';
import { GatewayServingTarget } from '../../runtime/adapters/local/gateway-serving-target';
import type { JsonlFile } from '../../runtime/adapters/local/jsonl-file';
import { ModelServer } from '../../runtime/adapters/local/model-server';
import { TrafficLog } from '../../runtime/adapters/local/traffic-log';
import type { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import type { SqlEngine, TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { finishRetraining, type Ports, USE_CASE_FUNCTIONS } from '../../runtime/usecases';
import type { DataPaths } from '../data/data-dir';
import { AlarmBoard, type AlarmBoardState, type AlarmChange } from './alarm-board';
import { CaptureTable } from './capture-table';
import { serverCommand, trainCommand } from './commands';
import { LiveTraffic } from './live-traffic';
import { LocalJobs } from './local-jobs';
import { type RunDocument, RunStore } from './run-store';
import { StepRunner } from './step-runner';

/** What all models of a platform share. */
export interface SharedWorld {
  readonly platform: string;
  readonly baseDir: string;
  readonly paths: DataPaths;
  readonly engine: SqlEngine;
  readonly clock: VirtualClock;
  readonly metrics: JsonlFile;
  readonly notifications: JsonlFile;
  readonly signal?: AbortSignal;
  /** `decide`: retraining is decided and recorded, and not run. */
  readonly retraining: 'run' | 'decide';
  readonly onStep: (
    model: string,
    step: Step,
    run: RunDocument,
    what: 'begins' | 'ends' | 'fails',
    error?: Error,
  ) => void;
  readonly onNotify: (model: string, notification: StoredNotification) => void;
  readonly onAlarm: (model: string, change: AlarmChange) => void;
  readonly onLine: (model: string, line: string) => void;
}

type Answer = { readonly [key: string]: Json };

/** One model of a platform on one machine: its ports, its runs, its live traffic and its alarms. */
export class LocalModel {
  readonly artifacts: FileArtifactStore;
  readonly runs: RunStore;
  readonly capture: CaptureTable;
  readonly ports: Ports;
  private readonly runner: StepRunner;
  private readonly traffic: LiveTraffic;
  private points: StoredPoint[] = [];

  private constructor(
    readonly name: string,
    readonly definition: ModelDefinition,
    readonly plan: ModelPlan,
    private readonly shared: SharedWorld,
    private readonly serving: GatewayServingTarget,
    private readonly board: AlarmBoard,
    telemetry: TrafficLog,
    events: TableName,
    from: number,
  ) {
    const { paths, clock, engine } = shared;
    this.artifacts = new FileArtifactStore(paths.artifacts(name));
    this.runs = new RunStore(
      paths.runs(name),
      { pipeline: plan.pipeline.graph.startAt, release: plan.endpoint.graph.startAt },
      () => clock.now(),
      (workflow, input) =>
        shared.retraining === 'decide' && workflow === 'pipeline' && (input as Answer)['decisionId'] !== null,
    );
    this.capture = new CaptureTable(engine, name, definition.data);
    this.traffic = new LiveTraffic({
      engine,
      clock,
      serving,
      capture: this.capture,
      events,
      from,
      task: plan.task,
      data: definition.data,
      capturePercent: definition.serving.capturePercent,
      requestsPerMinute: definition.serving.expectedRequestsPerMinute ?? 0,
    });
    this.ports = {
      platform: shared.platform,
      model: name,
      artifacts: this.artifacts,
      state: new FileStateStore(paths.state),
      ledger: new FileLedgerStore(paths.ledger),
      catalogue: new FileModelCatalogue(this.artifacts),
      serving,
      telemetry,
      metrics: new FileMetricSink(shared.metrics, name, (points) => this.points.push(...points)),
      notifier: new FileNotifier(shared.notifications, clock, (one) => shared.onNotify(name, one)),
      workflows: this.runs,
      data: new DuckDbDataSource({
        engine,
        artifacts: this.artifacts,
        clock,
        model: name,
        data: definition.data,
        events,
        capture: this.capture.name,
      }),
      sql: engine,
      dialect: duckdb,
      clock,
    };
    const jobs = new LocalJobs({
      artifacts: this.artifacts,
      definition,
      baseDir: shared.baseDir,
      workDir: paths.work,
      trainCommand: trainCommand(name, definition),
      server: serverCommand(name, definition, shared.baseDir),
      ...(shared.signal !== undefined && { signal: shared.signal }),
      onLine: (line) => shared.onLine(name, line),
    });
    this.runner = new StepRunner({
      graphs: { pipeline: plan.pipeline.graph, release: plan.endpoint.graph },
      store: this.runs,
      callTask: (event) => this.call(event),
      runJob: (step, run, state) => jobs.run(step, run, state),
      wait: (seconds) => this.traffic.hold(seconds),
      now: () => clock.now(),
      onStep: (step, run, what, error) => shared.onStep(name, step, run, what, error),
    });
  }

  /**
   * Wires a model and takes up what it served before.
   * @param from epoch seconds: events from here on are replayed
   */
  static async open(
    name: string,
    definition: ModelDefinition,
    plan: ModelPlan,
    shared: SharedWorld,
    options: { readonly events: TableName; readonly from: number; readonly alarms: AlarmBoardState },
  ): Promise<LocalModel> {
    const alarms = [
      ...plan.pipeline.alarms,
      ...plan.endpoint.alarms,
      ...(plan.drift?.alarms ?? []),
      ...(plan.retraining?.alarms ?? []),
    ];
    const board = new AlarmBoard(alarms, options.alarms);
    const aborting = new Set(alarms.filter(({ abortsRelease }) => abortsRelease).map(({ id }) => id));
    const telemetry = new TrafficLog(() => board.firing().filter((id) => aborting.has(id)));
    const server = serverCommand(name, definition, shared.baseDir);
    const serving = await GatewayServingTarget.open({
      model: name,
      state: new FileStateStore(shared.paths.state),
      clock: shared.clock,
      log: telemetry,
      start: (version) => ModelServer.start({ ...server, ...version }),
    });
    const model = new LocalModel(
      name,
      definition,
      plan,
      shared,
      serving,
      board,
      telemetry,
      options.events,
      options.from,
    );
    await model.capture.create(options.events, plan.task === 'multiclassClassification' ? 'VARCHAR' : 'DOUBLE');
    await model.capture.forgetFrom(options.from);
    return model;
  }

  /** Starts a pipeline run, unless one of that name exists. */
  async train(run: string, input: Json): Promise<void> {
    await this.runs.start('pipeline', run, input);
  }

  /** Runs every run that is not over, in the order in which they were started. */
  async drain(): Promise<void> {
    for (let next = this.nextRun(); next !== undefined; next = this.nextRun()) {
      this.shared.clock.advanceTo(next.at);
      await this.runner.run(next);
      this.judgeAlarms();
    }
  }

  /** Lets virtual time pass: the events until then happen, are answered over HTTP and captured. */
  advanceTo(seconds: number): Promise<void> {
    return this.traffic.advanceTo(seconds);
  }

  /** Events that were answered since the model was opened. */
  get served(): number {
    return this.traffic.served;
  }

  /** Runs a monitoring job at the clock's time, and what its alarms ask for. */
  async monitor(job: MonitoringJobPlan): Promise<Answer> {
    const at = new Date(this.shared.clock.now() * 1000).toISOString();
    const answer = await this.call({
      use: job.use,
      step: job.id,
      run: `${job.id}-${at}`,
      // What an instance in the cloud costs, by the requests of a replay, says nothing of either.
      arguments: { ...job.arguments, cost: null },
      state: {},
    });
    const changes = this.judgeAlarms();
    const explanation = answer['explanation'];
    for (const change of changes) await this.answerAlarm(change, typeof explanation === 'string' ? explanation : null);
    return answer;
  }

  /** Asks for the retraining decision. */
  async decideRetraining(cause: string, text: string): Promise<Answer | null> {
    const { retraining } = this.plan;
    if (retraining === null) return null;
    const now = this.shared.clock.now();
    const decision = await this.call({
      use: 'decideRetraining',
      step: 'decideRetraining',
      run: `retraining-${cause}-${new Date(now * 1000).toISOString()}`,
      arguments: retraining.arguments,
      // A process on this machine is not billed.
      state: { cause, text, windowEndSeconds: now },
    });
    const id = decision['id'];
    if (decision['action'] === 'retrain' && typeof id === 'string' && this.runs.read('pipeline', id)?.held) {
      // The champion stays, as after a gate that said no; the cooldown holds for the next decision.
      await finishRetraining(this.ports, id, 'rejected');
    }
    this.judgeAlarms();
    return decision;
  }

  alarms(): AlarmBoardState {
    return this.board.snapshot();
  }

  /** Ids of alarms that fire now. */
  firing(): string[] {
    return this.board.firing();
  }

  async close(): Promise<void> {
    await this.serving.close();
  }

  /** Paths for a person: where the model's artifacts are. */
  get folder(): string {
    return resolve(this.shared.paths.artifacts(this.name));
  }

  private nextRun(): RunDocument | undefined {
    return this.runs.all().find(({ outcome }) => outcome === 'running');
  }

  private async call(event: TaskEvent): Promise<Answer> {
    return USE_CASE_FUNCTIONS[event.use](event, this.ports);
  }

  private judgeAlarms(): AlarmChange[] {
    const { points } = this;
    this.points = [];
    const changes = this.board.take(points);
    for (const change of changes) this.shared.onAlarm(this.name, change);
    return changes;
  }

  /** What the clouds' alarms do: tell people, open an incident for a page, and ask whether to retrain. */
  private async answerAlarm({ alarm, firing, value }: AlarmChange, explanation: string | null): Promise<void> {
    if (!firing) return;
    const text = `${alarm.summary} (${Number(value.toPrecision(4))})${explanation === null ? '' : `; ${explanation}`}`;
    const { ports } = this;
    if (alarm.severity === 'page') {
      const run = `${alarm.id}-${new Date(ports.clock.now() * 1000).toISOString()}`;
      const { kind, severity, runbook } = alarm;
      await this.call({
        use: 'recordIncident',
        step: 'alarm',
        run,
        arguments: { model: this.name, kind, severity, runbook },
        state: { text },
      });
    } else {
      const { severity, kind, runbook } = alarm;
      await ports.notifier.notify({ severity, kind, subject: `${this.name}: ${alarm.id}`, text, runbook });
    }
    const cause = this.plan.retraining?.causes.find(({ alarmKinds }) => alarmKinds.includes(alarm.kind))?.cause;
    if (cause !== undefined) this.asked.push({ cause, text });
  }

  /** Reasons to retrain that alarms have given and that were not decided yet. */
  readonly asked: { readonly cause: string; readonly text: string }[] = [];
}
