import { type GoogleJob, googleJobSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { jobs } from './jobs';
import { offers } from './offers';
import { httpHandler, listenWhenMain } from './serve';
import { approvals, budgets, tasks } from './tasks';

const job =
  (what: 'start' | 'finish') =>
  async (body: unknown): Promise<{ [key: string]: Json }> => ({
    ...(await jobs()[what](googleJobSchema.parse(body) as GoogleJob)),
  });

/** Steps of the pipeline, the managed jobs between them, and what people decide in Vertex AI's registry. */
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
  '/jobs/start': job('start'),
  '/jobs/finish': job('finish'),
});

listenWhenMain(require.main, module, handler);
