import { MlPlatform } from '../../src/google';
import { SCALE } from './support/examples';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

/** The pipeline's handler of a platform whose gate has such a section `serving`. */
function handlerOf(serving?: object): { environment: Record<string, string>; timeoutSeconds: number; source: string } {
  const { demand } = SCALE.models;
  const evaluation = { ...demand.evaluation, ...(serving && { serving }) };
  const stack = stackOf('prod');
  new MlPlatform(stack, 'Platform', {
    definition: { ...SCALE, models: { demand: { ...demand, evaluation } } } as never,
  });
  const resources = resourcesOf(stack);
  const found = all(resources, 'google_cloudfunctions2_function').find(
    (one) => one['description'] === 'demand: pipeline',
  )!;
  const config = found['service_config'] as Attributes;
  const workflow = all(resources, 'google_workflows_workflow').find(
    (one) => one['description'] === 'pipeline of demand',
  )!;
  return {
    environment: config['environment_variables'] as Record<string, string>,
    timeoutSeconds: Number(config['timeout_seconds']),
    source: String(workflow['source_contents']),
  };
}

test('a bound of the candidate’s latency is judged: the handler asks it on a machine like that of the endpoint', () => {
  const { environment, timeoutSeconds, source } = handlerOf({ maxLatencyP99: '200ms', smokeRows: 25 });
  expect(JSON.parse(environment['MLP_SMOKE']!)).toEqual({ rows: 25, machine: 'n1-standard-2', accelerator: null });
  expect(JSON.parse(environment['MLP_TRAINING']!).machine).not.toBe('n1-standard-2');
  expect(timeoutSeconds).toBeGreaterThanOrEqual(1800);
  expect(source).toContain('"maxLatencyP99"');
});

test('without a bound nothing is made for it', () => {
  expect(handlerOf().environment).not.toHaveProperty('MLP_SMOKE');
  expect(handlerOf({ smokeRows: 5 }).environment).not.toHaveProperty('MLP_SMOKE');
});
