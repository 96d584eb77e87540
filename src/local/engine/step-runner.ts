import type { TaskEvent } from '../../contract/events';
import type { Json } from '../../kernel/json';
import { OperationError, ProblemsError } from '../../kernel/problem';
import type { ChoiceStep, JobStep, Step, StepGraph, TaskStep, WaitStep } from '../../plan/step-graph';
import type { RunDocument, RunStore } from './run-store';

type State = { readonly [key: string]: Json };

export interface StepRunnerOptions {
  readonly graphs: Readonly<Record<RunDocument['workflow'], StepGraph>>;
  readonly store: RunStore;
  readonly callTask: (event: TaskEvent) => Promise<State>;
  readonly runJob: (step: JobStep, run: string, state: State) => Promise<State>;
  /** Lets virtual time pass. */
  readonly wait: (seconds: number) => Promise<void>;
  readonly now: () => number;
  readonly onStep?: (step: Step, run: RunDocument, what: 'begins' | 'ends' | 'fails', error?: Error) => void;
}

/** Errors of the machine or of the person at it, not of the run: it stays where it is and goes on with the next start. */
const INTERRUPTIONS = new Set(['diskFull', 'fileNotWritable', 'cancelled']);

export const isInterruption = (error: unknown): boolean =>
  error instanceof OperationError && error.problems.some(({ code }) => INTERRUPTIONS.has(code));

/**
 * Runs a step graph of the plan, and stores the run after every task and job. Waits are taken again when a run goes on, so
 * that what happened during them is seen again.
 */
export class StepRunner {
  constructor(private readonly options: StepRunnerOptions) {}

  /**
   * Runs from the step that is next to an end. A run that is over is returned as it is.
   * @throws OperationError `diskFull`, `cancelled`, …: the run stays at its last finished step
   */
  async run(document: RunDocument): Promise<RunDocument> {
    const graph = this.options.graphs[document.workflow];
    const byId = new Map(graph.steps.map((step) => [step.id, step]));
    let run = document;
    while (run.outcome === 'running') {
      const step = byId.get(run.next);
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
        return this.waited(step, run);
      case 'task':
      case 'job':
        return this.called(step, run);
    }
  }

  private async waited(step: WaitStep, run: RunDocument): Promise<RunDocument> {
    await this.options.wait(step.seconds);
    return { ...run, next: step.next };
  }

  private async called(step: TaskStep | JobStep, run: RunDocument): Promise<RunDocument> {
    const { onStep } = this.options;
    onStep?.(step, run, 'begins');
    try {
      const output =
        step.kind === 'task' ? await this.task(step, run) : await this.options.runJob(step, run.name, run.state);
      onStep?.(step, run, 'ends');
      return this.saved({ ...run, state: { ...run.state, [step.output]: output }, next: step.next }, step.id);
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
