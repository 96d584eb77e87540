import { TARGET_CHANGING, TARGET_LOOK_SECONDS, TARGET_POLL_SECONDS } from '../../contract/aws';
import type { Json } from '../../kernel/json';
import { graphFaults, type JobStep, type Step, type StepGraph, type TaskStep } from '../../plan/step-graph';

/** A state of Amazon States Language (JSONPath). */
export type AslState = { readonly [key: string]: Json };

/** A state machine's definition; values may be tokens. */
export interface AslMachine {
  readonly Comment: string;
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: { readonly [id: string]: AslState };
}

/** A state of a job, before its transitions: the renderer adds Next and Catch. */
export interface JobState {
  /** After the step's id; empty for the first one. */
  readonly suffix: string;
  readonly state: AslState;
  /** What is done, in order, when the state has failed for good, before the step fails; when that fails too, the reason says both. */
  readonly onFailure?: readonly { readonly suffix: string; readonly state: AslState }[];
  /** The step goes on when the state has failed for good: what it has not done changes nothing of the result. */
  readonly mayFail?: boolean;
}

export interface AslTargets {
  /** ARN of the Lambda function that takes every task of the graph. */
  readonly handlerArn: string;
  /** States of a managed job, in order; the one that answers for the step sets ResultPath itself. */
  readonly job: (step: JobStep) => readonly JobState[];
}

const FULL_JITTER = { JitterStrategy: 'FULL' } as const;

/**
 * Prints a step graph of the plan as a Step Functions definition. The state object of the run is the state machine's data:
 * answers go to `$.<output>`, and the failure of a step to `$.error` as `{ step, message }`, where message is the JSON text
 * of what Step Functions caught (`{ Error, Cause }`).
 *
 * @throws RangeError when the graph has a fault, a step has the name of another one's failure, or a fixed argument has a key that Step Functions takes for a path
 */
export function stepGraphToAsl(graph: StepGraph, targets: AslTargets): AslMachine {
  const faults = graphFaults(graph);
  if (faults.length > 0) throw new RangeError(`the graph ${graph.id} cannot be rendered: ${faults.join('; ')}`);
  const states = graph.steps.flatMap((step) => statesOf(step, targets));
  const twice = states.map(([name]) => name).filter((name, place, all) => all.indexOf(name) !== place);
  if (twice.length > 0) throw new RangeError(`the graph ${graph.id} has two states of one name: ${twice.join(', ')}`);
  return {
    Comment: `${graph.id}: printed from the plan`,
    StartAt: graph.startAt,
    TimeoutSeconds: graph.timeoutSeconds,
    States: Object.fromEntries(states),
  };
}

function statesOf(step: Step, targets: AslTargets): [string, AslState][] {
  switch (step.kind) {
    case 'task':
      return [[step.id, taskState(step, targets.handlerArn)], failureState(step)];
    case 'job':
      return jobStates(step, targets);
    case 'wait':
      return [[step.id, { Type: 'Wait', Comment: step.describe, Seconds: step.seconds, Next: step.next }]];
    case 'choice':
      return [
        [
          step.id,
          {
            Type: 'Choice',
            Comment: step.describe,
            Choices: step.cases.map(
              ({ equals, next }): AslState => ({
                And: [
                  { Variable: `$.${step.on}`, IsPresent: true },
                  typeof equals === 'boolean'
                    ? { Variable: `$.${step.on}`, BooleanEquals: equals }
                    : { Variable: `$.${step.on}`, StringEquals: equals },
                ],
                Next: next,
              }),
            ),
            Default: step.otherwise,
          },
        ],
      ];
    case 'end':
      return [
        [
          step.id,
          step.outcome === 'succeeded'
            ? { Type: 'Succeed', Comment: step.describe }
            : { Type: 'Fail', Comment: step.describe, Error: step.id, Cause: step.describe },
        ],
      ];
  }
}

function taskState(step: TaskStep, handlerArn: string): AslState {
  const { retry } = step;
  return {
    Type: 'Task',
    Comment: step.describe,
    // The function's own ARN, not lambda:invoke: its answer is the result as it stands.
    Resource: handlerArn,
    Parameters: {
      use: step.use,
      step: step.id,
      'run.$': '$$.Execution.Name',
      arguments: withoutPaths(step.arguments, step.id),
      'state.$': '$',
    },
    ResultPath: `$.${step.output}`,
    TimeoutSeconds: step.timeoutSeconds,
    Retry: [
      {
        // Not a failure: a call answers at once while the endpoint changes, and is made again until the step's time is over.
        ErrorEquals: [TARGET_CHANGING],
        IntervalSeconds: TARGET_POLL_SECONDS,
        MaxAttempts: Math.ceil(step.timeoutSeconds / (TARGET_POLL_SECONDS + TARGET_LOOK_SECONDS)),
        BackoffRate: 1,
      },
      {
        ErrorEquals: ['States.ALL'],
        IntervalSeconds: retry.intervalSeconds,
        MaxAttempts: retry.maxRetries,
        BackoffRate: retry.backoffRate,
        MaxDelaySeconds: retry.maxDelaySeconds,
        ...FULL_JITTER,
      },
    ],
    Catch: catchers(failureId(step)),
    Next: step.next,
  };
}

function jobStates(step: JobStep, { job }: AslTargets): [string, AslState][] {
  const states = job(step);
  const ids = states.map(({ suffix }) => `${step.id}${suffix}`);
  return [
    ...states.flatMap(({ state, onFailure = [], mayFail = false }, index): [string, AslState][] => {
      const failed = failureId(step);
      const next = ids[index + 1] ?? step.next;
      const undo = onFailure.map(({ suffix }) => `${step.id}${suffix}`);
      const main: AslState = {
        ...state,
        Comment: step.describe,
        Catch: mayFail ? catchers(next, `$.${step.id}Left`) : catchers(undo[0] ?? failed),
        Next: next,
      };
      return [
        [ids[index]!, main],
        ...onFailure.map(({ state: undone }, place): [string, AslState] => [
          undo[place]!,
          {
            ...undone,
            Comment: `${ids[index]} failed for good`,
            ResultPath: null,
            Catch: catchers(undo[place + 1] ?? failed, '$.error.afterwards'),
            Next: undo[place + 1] ?? failed,
          },
        ]),
      ];
    }),
    failureState(step),
  ];
}

const failureId = (step: { readonly id: string }): string => `${step.id}Failed`;

/** States.ALL does not catch an answer that is too large. */
function catchers(next: string, path = '$.error'): Json[] {
  return [['States.DataLimitExceeded'], ['States.ALL']].map((ErrorEquals) => ({
    ErrorEquals,
    ResultPath: path,
    Next: next,
  }));
}

const failureState = (step: { readonly id: string; readonly onError: string }): [string, AslState] => [
  failureId(step),
  {
    Type: 'Pass',
    Comment: `${step.id} failed for good`,
    Parameters: { step: step.id, 'message.$': 'States.JsonToString($.error)' },
    ResultPath: '$.error',
    Next: step.onError,
  },
];

/** Fixed arguments, checked: a key that ends with `.$` would be read as a path into the state. */
function withoutPaths(value: Json, at: string): Json {
  if (Array.isArray(value)) return value.map((one, index) => withoutPaths(one as Json, `${at}.${index}`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (key.endsWith('.$'))
        throw new RangeError(`${at}: got the name '${key}', expected one that does not end with '.$'`);
      return [key, withoutPaths(one as Json, `${at}.${key}`)];
    }),
  );
}
