import type { PipelineInput } from '../../../contract/events';
import { type GoogleEnv, googleEnvSchema, trainingRequestSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import type { GoogleApi } from '../../adapters/google/google-api';
import { pushMessageOf } from '../../adapters/google/push-message';
import { googleApi, googleWorkflows } from './ports';

/** Training that a delivery asks for, as one route: a build is one run, however often its message comes. */
export const training =
  (connect: (env: GoogleEnv) => GoogleApi = googleApi) =>
  async (body: unknown): Promise<{ [key: string]: Json }> => {
    const env = googleEnvSchema.parse(process.env);
    const { build, commit, committedAt } = trainingRequestSchema.parse(pushMessageOf(body).content);
    const input: Omit<PipelineInput, 'decisionId'> = { startedBy: 'delivery', cause: 'code', commit, committedAt };
    const name = `delivery-${build}`;
    return { name, started: await googleWorkflows(env, connect(env)).start('pipeline', name, input) };
  };
