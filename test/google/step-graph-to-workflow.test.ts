import { hasShadow, withoutShadow } from '../../src/google/canary-endpoint/without-shadow';
import { neighbour } from '../../src/google/support/alarm-renderer';
import {
  MAX_CALL_SECONDS,
  printWorkflow,
  stepGraphToWorkflow,
  terraformText,
} from '../../src/google/support/step-graph-to-workflow';
import { crc32, zip } from '../../src/google/support/zip';
import { planPlatform } from '../../src/plan/plan-platform';
import { graphFaults, type StepGraph } from '../../src/plan/step-graph';
import { SCALE } from './support/examples';
import { DOLLAR } from './support/synth-stack';

type Steps = { [name: string]: { [key: string]: unknown } }[];
const stepsOf = (graph: StepGraph): Steps => (stepGraphToWorkflow(graph)['main'] as unknown as { steps: Steps }).steps;
const { pipeline, endpoint } = planPlatform(SCALE).models['demand']!;
const graphs = [pipeline.graph, endpoint.graph];

/** Names of steps and targets of jumps at one depth. */
const namesOf = (steps: Steps): string[] => steps.flatMap((step) => Object.keys(step));
function jumps(steps: Steps): string[] {
  return steps.flatMap((step) =>
    Object.values(step).flatMap((body) => [
      ...(typeof body['next'] === 'string' ? [body['next']] : []),
      ...((body['switch'] as { next: string }[] | undefined)?.map((one) => one.next) ?? []),
    ]),
  );
}

test.each(graphs.map((graph) => [graph.id, graph] as const))(
  '%s: every step of the graph is there, every jump lands',
  (_, graph) => {
    const steps = stepsOf(graph);
    const names = namesOf(steps);
    expect(new Set(names).size).toBe(names.length);
    for (const step of graph.steps) expect(names).toContain(step.id);
    for (const target of jumps(steps)) expect(names).toContain(target);
    // Jumps out of a try block are not allowed everywhere: there are none.
    for (const step of steps) {
      for (const body of Object.values(step))
        expect(JSON.stringify([body['try'], body['except']])).not.toContain('"next"');
    }
  },
);

test('a call has the plan’s retries, and no more time than Cloud Workflows gives', () => {
  const deploy = stepsOf(endpoint.graph).find((step) => 'deploy' in step)!['deploy'] as {
    try: { steps: [{ deploy_call: { args: { timeout: number; body: { use: string } } } }] };
    retry: unknown;
  };
  expect(deploy.try.steps[0].deploy_call.args).toMatchObject({
    timeout: MAX_CALL_SECONDS,
    body: { use: 'deployChallenger' },
  });
  expect(deploy.retry).toMatchObject({ max_retries: 3, backoff: { initial_delay: 2, max_delay: 60, multiplier: 2 } });
});

test('text of a definition is never taken for an expression', () => {
  const graph: StepGraph = {
    id: 'pipeline',
    startAt: 'a',
    timeoutSeconds: 1,
    steps: [
      {
        kind: 'task',
        id: 'a',
        describe: '',
        use: 'checkData',
        arguments: { sql: `name = '${DOLLAR}{sys.get_env("X")}'`, list: ['%{if}'] },
        output: 'x',
        retry: { maxRetries: 0, intervalSeconds: 1, backoffRate: 2, maxDelaySeconds: 1 },
        timeoutSeconds: 10,
        next: 'b',
        onError: 'b',
      },
      { kind: 'end', id: 'b', describe: '', outcome: 'succeeded' },
    ],
  };
  const text = printWorkflow(graph);
  expect(text).toContain('name = \'\\" + \\"$\\" + \\"{\\" + \\"sys.get_env');
  expect(text).toContain('"max_delay": 2');
  expect(terraformText(`a ${DOLLAR}{b} %{c}`)).toBe(`a ${DOLLAR}${DOLLAR}{b} %%{c}`);
});

test('a strict comparison with a neighbour is the comparison that was asked for', () => {
  for (const value of [1, 0.2, -3.5, 1e-300, 250]) {
    expect(neighbour(value, -1)).toBeLessThan(value);
    expect(value > neighbour(value, -1)).toBe(true);
    expect(neighbour(neighbour(value, -1), 1)).toBe(value);
    expect(
      (neighbour(value, -1) + value) / 2 === value || (neighbour(value, -1) + value) / 2 === neighbour(value, -1),
    ).toBe(true);
  }
  expect(neighbour(0, -1)).toBeLessThan(0);
});

test('an archive has known bytes, whatever the order of its files', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const [one, two] = [Buffer.from('exports.handler = 1;\n'), Buffer.from('{}')];
  const archive = zip({ 'b/index.js': one, 'a.json': two });
  expect(archive.equals(zip({ 'a.json': two, 'b/index.js': one }))).toBe(true);
  expect(archive.readUInt32LE(0)).toBe(0x04034b50);
  expect(archive.readUInt16LE(archive.length - 12)).toBe(2);
});

test('a release without its shadow phase is a sound graph that still looks, shifts and rolls back', () => {
  expect(hasShadow(endpoint.graph)).toBe(true);
  const graph = withoutShadow(endpoint.graph);
  expect(hasShadow(graph)).toBe(false);
  expect(graphFaults(graph)).toEqual([]);
  const uses = new Set(graph.steps.flatMap((step) => (step.kind === 'task' ? [step.use] : [])));
  expect([...uses].sort()).toEqual(
    [
      'analyseTraffic',
      'deployChallenger',
      'promote',
      'recordIncident',
      'rejectRelease',
      'rollBack',
      'shiftTraffic',
      'verifyArtifact',
    ].sort(),
  );
  expect(withoutShadow(graph)).toBe(graph);
});
