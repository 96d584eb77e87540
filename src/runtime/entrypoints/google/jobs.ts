import { createHash } from 'node:crypto';
import {
  type GoogleEnv,
  type GoogleSmoke,
  type GoogleTraining,
  googleDataSchema,
  googleEnvSchema,
  googleSmokeSchema,
  googleTrainingSchema,
} from '../../../contract/google';
import { GcsArtifactStore } from '../../adapters/google/gcs-artifact-store';
import { GcsBucket } from '../../adapters/google/gcs-bucket';
import { GcsStateStore } from '../../adapters/google/gcs-state-store';
import type { GoogleApi } from '../../adapters/google/google-api';
import { costLabels } from '../../adapters/google/label-value';
import { RunImagesLookup } from '../../adapters/google/run-images';
import { machineSpec, VertexJobs } from '../../adapters/google/vertex-jobs';
import { VertexSmokeEndpoint } from '../../adapters/google/vertex-smoke-endpoint';
import { readTestRows, readTrainingBlock } from '../../usecases';
import { CLOCK, googleApi } from './ports';

/** Managed jobs of the pipeline, wired to Google Cloud. */
export function jobs(connected?: GoogleApi): VertexJobs {
  const env = googleEnvSchema.parse(process.env);
  const data = googleDataSchema.parse(JSON.parse(env.MLP_DATA));
  const training = googleTrainingSchema.parse(JSON.parse(env.MLP_TRAINING));
  const smoke = env.MLP_SMOKE === '' ? null : googleSmokeSchema.parse(JSON.parse(env.MLP_SMOKE));
  const api = connected ?? googleApi(env);
  const bucket = new GcsBucket(api, env.MLP_ARTIFACTS);
  const state = new GcsStateStore(new GcsBucket(api, env.MLP_STATE));
  const lookup = new RunImagesLookup(api, bucket, {
    images: { trainer: training.image, server: env.MLP_SERVER_IMAGE },
    repository: env.MLP_IMAGES,
  });
  const key = data.key === null ? {} : { key: data.key };
  return new VertexJobs(api, bucket, {
    platform: env.MLP_PLATFORM,
    model: env.MLP_MODEL,
    training,
    images: (run) => lookup.of(run),
    kmsKeyName: env.MLP_KEY,
    trainingBlock: async () =>
      env.MLP_TRAINING_BLOCK === 'true' ? readTrainingBlock({ state, model: env.MLP_MODEL }, CLOCK.now()) : null,
    smoke: smoke && { rows: smoke.rows, endpoint: (run) => smokeEndpoint(env, api, training, smoke, run) },
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

/** The endpoint of a run's candidate; the run's name is longer than an id may be. */
const smokeEndpoint = (
  env: GoogleEnv,
  api: GoogleApi,
  { account }: GoogleTraining,
  { machine, accelerator }: GoogleSmoke,
  run: string,
): VertexSmokeEndpoint =>
  new VertexSmokeEndpoint(api, {
    id: `smoke-${createHash('sha256').update([env.MLP_PLATFORM, env.MLP_MODEL, run].join('/')).digest('hex').slice(0, 20)}`,
    labels: costLabels(env.MLP_PLATFORM, env.MLP_MODEL, run),
    serviceAccount: account,
    machine: machineSpec('serving', machine, accelerator),
    kmsKeyName: env.MLP_KEY,
    now: () => Date.now(),
  });
