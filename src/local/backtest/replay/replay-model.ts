import type { ModelDefinition } from '../../../definition/platform';
import { durationSeconds } from '../../../kernel/duration';
import type { Schedule } from '../../../kernel/schedule';
import type { ModelPlan, MonitoringJobPlan } from '../../../plan/plan';
import { VirtualClock } from '../../../runtime/adapters/local/virtual-clock';
import { USE_CASE_FUNCTIONS, type VersionRecord } from '../../../runtime/usecases';
import { type AgendaEntry, agenda } from '../../engine/agenda';
import type { AlarmChange, AlarmPoint } from '../../engine/alarm-board';
import { isoOf } from '../arguments';
import type { ModelHistory } from '../history/model-history';
import type { BacktestProgress } from '../options';
import { BacktestError } from '../problems';
import type { DriftWindow, QualityWindow, ReplayedDecision } from '../result';
import { AlarmLog } from './alarm-log';
import { registerRecorded } from './champion-record';
import type { Reign } from './champions';
import type { MemoSqlEngine } from './memo-sql-engine';
import { Rechecks } from './recheck';
import { reignsFrom } from './reigns-in-registry';
import { type ReplayPorts, replayPorts } from './replay-ports';
import { RetrainingRuns } from './retraining-runs';
import type { ReplaySpan } from './span';
import { versionReference } from './version-reference';

type Job =
  | { readonly kind: 'monitor'; readonly id: string; readonly job: MonitoringJobPlan }
  /** Without a cause only what waits, and what nobody has to report, is decided. */
  | { readonly kind: 'retraining'; readonly id: string; readonly cause: string | null };

export interface ModelReplayInput {
  readonly platform: string;
  readonly definition: ModelDefinition;
  readonly plan: ModelPlan;
  readonly engine: MemoSqlEngine;
  readonly history: ModelHistory;
  readonly span: ReplaySpan;
  readonly reigns: readonly Reign[];
  /** Points that come from elsewhere than the monitors, in the order of time: releases, recorded metrics. */
  readonly points: readonly AlarmPoint[];
  readonly trainingSeconds: number;
  readonly onProgress?: (progress: BacktestProgress) => void;
  readonly signal?: AbortSignal;
}

/** The monitors and the retraining decision of one model over recorded time: the plan's schedules, the platform's use cases. */
export class ModelReplay {
  readonly decisions: ReplayedDecision[] = [];
  readonly drift: DriftWindow[] = [];
  readonly quality: QualityWindow[] = [];
  readonly alarms: AlarmLog;
  readonly ports: ReplayPorts;
  /** The first champion, as it was registered; null where no answers are recorded. */
  champion: VersionRecord | null = null;
  /** Champions of which nobody knows how they answered when they were released. */
  readonly unknown: number[] = [];
  /** Labels of the last events can be seen by then, epoch seconds. */
  readonly end: number;
  private readonly clock: VirtualClock;
  private readonly runs: RetrainingRuns;
  private readonly labelDelay: number;
  private readonly rechecks: Rechecks | null;
  private reign = -1;
  private pointsTaken = 0;

  constructor(private readonly input: ModelReplayInput) {
    const { platform, plan, engine, history, span, definition } = input;
    this.clock = new VirtualClock(span.from);
    this.runs = new RetrainingRuns(() => this.clock.now(), input.trainingSeconds);
    this.ports = replayPorts({ platform, engine, history, clock: this.clock, workflows: this.runs, from: span.from });
    this.rechecks = definition.retraining ? new Rechecks(this.ports, history, definition.retraining) : null;
    this.labelDelay = durationSeconds(definition.data.label.delay);
    this.end = span.last + this.labelDelay;
    const { pipeline, endpoint, drift, retraining } = plan;
    const alarms = [...pipeline.alarms, ...endpoint.alarms, ...(drift?.alarms ?? []), ...(retraining?.alarms ?? [])];
    this.alarms = new AlarmLog(
      // What serving measures is judged minute by minute, apart from this.
      alarms.filter(({ metric }) => metric.name !== 'Latency' && metric.name !== 'Errors'),
      { from: span.from, until: span.last },
    );
  }

  async run(): Promise<void> {
    const { span, history, onProgress, signal } = this.input;
    await this.passTo(span.from);
    const watches = history.recorded !== null;
    // One instant after the end of the history, so that its last events are judged.
    const after = this.end + 2 * Math.max(0, ...this.entries().map(({ schedule }) => stepOf(schedule, this.end)));
    const done = new Set<string>();
    for (const { at, what } of agenda(watches ? this.entries() : [], span.from, after)) {
      if (signal?.aborted) throw cancelled(at);
      const due = what.filter((job) => !done.has(job.id));
      if (due.length === 0 && done.size === this.entries().length) break;
      await this.passTo(at);
      for (const job of due) {
        await this.take(job, at);
        if (at >= this.lastOf(job)) done.add(job.id);
      }
      onProgress?.({
        what: 'replays',
        model: history.model,
        at: Math.min(at, this.end),
        from: span.from,
        to: this.end,
      });
    }
    await this.passTo(Math.max(this.clock.now(), this.end));
  }

  private jobs(): readonly MonitoringJobPlan[] {
    return this.input.plan.drift?.jobs ?? [];
  }

  private entries(): AgendaEntry<Job>[] {
    const { retraining } = this.input.plan;
    return [
      ...this.jobs().map((job) => ({ schedule: job.schedule, what: { kind: 'monitor', id: job.id, job } as const })),
      ...(retraining?.schedules ?? []).flatMap(({ id, schedule, starts }) =>
        starts.kind === 'retrainingDecision'
          ? [{ schedule, what: { kind: 'retraining', id, cause: starts.cause } as const }]
          : [],
      ),
    ];
  }

  /** The first instant at or after this one is a job's last: later ones would see that nothing is recorded any more. */
  private lastOf(job: Job): number {
    return job.kind === 'monitor' && job.job.use === 'monitorQuality' ? this.end : this.input.span.last;
  }

  /** Lets time pass: what happens between two instants of the agenda, in its order. */
  private async passTo(at: number): Promise<void> {
    for (;;) {
      const reign = this.input.reigns[this.reign + 1];
      const run = this.runs.dueBy(at);
      const point = this.input.points[this.pointsTaken];
      const next = Math.min(reign?.from ?? Infinity, run?.endsAt ?? Infinity, point?.at ?? Infinity);
      if (next > at) break;
      this.clock.advanceTo(next);
      if (reign?.from === next) await this.crown(reign);
      else if (run?.endsAt === next) await this.runs.finish(run, this.ports, this.labelDelay);
      else {
        this.pointsTaken += 1;
        await this.answer(this.alarms.take([point!], next), null);
      }
    }
    this.clock.advanceTo(at);
    await this.answer(this.alarms.passTo(Math.min(at, this.end)), null);
  }

  /** A version of the recording becomes the champion. */
  private async crown({ version, from }: Reign): Promise<void> {
    const { engine, history, definition, reigns } = this.input;
    const first = this.reign < 0;
    this.reign += 1;
    const known = reigns.slice(0, this.reign).some((before) => before.version === version);
    if (!known) {
      const reference = await versionReference(engine, history, version, from, first);
      const record = await registerRecorded(this.ports, definition, version, reference);
      this.champion ??= record;
      if (reference.answers === null) this.unknown.push(version);
    }
    await reignsFrom(this.ports, version, String(from));
  }

  private async take(job: Job, at: number): Promise<void> {
    if (job.kind === 'monitor') await this.monitor(job.job, at);
    else if (job.cause !== null) await this.decide(job.cause, job.id, 'the schedule asks');
    else if ((await this.rechecks?.canWait(this.quality.at(-1)?.verdict === 'critical')) === false)
      await this.decide(null, job.id, '');
  }

  private async monitor(job: MonitoringJobPlan, at: number): Promise<void> {
    const answer = await USE_CASE_FUNCTIONS[job.use](
      // What serving costs is not recorded.
      {
        use: job.use,
        step: job.id,
        run: `${job.id}-${isoOf(at)}`,
        arguments: { ...job.arguments, cost: null },
        state: {},
      },
      this.ports,
    );
    if (job.use === 'monitorDrift') {
      const percent = answer['driftedColumnsPercent'];
      const driftedColumnsPercent = typeof percent === 'number' ? percent : null;
      this.drift.push({ at, verdict: String(answer['verdict']), driftedColumnsPercent });
    } else {
      this.quality.push({
        at,
        verdict: String(answer['verdict']),
        labels: Number(answer['labels'] ?? 0),
        metrics: (answer['metrics'] ?? {}) as QualityWindow['metrics'],
        cause: String((answer['concept'] as { readonly cause?: string } | undefined)?.cause ?? 'none'),
      });
    }
    const points = this.ports.takePoints().filter((point) => !this.isOfUnrecordedTime(job, point, at));
    const { explanation } = answer;
    await this.answer(this.alarms.take(points, at), typeof explanation === 'string' ? explanation : null);
  }

  /**
   * Until a window lies wholly within the recording, too few rows say nothing: what came before was not recorded, which is no
   * fault of the platform's.
   */
  private isOfUnrecordedTime({ use }: MonitoringJobPlan, { name }: AlarmPoint, at: number): boolean {
    const { definition, span } = this.input;
    const { drift, quality } = definition.monitoring;
    const window = use === 'monitorDrift' ? drift?.window : quality?.window;
    const delay = use === 'monitorDrift' ? 0 : this.labelDelay;
    const whole = span.from + delay + (window === undefined ? 0 : durationSeconds(window));
    return at < whole && (name === 'DataVerdict' || name === 'LabelledRows');
  }

  /** What an alarm that begins asks for. */
  private async answer(changes: readonly AlarmChange[], explanation: string | null): Promise<void> {
    for (const { alarm, firing, value } of changes) {
      const cause = this.input.plan.retraining?.causes.find(({ alarmKinds }) => alarmKinds.includes(alarm.kind))?.cause;
      if (!firing || cause === undefined) continue;
      const said = `${alarm.summary} (${Number(value.toPrecision(4))})`;
      await this.decide(cause, alarm.id, explanation === null ? said : `${said}; ${explanation}`);
    }
  }

  private async decide(asked: string | null, by: string, text: string): Promise<void> {
    const { plan } = this.input;
    if (plan.retraining === null) return;
    const at = this.clock.now();
    const toldBefore = this.ports.notifier.sent.length;
    const decision = await USE_CASE_FUNCTIONS.decideRetraining(
      {
        use: 'decideRetraining',
        step: 'decideRetraining',
        run: `retraining-${by}-${isoOf(at)}`,
        arguments: plan.retraining.arguments,
        state: asked === null ? {} : { cause: asked, text, windowEndSeconds: at },
      },
      this.ports,
    );
    this.alarms.take(this.ports.takePoints(), at);
    const { cause } = decision;
    const action = decision['action'] as ReplayedDecision['action'];
    const reason = decision['reason'] as { readonly code: string; readonly text: string };
    if (reason.code === 'tooFewLabels') await this.rechecks?.waitsForLabels();
    // Looked at, and nothing to tell.
    if (typeof cause !== 'string') return;
    const tells = this.ports.notifier.sent[toldBefore]?.severity ?? null;
    this.decisions.push({
      at,
      action,
      code: reason.code,
      cause: action === 'retrain' ? cause : (asked ?? cause),
      text: reason.text,
      tells,
    });
  }
}

/** Seconds to the instant after a time: how far the last one of a job can be. */
function stepOf(schedule: Schedule, from: number): number {
  for (const { at } of agenda([{ schedule, what: null }], from, from + 400 * 86_400)) return at - from;
  return 0;
}

const cancelled = (at: number): BacktestError =>
  new BacktestError('the backtest was stopped', [
    {
      code: 'cancelled',
      path: isoOf(at),
      got: 'a signal to stop',
      expected: 'the end of the history',
      fix: 'run it again',
    },
  ]);
