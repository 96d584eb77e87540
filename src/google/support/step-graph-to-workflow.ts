import type { Json } from '../../kernel/json';
import type { RetryPlan, Step, StepGraph } from '../../plan/step-graph';
import { expr } from './expression';
import { SUBWORKFLOWS } from './workflow-subroutines';

/** Longest HTTP call of Cloud Workflows. A handler that needs longer is called again: every use case is idempotent. */
export const MAX_CALL_SECONDS = 1800;

/** What a workflow finds in its environment; set by the construct, so that the source holds no late-bound value. */
export const WORKFLOW_ENV = {
  /** Address of the role's handler. */
  handler: 'MLP_HANDLER_URL',
  /** Base of Vertex AI's REST API, with version. */
  vertex: 'MLP_VERTEX_API',
} as const;

export type WorkflowSource = { readonly [key: string]: Json };

/**
 * Prints a step graph as a Cloud Workflows definition.
 *
 * The state travels in the variable `state`. A call that fails for good leaves `state.error = { step, message }` and the
 * run goes on at the step's `onError`; jumps stay outside of `try` blocks, where every engine allows them.
 */
export function stepGraphToWorkflow(graph: StepGraph): WorkflowSource {
  const jobs = graph.steps.some((step) => step.kind === 'job');
  return {
    main: {
      params: ['input'],
      steps: [
        {
          start: {
            assign: [
              // An execution without an argument has the input null.
              { nothing: {} },
              { state: expr('default(input, nothing)') },
              { run: expr('default(map.get(state, "run"), sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID"))') },
              { failed: '' },
              { answer: null },
            ],
            next: graph.startAt,
          },
        },
        ...graph.steps.flatMap((step) => renderStep(step)),
      ],
    },
    ...SUBWORKFLOWS.always,
    ...(jobs ? SUBWORKFLOWS.jobs : {}),
  };
}

/** The definition as text; JSON is what Cloud Workflows and YAML both read. */
export const printWorkflow = (graph: StepGraph): string => `${JSON.stringify(stepGraphToWorkflow(graph), null, 1)}\n`;

/** Text that Terraform takes as it stands: `${` and `%{` would start an interpolation. */
export const terraformText = (text: string): string => text.replace(/[$%](?=\{)/g, (sign) => sign + sign);

function renderStep(step: Step): Json[] {
  switch (step.kind) {
    case 'task':
      return attempt(step, {
        call: 'http.post',
        args: {
          url: env(WORKFLOW_ENV.handler),
          auth: { type: 'OIDC', audience: env(WORKFLOW_ENV.handler) },
          timeout: Math.min(MAX_CALL_SECONDS, Math.ceil(step.timeoutSeconds)),
          body: { use: step.use, ...event(step) },
        },
        retry: step.retry,
        value: expr('answer.body'),
      });
    case 'job':
      return attempt(step, {
        call: 'runJob',
        args: { event: { job: step.job, ...event(step) }, timeoutSeconds: Math.ceil(step.timeoutSeconds) },
        retry: null,
        value: expr('answer'),
      });
    case 'wait':
      return [{ [step.id]: { call: 'sys.sleep', args: { seconds: Math.ceil(step.seconds) }, next: step.next } }];
    case 'choice':
      // Entered where it reads its value; a path that is not there is null and takes `otherwise`.
      return [
        { [step.id]: { assign: [{ answer: expr(`map.get(state, ${JSON.stringify(step.on.split('.'))})`) }] } },
        {
          [`${step.id}_decide`]: {
            switch: step.cases.map((one) => ({
              condition: expr(`answer == ${JSON.stringify(one.equals)}`),
              next: one.next,
            })),
            next: step.otherwise,
          },
        },
      ];
    case 'end':
      return [
        {
          [step.id]:
            step.outcome === 'succeeded'
              ? { return: expr('state') }
              : { raise: { code: 0, message: `${step.id}: ${step.describe}`, error: expr('map.get(state, "error")') } },
        },
      ];
  }
}

const env = (name: string): string => expr(`sys.get_env("${name}")`);

const event = (step: {
  readonly id: string;
  readonly arguments: { readonly [key: string]: Json };
}): { [key: string]: Json } => ({
  step: step.id,
  run: expr('run'),
  arguments: literal(step.arguments),
  state: expr('state'),
});

interface Attempt {
  readonly call: string;
  readonly args: Json;
  readonly retry: RetryPlan | null;
  /** Expression of what is stored at the step's output. */
  readonly value: string;
}

function attempt(
  step: { readonly id: string; readonly output: string; readonly next: string; readonly onError: string },
  { call, args, retry, value }: Attempt,
): Json[] {
  return [
    {
      [step.id]: {
        try: {
          steps: [
            { [`${step.id}_call`]: { call, args, result: 'answer' } },
            { [`${step.id}_done`]: { assign: [{ [`state.${step.output}`]: value }, { failed: '' }] } },
          ],
        },
        ...(retry && { retry: renderRetry(retry) }),
        except: {
          as: 'e',
          steps: [
            { [`${step.id}_message`]: { call: 'messageOf', args: { e: expr('e') }, result: 'message' } },
            {
              [`${step.id}_failed`]: {
                assign: [{ 'state.error': { step: step.id, message: expr('message') } }, { failed: step.id }],
              },
            },
          ],
        },
      },
    },
    {
      [`${step.id}_next`]: {
        switch: [{ condition: expr(`failed == ${JSON.stringify(step.id)}`), next: step.onError }],
        next: step.next,
      },
    },
  ];
}

/** Workflows wants whole seconds and a longest delay that is above the first. */
const renderRetry = (retry: RetryPlan): Json => ({
  predicate: expr('isTransient'),
  max_retries: retry.maxRetries,
  backoff: {
    initial_delay: Math.ceil(retry.intervalSeconds),
    max_delay: Math.max(Math.ceil(retry.maxDelaySeconds), Math.ceil(retry.intervalSeconds) + 1),
    multiplier: retry.backoffRate,
  },
});

/** A value of which no text is taken for an expression. */
function literal(value: Json): Json {
  if (typeof value === 'string') {
    if (!value.includes('${')) return value;
    return expr(
      `${value
        .split('${')
        .map((part) => JSON.stringify(part))
        .join(' + "$" + "{" + ')}`,
    );
  }
  if (Array.isArray(value)) return value.map((one: Json) => literal(one));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, literal(one as Json)]));
  }
  return value;
}
