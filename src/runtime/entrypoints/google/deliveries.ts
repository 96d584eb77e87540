import { deliverySourceSchema, type GoogleEnv, googleEnvSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { endedBuildOf } from '../../adapters/google/build-message';
import type { GoogleApi } from '../../adapters/google/google-api';
import { USE_CASE_FUNCTIONS } from '../../usecases';
import { googleApi, googlePorts } from './ports';

/**
 * Builds that have ended as one route. All builds of a project are told on one topic, so that those of other triggers are
 * taken and left alone.
 */
export const deliveries =
  (connect: (env: GoogleEnv) => GoogleApi = googleApi) =>
  async (body: unknown): Promise<{ [key: string]: Json }> => {
    const env = googleEnvSchema.parse(process.env);
    const build = endedBuildOf(body);
    const source = env.MLP_DELIVERY === '' ? undefined : deliverySourceSchema.parse(JSON.parse(env.MLP_DELIVERY));
    if (build === undefined || build.trigger !== source?.trigger || build.region !== env.MLP_REGION) {
      return { ignored: true };
    }
    const event = {
      use: 'recordDelivery',
      step: 'delivery',
      run: build.id,
      arguments: { model: env.MLP_MODEL, tells: source.tells },
      state: { outcome: build.outcome, at: build.at },
    } as const;
    return USE_CASE_FUNCTIONS.recordDelivery(event, googlePorts(env, null, connect(env)));
  };
