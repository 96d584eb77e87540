import { type GoogleEnv, googleEnvSchema, type WorkflowKind } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { endedExecutionOf } from '../../adapters/google/ended-execution';
import type { GoogleApi } from '../../adapters/google/google-api';
import type { VertexJobs } from '../../adapters/google/vertex-jobs';
import type { StartedRun } from '../../adapters/google/workflows-starter';
import { isInLedger, USE_CASE_FUNCTIONS } from '../../usecases';
import { jobs } from './jobs';
import { googleApi, googlePorts, googleWorkflows } from './ports';

type Answer = { [key: string]: Json };
type Connect = (env: GoogleEnv) => GoogleApi;

/**
 * Releases that ended without their last step, as one route: whoever stops a release stops it in the middle, and a version
 * that nobody watches any more must not keep its traffic. A release that has ended by itself leaves no lock, and nothing to take back.
 */
export const stoppedReleases =
  (connect: Connect = googleApi) =>
  async (body: unknown): Promise<Answer> => {
    const found = await stoppedRun('release', body, connect);
    if (found === undefined) return { ignored: true };
    const { env, api, run, id } = found;
    // By a name that is used once: messages come more than once.
    const name = `recovery-${id}`;
    return { name, started: await googleWorkflows(env, api).start('release', name, { recovers: run.name }) };
  };

const REASONS = { CANCELLED: 'somebody has stopped the run', FAILED: 'the run broke' } as const;

/**
 * Runs of the pipeline that ended without their last step, as one route: why they left no version is recorded, once, and what
 * goes on in their name is stopped. Cancelling a workflow ends nothing that it has started.
 */
export const stoppedRuns =
  (connect: Connect = googleApi, jobsOf: (api: GoogleApi) => VertexJobs = jobs) =>
  async (body: unknown): Promise<Answer> => {
    const found = await stoppedRun('pipeline', body, connect);
    if (found === undefined) return { ignored: true };
    const { env, api, run, state } = found;
    const ports = googlePorts(env, null, api);
    const told = await isInLedger(ports.ledger, env.MLP_MODEL, `failure:${run.name}`);
    if (!told) {
      const message = [`${REASONS[state]} (${state})`, ...(run.error === null ? [] : [run.error])].join(': ');
      await USE_CASE_FUNCTIONS.recordFailure(
        {
          use: 'recordFailure',
          step: 'stopped',
          run: run.name,
          arguments: { model: env.MLP_MODEL },
          // Who has started it, and by which decision, as its own last step would say.
          state: { ...run.input, error: { step: 'run', message } },
        },
        ports,
      );
    }
    await jobsOf(api).abandon(run.name);
    return { run: run.name, recorded: !told };
  };

interface StoppedRun {
  readonly env: GoogleEnv;
  readonly api: GoogleApi;
  readonly run: StartedRun;
  /** The execution's own id. */
  readonly id: string;
  readonly state: 'FAILED' | 'CANCELLED';
}

/** The run that a message tells of; undefined where it is none of the model's. */
async function stoppedRun(kind: WorkflowKind, body: unknown, connect: Connect): Promise<StoppedRun | undefined> {
  const ended = endedExecutionOf(body);
  if (ended === undefined) return undefined;
  const env = googleEnvSchema.parse(process.env);
  const api = connect(env);
  const run = await googleWorkflows(env, api).ended(kind, ended.workflow, ended.id);
  return run && { env, api, run, id: ended.id, state: ended.state };
}
