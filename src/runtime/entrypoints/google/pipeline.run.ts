import { type GoogleJob, googleJobSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { jobs } from './jobs';
import { offers } from './offers';
import { httpHandler, listenWhenMain } from './serve';
import { stoppedRuns } from './stopped';
import { approvals, budgets, tasks } from './tasks';
import { training } from './training';

const job =
  (what: 'start' | 'finish') =>
  async (body: unknown): Promise<{ [key: string]: Json }> => ({
    ...(await jobs()[what](googleJobSchema.parse(body) as GoogleJob)),
  });

/** Steps of the pipeline, the managed jobs between them, what people decide in Vertex AI's registry, and what deliveries ask for. */
export const handler = httpHandler({
  '/': tasks([
    'checkData',
    'prepareEvaluation',
    'decideGate',
    'registerVersion',
    'requestRelease',
    'decideApproval',
    'recordFailure',
  ]),
  '/approvals': approvals(),
  '/offers': offers(),
  '/budget': budgets(),
  '/train': training(),
  '/stopped': stoppedRuns(),
  '/jobs/start': job('start'),
  '/jobs/finish': job('finish'),
});

listenWhenMain(require.main, module, handler);
