import { judgesSmokeLatency, withoutSmokeLatency } from '../../src/google/eval-gate-pipeline/without-smoke-latency';
import { planPlatform } from '../../src/plan/plan-platform';
import type { StepGraph } from '../../src/plan/step-graph';
import { conceptDefinition } from '../concept/definition';

const bikeShare = (): StepGraph => planPlatform(conceptDefinition()).models['demand']!.pipeline.graph;
const gateOf = (graph: StepGraph) =>
  graph.steps.find((step) => step.kind === 'task' && step.use === 'decideGate') as unknown as {
    readonly arguments: { readonly evaluation: { readonly serving: object; readonly metrics: object } };
  };

describe('a gate on Google Cloud', () => {
  it('does not ask how fast a candidate answers, which nothing measures there', () => {
    const graph = bikeShare();
    expect(judgesSmokeLatency(graph)).toBe(true);
    const rendered = withoutSmokeLatency(graph);
    expect(judgesSmokeLatency(rendered)).toBe(false);
    expect(gateOf(rendered).arguments.evaluation.serving).toEqual({ smokeRows: 20 });
  });

  it('asks everything else as before', () => {
    const graph = bikeShare();
    const rendered = withoutSmokeLatency(graph);
    expect(gateOf(rendered).arguments.evaluation.metrics).toEqual(gateOf(graph).arguments.evaluation.metrics);
    const others = (of: StepGraph) => of.steps.filter((step) => step.kind !== 'task' || step.use !== 'decideGate');
    expect(others(rendered)).toEqual(others(graph));
    expect(gateOf(graph).arguments.evaluation.serving).toMatchObject({ maxLatencyP99: '200ms' });
  });
});
