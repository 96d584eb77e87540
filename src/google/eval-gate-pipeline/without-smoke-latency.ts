import type { Json } from '../../kernel/json';
import type { Step, StepGraph } from '../../plan/step-graph';

type Fields = { readonly [key: string]: Json };

/** The gate's bound of the candidate's latency; undefined for a step without one. */
const boundOf = (step: Step): Json | undefined => {
  if (step.kind !== 'task' || step.use !== 'decideGate') return undefined;
  const evaluation = step.arguments['evaluation'] as { readonly serving?: Fields } | null | undefined;
  return evaluation?.serving?.['maxLatencyP99'];
};

/** Whether the gate asks how fast a candidate answers, which a batch prediction does not say. */
export const judgesSmokeLatency = (graph: StepGraph): boolean =>
  graph.steps.some((step) => boundOf(step) !== undefined);

/**
 * A pipeline graph whose gate does not ask how fast the candidate answers: nothing measures it before a release, and a bound
 * on what is never measured would let no version through. The release judges latency, on live traffic.
 */
export function withoutSmokeLatency(graph: StepGraph): StepGraph {
  const steps = graph.steps.map((step) => {
    if (boundOf(step) === undefined || step.kind !== 'task') return step;
    const evaluation = step.arguments['evaluation'] as Fields;
    const { maxLatencyP99: _bound, ...serving } = evaluation['serving'] as Fields;
    return { ...step, arguments: { ...step.arguments, evaluation: { ...evaluation, serving } } };
  });
  return { ...graph, steps };
}
