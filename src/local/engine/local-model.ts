import type { TaskEvent } from '../../contract/events';
import type { ModelDefinition } from '../../definition/platform';
import { durationSeconds } from '../../kernel/duration';
import type { Json } from '../../kernel/json';
import type { AlarmPlan, ModelPlan, MonitoringJobPlan } from '../../plan/plan';
import { DuckDbDataSource } from '../../runtime/adapters/local/duckdb-data-source';
import type { FileArtifactStore } from '../../runtime/adapters/local/file-artifact-store';
import { FileModelCatalogue } from '../../runtime/adapters/local/file-model-catalogue';
import { GatewayServingTarget } from '../../runtime/adapters/local/gateway-serving-target';
import type { ModelArm } from '../../runtime/adapters/local/model-arm';
import { TrafficLog } from '../../runtime/adapters/local/traffic-log';
import type { TableName } from '../../runtime/ports';
import { duckdb } from '../../runtime/sql/dialects/duckdb';
import { finishRetraining, type Ports, readRegistry, USE_CASE_FUNCTIONS } from '../../runtime/usecases';
import { AlarmBoard, type AlarmBoardState, type AlarmChange, type AlarmPoint } from './alarm-board';
import { CaptureTable } from './capture-table';
import { EndpointMeter } from './endpoint-meter';
import { LiveTraffic } from './live-traffic';
import { type RunDocument, RunStore } from './run-store';
import { StepRunner } from './step-runner';
import type { VersionDecided, VersionDecision } from './version-decision';
import { unknownVersion } from './version-decision';
import type { HeldStage, ModelParts, World } from './world';

type Answer = { readonly [key: string]: Json };

export interface OpenModelOptions {
  readonly events: TableName;
  /** Epoch seconds: all that happened up to here is certain. Events from here on are replayed, unless a run has moved since. */
  readonly from: number;
  readonly alarms: AlarmBoardState;
}

/** One model of a platform on one machine: its ports, its runs, its live traffic and its alarms. */
export class LocalModel {
  readonly artifacts: FileArtifactStore;
  readonly runs: RunStore;
  readonly ports: Ports;
  readonly traffic: LiveTraffic;
  readonly capture: CaptureTable;
  readonly serving: GatewayServingTarget;
  /**
   * Events before this instant (epoch seconds) were answered and captured. A run that moved after the progress was saved has
   * perhaps changed who serves: what was asked before it is not answered again by a version of after it.
   */
  private readonly from: number;
  private readonly board: AlarmBoard;
  private readonly runner: StepRunner;
  private readonly parts: ModelParts;
  private points: AlarmPoint[] = [];
  /** Reasons to retrain that alarms have given and that were not decided yet. */
  private readonly asked: { readonly cause: string; readonly by: string; readonly text: string }[] = [];

  private constructor(
    readonly name: string,
    readonly definition: ModelDefinition,
    readonly plan: ModelPlan,
    private readonly world: World,
    wiring: {
      readonly artifacts: FileArtifactStore;
      readonly parts: ModelParts;
      readonly serving: GatewayServingTarget;
      readonly board: AlarmBoard;
      readonly telemetry: TrafficLog;
    },
    options: OpenModelOptions,
  ) {
    const { clock, engine, stores } = world;
    const { data } = definition;
    this.artifacts = wiring.artifacts;
    this.parts = wiring.parts;
    this.board = wiring.board;
    this.serving = wiring.serving;
    this.runs = new RunStore({
      files: stores.runs(name),
      startAt: { pipeline: plan.pipeline.graph.startAt, release: plan.endpoint.graph.startAt },
      now: () => clock.now(),
      isHeld: (workflow, input) =>
        world.retraining === 'decide' && workflow === 'pipeline' && (input as Answer)['decisionId'] !== null,
    });
    this.capture = new CaptureTable(engine, name, data, !stores.isDurable);
    const sql = stores.isDurable ? engine : this.capture.reader();
    this.from = Math.max(options.from, ...this.runs.all().map(({ at }) => at));
    this.traffic = new LiveTraffic({
      engine,
      clock,
      serving: wiring.serving,
      capture: this.capture,
      meter: new EndpointMeter(this.board, plan.endpoint.alarms, wiring.parts.judgesLatency),
      events: options.events,
      from: this.from,
      task: plan.task,
      data,
      capturePercent: definition.serving.capturePercent,
      loadPerMinute: (at) => wiring.parts.loadPerMinute(at, this.heldStage(at)),
      isMeasured: (at) => wiring.parts.isMeasured(at, this.heldStage(at)),
      stampedBy: world.stampedBy ?? 'gateway',
      onAlarms: (changes) => this.answerAlarms(changes, null),
    });
    const ports: Ports = {
      platform: world.platform,
      model: name,
      artifacts: this.artifacts,
      state: stores.state,
      ledger: stores.ledger,
      catalogue: new FileModelCatalogue(this.artifacts),
      serving: wiring.serving,
      telemetry: wiring.telemetry,
      metrics: stores.metrics(name, (points) => this.points.push(...points)),
      notifier: stores.notifier(name, (one) => world.onNotify(name, one)),
      workflows: {
        start: (workflow, run, input) =>
          this.runs.start(workflow, run, workflow === 'pipeline' ? this.withCommit(input) : input),
        status: (workflow, run) => this.runs.status(workflow, run),
      },
      data: new DuckDbDataSource({
        engine: sql,
        artifacts: this.artifacts,
        clock,
        model: name,
        data,
        events: options.events,
        capture: this.capture.name,
        labelDelaySeconds: world.labelDelaySeconds ?? durationSeconds(data.label.delay),
      }),
      sql,
      dialect: duckdb,
      clock,
    };
    this.ports = world.wrap?.(name, ports) ?? ports;
    this.runner = new StepRunner({
      graphs: { pipeline: plan.pipeline.graph, release: plan.endpoint.graph },
      store: this.runs,
      callTask: (event) => this.call(event),
      runJob: wiring.parts.runJob,
      jobSeconds: wiring.parts.jobSeconds,
      now: () => clock.now(),
      onStep: (step, run, what, error) => world.onStep(name, step, run, what, error),
    });
  }

  /** Wires a model and takes up what it served before. */
  static async open(
    name: string,
    definition: ModelDefinition,
    plan: ModelPlan,
    world: World,
    options: OpenModelOptions,
  ): Promise<LocalModel> {
    const board = new AlarmBoard(alarmsOf(plan), options.alarms);
    const telemetry = new TrafficLog(() =>
      board
        .firing()
        .filter(({ abortsRelease }) => abortsRelease)
        .map(({ id }) => id),
    );
    const artifacts = world.stores.artifacts(name);
    const parts = world.parts(name, definition, plan, artifacts);
    const serving = await GatewayServingTarget.open({
      model: name,
      state: world.stores.state,
      clock: world.clock,
      log: telemetry,
      start: parts.start,
    });
    const wiring = { artifacts, parts, serving, board, telemetry };
    const model = new LocalModel(name, definition, plan, world, wiring, options);
    await model.capture.create(options.events, plan.task === 'multiclassClassification' ? 'VARCHAR' : 'DOUBLE');
    await model.capture.forgetFrom(model.from);
    return model;
  }

  /** Starts a pipeline run, unless one of that name exists. */
  async train(run: string, input: Json): Promise<boolean> {
    return this.runs.start('pipeline', run, input);
  }

  /** When the next of its runs goes on, epoch seconds; null when all are over. */
  nextWake(): number | null {
    const wakes = this.runs.running().map(({ wakeAt }) => wakeAt);
    return wakes.length === 0 ? null : Math.min(...wakes);
  }

  /**
   * Goes on with every run that is due, in the order in which they were started.
   * @param except runs that are left alone
   * @returns whether one was due
   */
  async advanceRuns(except: ReadonlySet<RunDocument> = new Set()): Promise<boolean> {
    let moved = false;
    for (;;) {
      const due = this.runs.running().find((run) => run.wakeAt <= this.world.clock.now() && !except.has(run));
      if (due === undefined) return moved;
      moved = true;
      await this.runner.advance(due);
      await this.judgeAlarms(null);
    }
  }

  /** Runs a monitoring job at the clock's time, and what its alarms ask for. */
  async monitor(job: MonitoringJobPlan): Promise<Answer> {
    const at = new Date(this.world.clock.now() * 1000).toISOString();
    const answer = await this.call({
      use: job.use,
      step: job.id,
      run: `${job.id}-${at}`,
      // What an instance in the cloud costs, by the requests of a replay, says nothing of either.
      arguments: { ...job.arguments, cost: null },
      state: {},
    });
    const explanation = answer['explanation'];
    await this.judgeAlarms(typeof explanation === 'string' ? explanation : null);
    return answer;
  }

  /** Decides on the reasons to retrain that alarms have given. */
  async decideAsked(): Promise<void> {
    for (const { cause, by, text } of this.asked.splice(0)) await this.decideRetraining(cause, by, text);
  }

  /**
   * Asks for the retraining decision, as often at once as the world delivers it.
   * @param cause null: only what waits is decided again, and what nobody has to report
   * @param by the alarm or the schedule that asks
   */
  async decideRetraining(cause: string | null, by: string, text: string): Promise<void> {
    const { retraining } = this.plan;
    if (retraining === null) return;
    const now = this.world.clock.now();
    const event: TaskEvent = {
      use: 'decideRetraining',
      step: 'decideRetraining',
      run: `retraining-${by}-${new Date(now * 1000).toISOString()}`,
      arguments: retraining.arguments,
      state: cause === null ? {} : { cause, text, windowEndSeconds: now },
    };
    const deliveries = this.world.deliveries?.(now) ?? 1;
    const answers = await Promise.all(Array.from({ length: deliveries }, () => this.call(event)));
    // A call that is delivered again gets its answer again: that is one decision.
    const decisions = new Map(answers.map((decision) => [JSON.stringify(decision), decision]));
    for (const decision of decisions.values()) {
      const reason = decision['reason'] as { readonly code: string; readonly text: string };
      const by = decision['cause'];
      // Looked at, and nothing to tell.
      if (by === null) continue;
      this.world.onDecision(this.name, {
        at: now,
        cause: typeof by === 'string' ? by : 'schedule',
        action: String(decision['action']),
        ...reason,
      });
      const id = decision['id'];
      if (decision['action'] === 'retrain' && typeof id === 'string' && this.runs.read('pipeline', id)?.held) {
        // The champion stays, as after a gate that said no; the cooldown holds for the next decision.
        await finishRetraining(this.ports, id, 'rejected');
      }
    }
    await this.judgeAlarms(null);
  }

  /**
   * Carries out what a person has decided of a version, by the registry's rules.
   * @throws OperationError `unknownVersion`
   */
  async decideVersion({ version, decision, by, reason }: VersionDecision): Promise<VersionDecided> {
    const { versions } = await readRegistry(this.ports);
    if (versions[String(version)] === undefined) throw unknownVersion(this.name, version, Object.keys(versions));
    const { approvers, separationOfDuties } = this.plan.registry;
    return (await this.call({
      use: 'decideApproval',
      step: 'approval',
      run: `${decision}-${version}-${by}-${new Date(this.world.clock.now() * 1000).toISOString()}`,
      arguments: { approvers, separationOfDuties },
      state: { version, decision, by, ...(reason !== undefined && { reason }) },
    })) as unknown as VersionDecided;
  }

  /** A version that waits for a person; null for none. */
  async waiting(): Promise<number | null> {
    const { versions } = await readRegistry(this.ports);
    const found = Object.values(versions).filter(({ state }) => state === 'passedGate');
    return found.length === 0 ? null : Math.max(...found.map(({ version }) => Number(version)));
  }

  /** Starts a version beside what serves, to ask it for itself. */
  startVersion(version: number, modelDir: string): Promise<ModelArm> {
    const timeoutSeconds = durationSeconds(this.definition.serving.timeout);
    return this.parts.start({ version, modelDir, timeoutSeconds });
  }

  private withCommit(input: Json): Json {
    const run = input as Answer;
    return run['commit'] === null ? { ...run, commit: this.world.commit ?? null } : run;
  }

  alarms(): AlarmBoardState {
    return this.board.snapshot();
  }

  /** Alarms that fire now. */
  firing(): AlarmPlan[] {
    return this.board.firing();
  }

  async close(): Promise<void> {
    await this.serving.close();
  }

  /** The stage at which a release holds at a time; null for none. */
  private heldStage(at: number): HeldStage | null {
    const held = this.runs.running().find((run) => run.workflow === 'release' && run.at <= at && run.wakeAt > at);
    const look = this.plan.endpoint.graph.steps.find(({ id }) => id === held?.next);
    if (look?.kind !== 'task') return null;
    const { percent, holdSeconds } = look.arguments;
    if (typeof holdSeconds !== 'number') return null;
    const isMirrored = look.use === 'analyseShadow';
    return { percent: typeof percent === 'number' ? percent : 100, holdSeconds, isMirrored };
  }

  private async call(event: TaskEvent): Promise<Answer> {
    return USE_CASE_FUNCTIONS[event.use](event, this.ports);
  }

  /** Judges the points that were emitted since the last time. */
  private async judgeAlarms(explanation: string | null): Promise<void> {
    const { points } = this;
    this.points = [];
    const now = this.world.clock.now();
    await this.answerAlarms([...this.board.take(points, now), ...this.board.tick(now)], explanation);
  }

  /** What the clouds' alarms do: tell people, open an incident for a page, and ask whether to retrain. */
  private async answerAlarms(changes: readonly AlarmChange[], explanation: string | null): Promise<void> {
    for (const change of changes) {
      this.world.onAlarm(this.name, change);
      if (change.firing) await this.answerAlarm(change, explanation);
    }
  }

  private async answerAlarm({ alarm, value }: AlarmChange, explanation: string | null): Promise<void> {
    const text = `${alarm.summary} (${Number(value.toPrecision(4))})${explanation === null ? '' : `; ${explanation}`}`;
    const { kind, severity, runbook } = alarm;
    if (severity === 'page') {
      await this.call({
        use: 'recordIncident',
        step: 'alarm',
        run: `${alarm.id}-${new Date(this.ports.clock.now() * 1000).toISOString()}`,
        arguments: { model: this.name, kind, severity, runbook },
        state: { text },
      });
    } else {
      await this.ports.notifier.notify({ severity, kind, subject: `${this.name}: ${alarm.id}`, text, runbook });
    }
    const cause = this.plan.retraining?.causes.find(({ alarmKinds }) => alarmKinds.includes(kind))?.cause;
    if (cause !== undefined) this.asked.push({ cause, by: alarm.id, text });
  }
}

/** All alarms of a model. */
export const alarmsOf = (plan: ModelPlan): AlarmPlan[] => [
  ...plan.pipeline.alarms,
  ...plan.endpoint.alarms,
  ...(plan.drift?.alarms ?? []),
  ...(plan.retraining?.alarms ?? []),
];
