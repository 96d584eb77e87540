import { z } from 'zod';
import { type GoogleEnv, googleEnvSchema, offerMessageSchema, originSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import { GcsArtifactStore } from '../../adapters/google/gcs-artifact-store';
import { GcsBucket } from '../../adapters/google/gcs-bucket';
import type { GoogleApi } from '../../adapters/google/google-api';
import { USE_CASE_FUNCTIONS } from '../../usecases';
import { googleApi, googlePorts } from './ports';

const pushSchema = z.object({ message: z.object({ data: z.string(), messageId: z.string() }) });

/** Versions that the environment before this one has promoted, as one route; offers of anybody else are not ours to follow. */
export const offers =
  (connect: (env: GoogleEnv) => GoogleApi = googleApi) =>
  async (body: unknown): Promise<{ [key: string]: Json }> => {
    const env = googleEnvSchema.parse(process.env);
    const { message } = pushSchema.parse(body);
    const offer = offerMessageSchema.parse(JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')));
    const { platform, model, artifacts, version, artifactDigest } = offer;
    const origin = env.MLP_ORIGIN === '' ? null : originSchema.parse(JSON.parse(env.MLP_ORIGIN));
    if (origin?.platform !== platform || model !== env.MLP_MODEL || !artifacts.startsWith(`${origin.project}-`)) {
      return { imported: false };
    }
    const api = connect(env);
    const ports = { ...googlePorts(env, null, api), origin: new GcsArtifactStore(new GcsBucket(api, artifacts)) };
    const { from, approval } = origin;
    const event = { step: 'import', run: message.messageId, arguments: { from, approval } };
    const state = { version, artifactDigest };
    try {
      return await USE_CASE_FUNCTIONS.importVersion({ use: 'importVersion', ...event, state }, ports);
    } catch (error) {
      // Refused for good, with a record: said again, it would be refused again.
      if (error instanceof OperationError && error.title === 'artifactChanged') return { imported: false };
      throw error;
    }
  };
