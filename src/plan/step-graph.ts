import type { UseCase } from '../contract/use-cases';
import type { Json } from '../kernel/json';

/**
 * A workflow as data. Step Functions, Cloud Workflows and the local engine print or run it.
 *
 * One JSON object, the state, flows through it: it starts as the input of the run. A task or a job gets
 * `{ step, arguments, state }` and what it answers is stored at `state.<output>`. When one fails for good,
 * `state.error` is `{ step, message }` and the run goes on at `onError`.
 */
export interface StepGraph {
  /** `pipeline`, `release` or `incident`. */
  readonly id: string;
  readonly startAt: string;
  readonly steps: readonly Step[];
  /** Longest time that a whole run may take. */
  readonly timeoutSeconds: number;
}

export type Step = TaskStep | JobStep | WaitStep | ChoiceStep | EndStep;

interface Named {
  /** Unique in its graph; public API of the state machines. camelCase. */
  readonly id: string;
  readonly describe: string;
}

export interface RetryPlan {
  /** Attempts after the first. */
  readonly maxRetries: number;
  readonly intervalSeconds: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
}

/** A call of a use case; short. */
export interface TaskStep extends Named {
  readonly kind: 'task';
  readonly use: UseCase;
  /** Fixed arguments: policy from the definition, as parsed. */
  readonly arguments: { readonly [key: string]: Json };
  readonly output: string;
  readonly retry: RetryPlan;
  readonly timeoutSeconds: number;
  readonly next: string;
  readonly onError: string;
}

/** A managed job that runs for minutes or hours: training, or scoring rows with a model. */
export interface JobStep extends Named {
  readonly kind: 'job';
  readonly job: 'train' | 'score';
  readonly arguments: { readonly [key: string]: Json };
  readonly output: string;
  readonly timeoutSeconds: number;
  readonly next: string;
  readonly onError: string;
}

export interface WaitStep extends Named {
  readonly kind: 'wait';
  readonly seconds: number;
  readonly next: string;
}

/** Goes on by a text or truth value in the state; a missing path takes `otherwise`. */
export interface ChoiceStep extends Named {
  readonly kind: 'choice';
  /** Dotted path into the state, e.g. `gate.verdict`. */
  readonly on: string;
  readonly cases: readonly { readonly equals: string | boolean; readonly next: string }[];
  readonly otherwise: string;
}

export interface EndStep extends Named {
  readonly kind: 'end';
  readonly outcome: 'succeeded' | 'failed';
}

/** Retries of a call that changes nothing twice: short, then longer. */
export const TASK_RETRY: RetryPlan = { maxRetries: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 };

/** Ids of the steps that a step may go on to. */
export function successors(step: Step): string[] {
  switch (step.kind) {
    case 'task':
    case 'job':
      return [step.next, step.onError];
    case 'wait':
      return [step.next];
    case 'choice':
      return [...step.cases.map((one) => one.next), step.otherwise];
    case 'end':
      return [];
  }
}

/**
 * Checks a graph: ids unique, every successor there, everything reachable, an end reachable from everywhere.
 * @returns what is wrong, empty for a sound graph
 */
export function graphFaults(graph: StepGraph): string[] {
  const byId = new Map(graph.steps.map((step) => [step.id, step]));
  const faults: string[] = byId.size < graph.steps.length ? ['two steps have the same id'] : [];
  for (const step of graph.steps) {
    for (const next of successors(step))
      if (!byId.has(next)) faults.push(`${step.id} goes on to ${next}, which is not there`);
  }
  const reached = new Set<string>();
  const queue = [graph.startAt];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const step = byId.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    queue.push(...successors(step));
  }
  for (const step of graph.steps) if (!reached.has(step.id)) faults.push(`${step.id} is never reached`);
  const ending = new Set(graph.steps.filter((step) => step.kind === 'end').map((step) => step.id));
  for (let grew = true; grew; ) {
    const more = graph.steps.filter(
      (step) => !ending.has(step.id) && successors(step).some((next) => ending.has(next)),
    );
    for (const step of more) ending.add(step.id);
    grew = more.length > 0;
  }
  for (const step of graph.steps) if (!ending.has(step.id)) faults.push(`${step.id} reaches no end`);
  return faults;
}
