import type { Json } from '../../kernel/json';
import { expr } from './expression';

type Subworkflows = { readonly [name: string]: Json };

/** Seconds between two looks at a managed job. */
const POLL_SECONDS = 30;

const HANDLER = expr('sys.get_env("MLP_HANDLER_URL")');
const OIDC: Json = { type: 'OIDC', audience: HANDLER };
const RETRY: Json = {
  predicate: expr('isTransient'),
  max_retries: 5,
  backoff: { initial_delay: 2, max_delay: 60, multiplier: 2 },
};

/** Retries of looks at a job: an outage of minutes is no reason to give up what has cost hours. */
const LOOK_RETRY: Json = { ...(RETRY as object), max_retries: 20 };

const jobCall = (path: string, timeoutSeconds: number, result: string): Json => ({
  try: {
    call: 'http.post',
    args: {
      url: expr(`sys.get_env("MLP_HANDLER_URL") + "${path}"`),
      auth: OIDC,
      timeout: timeoutSeconds,
      body: expr('event'),
    },
    result,
  },
  retry: RETRY,
});

/** Everything but a request that was refused for what it is may work the next time. */
const isTransient: Json = {
  params: ['e'],
  steps: [
    { kind: { switch: [{ condition: expr('get_type(e) != "map"'), return: true }] } },
    { read: { assign: [{ code: expr('default(map.get(e, "code"), 0)') }] } },
    {
      decide: {
        switch: [
          { condition: expr('code == 408 or code == 429'), return: true },
          { condition: expr('code >= 400 and code < 500'), return: false },
        ],
      },
    },
    { otherwise: { return: true } },
  ],
};

/** What went wrong, as one text: the handler's own words where it answered, else the engine's. */
const messageOf: Json = {
  params: ['e'],
  steps: [
    { text: { switch: [{ condition: expr('get_type(e) == "string"'), return: expr('e') }] } },
    { other: { switch: [{ condition: expr('get_type(e) != "map"'), return: 'unknown error' }] } },
    {
      read: {
        assign: [
          { fallback: expr('default(map.get(e, "message"), "unknown error")') },
          { reply: expr('map.get(e, "body")') },
        ],
      },
    },
    { plain: { switch: [{ condition: expr('get_type(reply) != "map"'), return: expr('fallback') }] } },
    { own: { return: expr('default(map.get(reply, ["error", "message"]), fallback)') } },
  ],
};

/**
 * Runs a managed job: the handler starts it once (a second start finds the first), the workflow looks at it until it has
 * ended or its time is over, and the handler reads what it left.
 */
const runJob: Json = {
  params: ['event', 'timeoutSeconds'],
  steps: [
    { begin: jobCall('/jobs/start', 300, 'started') },
    {
      clock: {
        assign: [
          { deadline: expr('sys.now() + timeoutSeconds') },
          { address: expr('sys.get_env("MLP_VERTEX_API") + "/" + started.body.name') },
        ],
      },
    },
    {
      look: {
        try: { call: 'http.get', args: { url: expr('address'), auth: { type: 'OAuth2' }, timeout: 60 }, result: 'job' },
        retry: LOOK_RETRY,
      },
    },
    {
      judge: {
        switch: [
          { condition: expr('job.body.state == "JOB_STATE_SUCCEEDED"'), next: 'finish' },
          {
            condition: expr(
              'job.body.state in ["JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED", "JOB_STATE_PARTIALLY_SUCCEEDED"]',
            ),
            next: 'failed',
          },
          { condition: expr('sys.now() > deadline'), next: 'cancel' },
        ],
        next: 'pause',
      },
    },
    { pause: { call: 'sys.sleep', args: { seconds: POLL_SECONDS }, next: 'look' } },
    {
      cancel: {
        try: {
          call: 'http.post',
          args: { url: expr('address + ":cancel"'), auth: { type: 'OAuth2' }, timeout: 60, body: {} },
          result: 'cancelled',
        },
        retry: RETRY,
        // The reason of the failure is that the job is late, whatever becomes of its end.
        except: { as: 'e', steps: [{ uncancelled: { assign: [{ cancelled: null }] } }] },
      },
    },
    { late: { raise: { code: 504, message: expr('"the job took longer than " + string(timeoutSeconds) + " s"') } } },
    {
      failed: {
        assign: [{ reason: expr('default(map.get(job.body, ["error", "message"]), job.body.state)') }],
      },
    },
    { report: { raise: { code: 422, message: expr('"the job failed: " + reason') } } },
    { finish: jobCall('/jobs/finish', 1800, 'finished') },
    { answer: { return: expr('finished.body') } },
  ],
};

/** Routines that a printed graph calls, by when it has them. */
export const SUBWORKFLOWS: { readonly always: Subworkflows; readonly jobs: Subworkflows } = {
  always: { isTransient, messageOf },
  jobs: { runJob },
};
