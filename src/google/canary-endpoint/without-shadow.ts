import { type Step, type StepGraph, successors } from '../../plan/step-graph';

const mirrors = (step: Step): boolean =>
  step.kind === 'task' && (step.use === 'deployShadow' || step.use === 'analyseShadow');

/** Whether a release mirrors requests, which a Vertex AI endpoint cannot. */
export const hasShadow = (graph: StepGraph): boolean => graph.steps.some(mirrors);

/**
 * A release graph without its shadow phase: what led into it leads to where it went on. The canary's steps, its statistics
 * and its way back are untouched.
 */
export function withoutShadow(graph: StepGraph): StepGraph {
  if (!hasShadow(graph)) return graph;
  const first = graph.steps.find((step) => step.kind === 'task' && step.use === 'deployShadow')!.id;
  const after = 'deploy';
  const steps = graph.steps.map((step) =>
    step.kind === 'choice'
      ? { ...step, cases: step.cases.map((one) => (one.next === first ? { ...one, next: after } : one)) }
      : step,
  );
  const reached = reachable(steps, graph.startAt);
  return { ...graph, steps: steps.filter((step) => reached.has(step.id)) };
}

function reachable(steps: readonly Step[], from: string): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const reached = new Set<string>();
  const queue = [from];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const step = byId.get(id);
    if (step === undefined || reached.has(id)) continue;
    reached.add(id);
    queue.push(...successors(step));
  }
  return reached;
}
