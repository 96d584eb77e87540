import type { Json } from '../../kernel/json';

type Subworkflows = { readonly [name: string]: Json };

/** Seconds between two looks at a managed job. */
const POLL_SECONDS = 30;

const HANDLER = '${sys.get_env("MLP_HANDLER_URL")}';
const OIDC: Json = { type: 'OIDC', audience: HANDLER };
const RETRY: Json = {
  predicate: '${isTransient}',
  max_retries: 5,
  backoff: { initial_delay: 2, max_delay: 60, multiplier: 2 },
};

const jobCall = (path: string, timeoutSeconds: number, result: string): Json => ({
  try: {
    call: 'http.post',
    args: {
      url: `\${sys.get_env("MLP_HANDLER_URL") + "${path}"}`,
      auth: OIDC,
      timeout: timeoutSeconds,
      body: '${event}',
    },
    result,
  },
  retry: RETRY,
});

/** Everything but a request that was refused for what it is may work the next time. */
const isTransient: Json = {
  params: ['e'],
  steps: [
    { kind: { switch: [{ condition: '${get_type(e) != "map"}', return: true }] } },
    { read: { assign: [{ code: '${default(map.get(e, "code"), 0)}' }] } },
    { number: { switch: [{ condition: '${get_type(code) != "integer"}', return: true }] } },
    {
      decide: {
        switch: [
          { condition: '${code == 408 or code == 429}', return: true },
          { condition: '${code >= 400 and code < 500}', return: false },
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
    { text: { switch: [{ condition: '${get_type(e) == "string"}', return: '${e}' }] } },
    { other: { switch: [{ condition: '${get_type(e) != "map"}', return: 'unknown error' }] } },
    {
      read: {
        assign: [
          { fallback: '${default(map.get(e, "message"), "unknown error")}' },
          { reply: '${map.get(e, "body")}' },
        ],
      },
    },
    { plain: { switch: [{ condition: '${get_type(reply) != "map"}', return: '${fallback}' }] } },
    { own: { return: '${default(map.get(reply, ["error", "message"]), fallback)}' } },
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
          { deadline: '${sys.now() + timeoutSeconds}' },
          { address: '${sys.get_env("MLP_VERTEX_API") + "/" + started.body.name}' },
        ],
      },
    },
    {
      look: {
        try: { call: 'http.get', args: { url: '${address}', auth: { type: 'OAuth2' }, timeout: 60 }, result: 'job' },
        retry: RETRY,
      },
    },
    {
      judge: {
        switch: [
          { condition: '${job.body.state == "JOB_STATE_SUCCEEDED"}', next: 'finish' },
          {
            condition:
              '${job.body.state in ["JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_EXPIRED", "JOB_STATE_PARTIALLY_SUCCEEDED"]}',
            next: 'failed',
          },
          { condition: '${sys.now() > deadline}', next: 'cancel' },
        ],
        next: 'pause',
      },
    },
    { pause: { call: 'sys.sleep', args: { seconds: POLL_SECONDS }, next: 'look' } },
    {
      cancel: {
        call: 'http.post',
        args: { url: '${address + ":cancel"}', auth: { type: 'OAuth2' }, timeout: 60, body: {} },
        result: 'cancelled',
      },
    },
    { late: { raise: { code: 504, message: '${"the job took longer than " + string(timeoutSeconds) + " s"}' } } },
    {
      failed: {
        assign: [{ reason: '${default(map.get(job.body, ["error", "message"]), job.body.state)}' }],
      },
    },
    { report: { raise: { code: 422, message: '${"the job failed: " + reason}' } } },
    { finish: jobCall('/jobs/finish', 1800, 'finished') },
    { answer: { return: '${finished.body}' } },
  ],
};

/** Routines that a printed graph calls, by when it has them. */
export const SUBWORKFLOWS: { readonly always: Subworkflows; readonly jobs: Subworkflows } = {
  always: { isTransient, messageOf },
  jobs: { runJob },
};
