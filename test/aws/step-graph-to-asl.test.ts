import { stepGraphToAsl } from '../../src/aws/support/step-graph-to-asl';
import { type StepGraph, TASK_RETRY } from '../../src/plan/step-graph';
import { aslFaults } from './support/asl';

const handlerArn = 'arn:aws:lambda:eu-central-1:111111111111:function:handler';
const graph = (changes: Partial<StepGraph> = {}): StepGraph => ({
  id: 'pipeline',
  startAt: 'gate',
  timeoutSeconds: 100,
  steps: [
    {
      kind: 'task',
      id: 'gate',
      describe: 'decide',
      use: 'decideGate',
      arguments: { model: 'churn' },
      output: 'gate',
      retry: TASK_RETRY,
      timeoutSeconds: 60,
      next: 'passed',
      onError: 'failed',
    },
    {
      kind: 'choice',
      id: 'passed',
      describe: 'did it pass?',
      on: 'gate.verdict',
      cases: [
        { equals: 'pass', next: 'job' },
        { equals: true, next: 'rest' },
      ],
      otherwise: 'failed',
    },
    {
      kind: 'job',
      id: 'job',
      describe: 'a long job',
      job: 'train',
      arguments: {},
      output: 'training',
      timeoutSeconds: 60,
      next: 'rest',
      onError: 'failed',
    },
    { kind: 'wait', id: 'rest', describe: 'wait', seconds: 5, next: 'done' },
    { kind: 'end', id: 'done', describe: 'well', outcome: 'succeeded' },
    { kind: 'end', id: 'failed', describe: 'not well', outcome: 'failed' },
  ],
  ...changes,
});
const job = () => [
  { suffix: '', state: { Type: 'Task', Resource: handlerArn, ResultPath: null } },
  { suffix: 'Collect', state: { Type: 'Task', Resource: handlerArn, ResultPath: '$.training' } },
];

test('every kind of step becomes states of a valid definition', () => {
  const definition = stepGraphToAsl(graph(), { handlerArn, job });
  expect(aslFaults(definition)).toEqual([]);
  expect(Object.entries(definition.States).map(([id, { Type }]) => `${id} ${Type}`)).toEqual([
    'gate Task',
    'gateFailed Pass',
    'passed Choice',
    'job Task',
    'jobCollect Task',
    'jobFailed Pass',
    'rest Wait',
    'done Succeed',
    'failed Fail',
  ]);
  expect(definition).toMatchObject({ StartAt: 'gate', TimeoutSeconds: 100 });
  expect(definition.States['job']).toMatchObject({ Next: 'jobCollect' });
  expect(definition.States['jobCollect']).toMatchObject({ Next: 'rest' });
});

test('retries and catches are those of the plan', () => {
  const { States } = stepGraphToAsl(graph(), { handlerArn, job });
  expect((States['gate']!['Retry'] as unknown[])[1]).toEqual({
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: TASK_RETRY.intervalSeconds,
    MaxAttempts: TASK_RETRY.maxRetries,
    BackoffRate: TASK_RETRY.backoffRate,
    MaxDelaySeconds: TASK_RETRY.maxDelaySeconds,
    JitterStrategy: 'FULL',
  });
  expect(States['jobFailed']).toMatchObject({ Next: 'failed', ResultPath: '$.error' });
});

test('a missing value takes the other way', () => {
  const { States } = stepGraphToAsl(graph(), { handlerArn, job });
  expect(States['passed']).toMatchObject({
    Choices: [
      {
        And: [
          { Variable: '$.gate.verdict', IsPresent: true },
          { Variable: '$.gate.verdict', StringEquals: 'pass' },
        ],
      },
      {
        And: [
          { Variable: '$.gate.verdict', IsPresent: true },
          { Variable: '$.gate.verdict', BooleanEquals: true },
        ],
      },
    ],
    Default: 'failed',
  });
});

test('a graph with a fault is refused, and the validator would see one', () => {
  expect(() => stepGraphToAsl(graph({ startAt: 'nowhere' }), { handlerArn, job })).toThrow(RangeError);
  const broken = stepGraphToAsl(graph(), { handlerArn, job });
  const States = { ...broken.States, rest: { ...broken.States['rest'], Next: 'nowhere' } };
  expect(aslFaults({ ...broken, States })).not.toEqual([]);
});

test('a step that has the name of the failure of another one is refused', () => {
  const [gate, ...rest] = graph().steps;
  const steps = [{ ...gate!, onError: 'gateFailed' } as never, { ...gate!, id: 'gateFailed' } as never, ...rest];
  expect(() => stepGraphToAsl(graph({ steps }), { handlerArn, job })).toThrow(/two states of one name: gateFailed/);
});

test('an argument that Step Functions would read as a path is refused', () => {
  const [gate, ...rest] = graph().steps;
  const steps = [{ ...gate!, arguments: { columns: { 'price.$': 1 } } } as never, ...rest];
  expect(() => stepGraphToAsl(graph({ steps }), { handlerArn, job })).toThrow(
    "gate.columns: got the name 'price.$', expected one that does not end with '.$'",
  );
});
