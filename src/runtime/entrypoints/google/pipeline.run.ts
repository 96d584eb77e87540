import {
  type GoogleJob,
  googleDataSchema,
  googleEnvSchema,
  googleJobSchema,
  googleTrainingSchema,
} from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { GcsArtifactStore } from '../../adapters/google/gcs-artifact-store';
import { GcsBucket } from '../../adapters/google/gcs-bucket';
import { GcsStateStore } from '../../adapters/google/gcs-state-store';
import { VertexJobs } from '../../adapters/google/vertex-jobs';
import { readTestRows, readTrainingBlock } from '../../usecases';
import { offers } from './offers';
import { CLOCK, googleApi } from './ports';
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

function jobs(): VertexJobs {
  const env = googleEnvSchema.parse(process.env);
  const data = googleDataSchema.parse(JSON.parse(env.MLP_DATA));
  const api = googleApi(env);
  const bucket = new GcsBucket(api, env.MLP_ARTIFACTS);
  const state = new GcsStateStore(new GcsBucket(api, env.MLP_STATE));
  const key = data.key === null ? {} : { key: data.key };
  return new VertexJobs(api, bucket, {
    model: env.MLP_MODEL,
    training: googleTrainingSchema.parse(JSON.parse(env.MLP_TRAINING)),
    serverImage: env.MLP_SERVER_IMAGE,
    kmsKeyName: env.MLP_KEY,
    trainingBlock: async () =>
      env.MLP_TRAINING_BLOCK === 'true' ? readTrainingBlock({ state, model: env.MLP_MODEL }, CLOCK.now()) : null,
    format: data.format,
    features: Object.keys(data.features),
    testRows: (run) =>
      readTestRows(new GcsArtifactStore(bucket), run, {
        ...key,
        label: { column: data.label },
        format: data.format,
        columns: Object.fromEntries(Object.entries(data.features).map(([name, type]) => [name, { type }])),
      } as Parameters<typeof readTestRows>[2]),
  });
}

listenWhenMain(require.main, module, handler);
