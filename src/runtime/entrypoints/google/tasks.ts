import type { IncomingMessage } from 'node:http';
import { approvalDutiesSchema, type TaskEvent, taskEventSchema } from '../../../contract/events';
import { alertTriggerSchema, type GoogleEnv, googleDataSchema, googleEnvSchema } from '../../../contract/google';
import type { UseCase } from '../../../contract/use-cases';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import { alertOf } from '../../adapters/google/alert-message';
import { aliasDecisionOf } from '../../adapters/google/alias-decision';
import { budgetMessageOf } from '../../adapters/google/budget-message';
import type { GoogleApi } from '../../adapters/google/google-api';
import { type Ports, USE_CASE_FUNCTIONS } from '../../usecases';
import { googleApi, googlePorts } from './ports';

type Answer = { [key: string]: Json };
export type Wire = (env: GoogleEnv) => Ports;

const wired: Wire = (env) =>
  googlePorts(env, env.MLP_DATA === '' ? null : googleDataSchema.parse(JSON.parse(env.MLP_DATA)));

/** A role's use cases as one route. A schedule's call is a run of its own, named by the instant at which it was due. */
export const tasks =
  (own: readonly UseCase[], wire: Wire = wired) =>
  async (body: unknown, request: Pick<IncomingMessage, 'headers'>): Promise<Answer> => {
    const event = taskEventSchema.parse(body);
    if (!own.includes(event.use)) {
      throw new OperationError({
        code: 'notThisHandler',
        path: 'use',
        got: event.use,
        expected: own.join(', '),
        fix: 'call the handler of the role that has this use case',
      });
    }
    const due = request.headers['x-cloudscheduler-scheduletime'];
    return run(typeof due === 'string' ? scheduled(event, due) : event, wire);
  };

/** Alerts as one route: an alert that opens asks for the decision, with the cause that follows from its kind. */
export const alerts =
  (wire: Wire = wired) =>
  async (body: unknown): Promise<Answer> => {
    const env = googleEnvSchema.parse(process.env);
    const trigger = alertTriggerSchema.parse(JSON.parse(env.MLP_TRIGGER));
    const alert = alertOf(body);
    const cause = alert && trigger.causes[alert.kind];
    if (!alert?.open || cause === undefined) return { ignored: true };
    const at = new Date(alert.atSeconds * 1000).toISOString();
    const state = {
      cause,
      text: alert.summary,
      windowEndSeconds: alert.atSeconds,
      trigger: { kind: 'alarm', alarm: alert.alarm, at, reason: alert.summary },
    };
    const fixed = { ...trigger.arguments, cause };
    return run({ use: trigger.use, step: 'alarm', run: alert.id, arguments: fixed, state }, wire);
  };

/** What Cloud Billing says of the model's budget as one route. */
export const budgets =
  (wire: Wire = wired) =>
  async (body: unknown): Promise<Answer> => {
    const found = budgetMessageOf(body);
    if (found === undefined) return { ignored: true };
    const state = { spend: { ...found.spend } };
    return run({ use: 'recordSpend', step: 'budget', run: `budget-${found.id}`, arguments: {}, state }, wire);
  };

/**
 * Decisions about versions as one route: Google's audit log says who has given a version which alias, and the version's label
 * which one of ours it is.
 */
export const approvals =
  (wire: Wire = wired, connect: (env: GoogleEnv) => GoogleApi = googleApi) =>
  async (body: unknown): Promise<Answer> => {
    const found = aliasDecisionOf(body);
    if (found === undefined) return { decision: 'nothing' };
    const env = googleEnvSchema.parse(process.env);
    const model = await connect(env).find('aiplatform', found.name);
    const version = Number((model?.['labels'] as Record<string, string> | undefined)?.['version']);
    if (!Number.isInteger(version) || version < 1) return { decision: 'nothing' };
    const { id, decision, by } = found;
    const duties = approvalDutiesSchema.parse(JSON.parse(env.MLP_APPROVALS));
    return run(
      { use: 'decideApproval', step: 'approval', run: id, arguments: duties, state: { version, decision, by } },
      wire,
    );
  };

const scheduled = (event: TaskEvent, due: string): TaskEvent => ({
  ...event,
  run: `${event.run}-${due}`,
  state: { ...event.state, trigger: { kind: 'schedule', at: due } },
});

const run = async (event: TaskEvent, wire: Wire): Promise<Answer> =>
  USE_CASE_FUNCTIONS[event.use](event, wire(googleEnvSchema.parse(process.env)));
