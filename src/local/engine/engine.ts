import type { MonitoringJobPlan } from '../../plan/plan';
import { cancelled } from '../../runtime/adapters/local/process-jobs';
import type { VirtualClock } from '../../runtime/adapters/local/virtual-clock';
import { type AgendaEntry, agenda, type Due } from './agenda';
import type { LocalModel } from './local-model';
import type { RunDocument } from './run-store';

/** Something that the world does at an instant, before the platform does anything. */
export interface Happening {
  /** Epoch seconds. */
  readonly at: number;
  readonly happen: () => Promise<void>;
}

type Job = { readonly model: LocalModel } & (
  | { readonly kind: 'monitor'; readonly job: MonitoringJobPlan }
  | { readonly kind: 'retraining'; readonly id: string; readonly cause: 'schedule' | null }
);

export interface EngineOptions {
  readonly clock: VirtualClock;
  readonly models: readonly LocalModel[];
  /** Instants of schedules after this one are still to come; epoch seconds. */
  readonly from: number;
  /** Schedules go this far, epoch seconds. */
  readonly end: number;
  readonly happenings?: readonly Happening[];
  /** Instants at which the engine stops for `onInstant` although nothing is due: begins of days, of months. */
  readonly stops?: Generator<number>;
  /** Waits until an instant may come; a replay at a given speed does. */
  readonly pace?: (at: number) => Promise<void>;
  /** All jobs up to and with an instant are done, and runs are due in it: these are in documents, and go on from there. */
  readonly onJobsDone?: (at: number) => void;
  /** An instant is over. `changed`: a job has run or a run has made a step, so that state on disk has changed. */
  readonly onInstant?: (at: number, changed: boolean) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Moves a platform from one instant to the next: schedules, runs that wake, what a scenario does. Between two instants only
 * requests happen. At one instant the order is fixed, so that the same world has the same history: what the world does,
 * runs that are due, jobs in the order of the plan, and what alarms have asked for.
 */
export class Engine {
  private readonly schedule: Generator<Due<Job>>;
  private due: Due<Job> | undefined;
  private stop: number | undefined;
  private happened = 0;

  constructor(private readonly options: EngineOptions) {
    this.schedule = agenda(jobsOf(options.models), options.from, options.end);
    this.due = this.schedule.next().value ?? undefined;
    this.stop = options.stops?.next().value ?? undefined;
  }

  /**
   * Lets time pass up to and with an instant, epoch seconds.
   * @throws OperationError `cancelled`; all instants before it are over, and a new engine goes on
   */
  async runTo(end: number): Promise<void> {
    const { clock, models, pace, onInstant, signal } = this.options;
    for (;;) {
      const at = Math.min(end, this.next());
      if (signal?.aborted) throw cancelled(`replay at ${new Date(clock.now() * 1000).toISOString()}`);
      await pace?.(at);
      if (at < clock.now()) throw new RangeError(`time goes back from ${clock.now()} to ${at}`);
      // One model's requests after the other's, over the same time.
      for (const model of models) await model.traffic.advanceTo(at);
      clock.advanceTo(at);
      const changed = await this.happen(at);
      await onInstant?.(at, changed);
      if (at >= end && this.next() > end) return;
    }
  }

  /** The next instant at which something is due, epoch seconds; infinity for none. */
  private next(): number {
    const { happenings, models } = this.options;
    const wakes = models.map((model) => model.nextWake() ?? Number.POSITIVE_INFINITY);
    return Math.min(
      happenings?.[this.happened]?.at ?? Number.POSITIVE_INFINITY,
      this.due?.at ?? Number.POSITIVE_INFINITY,
      this.stop ?? Number.POSITIVE_INFINITY,
      ...wakes,
    );
  }

  private async happen(at: number): Promise<boolean> {
    const { happenings, models } = this.options;
    // Started in this instant by a process that was killed in it: they go on after its jobs, as they did there.
    const started = models.flatMap(({ runs }) => runs.running()).filter(({ startedAt }) => startedAt === at);
    for (let one = happenings?.[this.happened]; one !== undefined && one.at <= at; one = happenings?.[this.happened]) {
      this.happened += 1;
      await one.happen();
    }
    let changed = await this.advanceRuns(new Set(started));
    while (this.due !== undefined && this.due.at <= at) {
      for (const job of this.due.what) await take(job);
      changed = true;
      this.due = this.schedule.next().value ?? undefined;
    }
    for (const model of models) await model.decideAsked();
    if (models.some((model) => (model.nextWake() ?? Number.POSITIVE_INFINITY) <= at)) this.options.onJobsDone?.(at);
    if (await this.advanceRuns()) changed = true;
    while (this.stop !== undefined && this.stop <= at) this.stop = this.options.stops?.next().value ?? undefined;
    return changed;
  }

  private async advanceRuns(except?: ReadonlySet<RunDocument>): Promise<boolean> {
    let moved = false;
    for (const model of this.options.models) if (await model.advanceRuns(except)) moved = true;
    return moved;
  }
}

async function take(job: Job): Promise<void> {
  if (job.kind === 'monitor') await job.model.monitor(job.job);
  else await job.model.decideRetraining(job.cause, job.id, 'the schedule asks');
}

/** What falls due by the plan's schedules. */
function jobsOf(models: readonly LocalModel[]): AgendaEntry<Job>[] {
  return models.flatMap((model): AgendaEntry<Job>[] => {
    const { drift, endpoint, retraining } = model.plan;
    const jobs = [...(drift?.jobs ?? []), ...endpoint.jobs];
    return [
      ...jobs.map((job) => ({ schedule: job.schedule, what: { model, kind: 'monitor' as const, job } })),
      ...(retraining?.schedules ?? []).map(({ id, schedule, starts }) => ({
        schedule,
        what: {
          model,
          kind: 'retraining' as const,
          id,
          cause: starts.kind === 'retrainingDecision' ? starts.cause : null,
        },
      })),
    ];
  });
}
