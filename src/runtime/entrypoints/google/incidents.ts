import { alarmTableSchema, type GoogleEnv, googleEnvSchema } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { alertOf } from '../../adapters/google/alert-message';
import type { GoogleApi } from '../../adapters/google/google-api';
import { USE_CASE_FUNCTIONS } from '../../usecases';
import { googleApi, googlePorts, googleWorkflows } from './ports';

/**
 * Incidents of Cloud Monitoring as one route: one that opens starts the workflow that looks after it, by a name that is used
 * once; one that closes ends ours. Messages come more than once and in any order.
 */
export const incidents =
  (connect: (env: GoogleEnv) => GoogleApi = googleApi) =>
  async (body: unknown): Promise<{ [key: string]: Json }> => {
    const env = googleEnvSchema.parse(process.env);
    const alert = alertOf(body);
    const table = env.MLP_ALARMS === '' ? {} : alarmTableSchema.parse(JSON.parse(env.MLP_ALARMS));
    const known = alert && Object.hasOwn(table, alert.alarm) ? table[alert.alarm] : undefined;
    if (alert === undefined || known === undefined) return { ignored: true };
    const { alarm, id, open, summary: text, atSeconds, endedAtSeconds } = alert;
    const api = connect(env);
    if (open) {
      const name = `${alarm}-${id}`;
      const started = await googleWorkflows(env, api).start('incident', name, {
        ...known,
        text,
        alarm,
        at: iso(atSeconds),
      });
      return { name, started };
    }
    const state = { alarm, text, at: iso(endedAtSeconds ?? atSeconds) };
    const event = {
      use: 'resolveIncident',
      step: 'alarm',
      run: id,
      arguments: { model: env.MLP_MODEL },
      state,
    } as const;
    return USE_CASE_FUNCTIONS.resolveIncident(event, googlePorts(env, null, api));
  };

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
