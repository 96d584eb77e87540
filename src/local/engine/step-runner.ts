import type { TaskEvent } from '../../contract/events';
import type { Json } from '../../kernel/json';
import { OperationError, ProblemsError } from '../../kernel/problem';
import type { ChoiceStep, JobStep, Step, StepGraph, TaskStep } from '../../plan/step-graph';
import type { RunDocument, RunStore } from './run-store';

type State = { readonly [key: string]: Json };

export interface StepRunnerOptions {
  readonly graphs: Readonly<Record<RunDocument['workflow'], StepGraph>>;
  readonly store: RunStore;
  readonly callTask: (event: TaskEvent) => Promise<State>;
  readonly runJob: (step: JobStep, run: string, state: State) => Promise<State>;
  /** Virtual seconds that a job takes. */
  readonly jobSeconds: (step: JobStep) => number;
  readonly now: () => number;
  readonly onStep?: (step: Step, run: RunDocument, what: 'begins' | 'ends' | 'fails', error?: Error) => void;
}

/** Errors of the machine or of the person at it, not of the run: it stays where it is and goes on with the next start. */
const INTERRUPTIONS = new Set(['diskFull', 'fileNotWritable', 'cancelled']);

export const isInterruption = (error: unknown): boolean =>
  error instanceof OperationError && error.problems.some(({ code }) => INTERRUPTIONS.has(code));

/** Runs step graphs of the plan, each step in turn, and stores the run after every task, job and wait. */
export class StepRunner {
  constructor(private readonly options: StepRunnerOptions) {}

  /**
   * Goes on with a run until it waits or is over. A run that is not due is returned as it is; one whose graph's time is over has
   * failed where it stands, as a state machine's does.
   * @throws OperationError `diskFull`, `cancelled`, …: the run stays at its last finished step
   */
  async advance(document: RunDocument): Promise<RunDocument> {
    const graph = this.options.graphs[document.workflow];
    let run = document;
    while (run.outcome === 'running' && run.wakeAt <= this.options.now()) {
      if (this.options.now() - run.startedAt >= graph.timeoutSeconds) return this.saved({ ...run, outcome: 'failed' });
      const step = graph.steps.find(({ id }) => id === run.next);
      if (step === undefined) throw unknownStep(run);
      run = await this.take(step, run);
    }
    return run;
  }

  private async take(step: Step, run: RunDocument): Promise<RunDocument> {
    switch (step.kind) {
      case 'end':
        return this.saved({ ...run, outcome: step.outcome });
      case 'choice':
        return { ...run, next: choose(step, run.state) };
      case 'wait':
        return this.saved({ ...run, next: step.next, wakeAt: this.options.now() + step.seconds });
      case 'task':
      case 'job':
        return this.called(step, run);
    }
  }

  private async called(step: TaskStep | JobStep, run: RunDocument): Promise<RunDocument> {
    const { onStep } = this.options;
    onStep?.(step, run, 'begins');
    try {
      const output =
        step.kind === 'task' ? await this.task(step, run) : await this.options.runJob(step, run.name, run.state);
      onStep?.(step, run, 'ends');
      const wakeAt = this.options.now() + (step.kind === 'job' ? this.options.jobSeconds(step) : 0);
      return this.saved({ ...run, state: { ...run.state, [step.output]: output }, next: step.next, wakeAt }, step.id);
    } catch (error) {
      if (isInterruption(error)) throw error;
      const failure = error instanceof Error ? error : new Error(String(error));
      onStep?.(step, run, 'fails', failure);
      const state = { ...run.state, error: { step: step.id, message: failure.message } };
      return this.saved({ ...run, state, next: step.onError }, step.id);
    }
  }

  /** A named problem does not go away by trying again; anything else may. */
  private async task(step: TaskStep, run: RunDocument): Promise<State> {
    const event: TaskEvent = {
      use: step.use,
      step: step.id,
      run: run.name,
      arguments: step.arguments,
      state: run.state,
    };
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.options.callTask(event);
      } catch (error) {
        if (error instanceof ProblemsError || attempt >= step.retry.maxRetries) throw error;
      }
    }
  }

  private saved(run: RunDocument, step?: string): RunDocument {
    const at = this.options.now();
    const finished = step === undefined ? run.finished : [...run.finished, { step, at }];
    const document = { ...run, at, finished };
    this.options.store.save(document);
    return document;
  }
}

/** The step that a choice goes on to; a path that is not there takes `otherwise`. */
export function choose(step: ChoiceStep, state: State): string {
  const value = step.on
    .split('.')
    .reduce<Json | undefined>(
      (inner, key) =>
        inner !== null && typeof inner === 'object' && !Array.isArray(inner) && Object.hasOwn(inner, key)
          ? (inner as State)[key]
          : undefined,
      state,
    );
  return step.cases.find(({ equals }) => equals === value)?.next ?? step.otherwise;
}

const unknownStep = ({ workflow, name, next }: RunDocument): OperationError =>
  new OperationError({
    code: 'unknownStep',
    path: `${workflow} ${name}`,
    got: next,
    expected: 'a step of the graph',
    fix: 'the definition has changed since the run began: start over with --clean',
  });
