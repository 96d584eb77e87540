import { durationSeconds } from '../../../kernel/duration';
import type { Severity } from '../../../kernel/severity';
import type { RetrainingAction, RetrainingCode, RetrainingPolicy, RetrainingSignals } from './decision';
import { type RetrainingState, runningRun } from './state';
import { blockText } from './training-block';
import { type Trigger, triggerKey } from './trigger';

/** What a rule sees. */
export interface RuleContext {
  readonly state: RetrainingState;
  readonly signals: RetrainingSignals;
  readonly policy: RetrainingPolicy;
  readonly nowSeconds: number;
  readonly trigger: Trigger;
  readonly key: string;
  /** Kinds of all requests that wait or are new, the leading one too. */
  readonly kinds: ReadonlySet<Trigger['kind']>;
}

/** What holds a run back. */
export interface Objection {
  readonly action: Exclude<RetrainingAction, 'retrain'>;
  readonly code: RetrainingCode;
  readonly text: string;
  readonly waits: boolean;
  readonly severity: Severity;
}

export type Rule = (context: RuleContext) => Objection | null;

const skip = (code: RetrainingCode, text: string, waits: boolean): Objection => ({
  action: 'skip',
  code,
  text,
  waits,
  severity: 'info',
});
const defer = (code: RetrainingCode, text: string): Objection => ({
  action: 'defer',
  code,
  text,
  waits: true,
  severity: 'info',
});
const escalate = (code: RetrainingCode, text: string, severity: Severity, waits: boolean): Objection => ({
  action: 'escalate',
  code,
  text,
  waits,
  severity,
});

/** An instant as a person reads it. */
const instant = (seconds: number): string => {
  const ms = seconds * 1000;
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString().replace('.000Z', 'Z') : `${seconds} s`;
};

const isManual = ({ trigger }: RuleContext): boolean => trigger.kind === 'manual';

const duplicate: Rule = ({ state, key }) => {
  const run = state.runs.find((one) => one.key === key && one.outcome !== 'failed');
  return run === undefined
    ? null
    : skip('duplicate', `this request was answered by run ${run.id}, started ${instant(run.startedAtSeconds)}`, false);
};

const inFlight: Rule = ({ state }) => {
  const run = runningRun(state);
  if (run === null) return null;
  const text = `run ${run.id} is under way since ${instant(run.startedAtSeconds)}; the newest reason is kept`;
  return skip('inFlight', text, true);
};

const dataInvalid: Rule = ({ signals }) =>
  signals.data === 'invalid'
    ? escalate(
        'dataInvalid',
        `the newest data failed their checks: ${signals.dataText}; mend the data first`,
        'page',
        true,
      )
    : null;

const driftAlone: Rule = ({ kinds, policy, trigger }) =>
  kinds.size === 1 && trigger.kind === 'drift' && policy.retraining.onDriftAlone === 'notify'
    ? escalate(
        'driftAlone',
        `the inputs drift and nothing else is wrong (${trigger.text}); onDriftAlone is notify`,
        'ticket',
        false,
      )
    : null;

const circuitOpen: Rule = (context) => {
  const { state, policy } = context;
  const { backoff } = policy.retraining.afterFailure;
  return isManual(context) || state.failuresInARow <= backoff.length
    ? null
    : escalate(
        'circuitOpen',
        `${state.failuresInARow} runs in a row failed; retraining has stopped until a person starts it`,
        'page',
        true,
      );
};

const backingOff: Rule = (context) => {
  const { state, policy, nowSeconds } = context;
  const wait = policy.retraining.afterFailure.backoff[state.failuresInARow - 1];
  const failed = state.runs.filter(({ outcome }) => outcome === 'failed').at(-1);
  if (isManual(context) || wait === undefined || failed === undefined) return null;
  const until = (failed.endedAtSeconds ?? failed.startedAtSeconds) + durationSeconds(wait);
  return nowSeconds >= until
    ? null
    : skip('backoff', `run ${failed.id} failed (${state.failuresInARow} in a row); not before ${instant(until)}`, true);
};

/**
 * From the start of the last run that did not fail. Two runs of a schedule are as far apart as the instants they fired for:
 * otherwise a weekly schedule would meet a cooldown of a week a few seconds too early each second time.
 */
const coolingDown: Rule = (context) => {
  const { state, policy, nowSeconds, trigger } = context;
  const last = state.runs.filter(({ outcome }) => outcome !== 'failed').at(-1);
  if (isManual(context) || last === undefined) return null;
  const cooldown = durationSeconds(policy.retraining.cooldown);
  const scheduled = trigger.kind === 'schedule' && last.trigger.kind === 'schedule';
  const elapsed = scheduled
    ? trigger.windowEndSeconds - last.trigger.windowEndSeconds
    : nowSeconds - last.startedAtSeconds;
  if (elapsed >= cooldown) return null;
  const until = instant(last.startedAtSeconds + cooldown);
  return skip('cooldown', `last run ${last.id} started ${instant(last.startedAtSeconds)}; not before ${until}`, true);
};

const maxRuns: Rule = ({ state, policy, nowSeconds }) => {
  const { count, per } = policy.retraining.maxRuns;
  const inWindow = state.runs.filter(({ startedAtSeconds }) => startedAtSeconds > nowSeconds - durationSeconds(per));
  return inWindow.length < count ? null : skip('maxRuns', `${inWindow.length} runs in ${per}, limit ${count}`, true);
};

const costPerRun: Rule = ({ signals, policy }) => {
  const limits = [policy.retraining.maxCostPerRun, blocking(policy)?.trainingRun].filter(
    (limit) => limit !== undefined,
  );
  if (limits.length === 0) return null;
  const limit = Math.min(...limits);
  const cost = signals.estimatedRunCost;
  if (cost === null || !Number.isFinite(cost)) {
    return defer('costUnknown', `nobody knows what a run costs; limit ${limit}`);
  }
  return cost <= limit
    ? null
    : escalate('costPerRun', `a run may cost ${cost}, limit ${limit}; a person has to decide`, 'ticket', true);
};

const blocking = ({ budget }: RetrainingPolicy): RetrainingPolicy['budget'] | undefined =>
  budget?.onExceeded === 'blockTraining' ? budget : undefined;

/** What the month comes to with this run, where both are known. */
function monthWithRun({ spentThisMonth, estimatedRunCost }: RetrainingSignals): number | null {
  if (spentThisMonth === null || !Number.isFinite(spentThisMonth)) return null;
  return spentThisMonth + (estimatedRunCost !== null && Number.isFinite(estimatedRunCost) ? estimatedRunCost : 0);
}

const budgetExceeded: Rule = ({ signals, policy }) => {
  const budget = blocking(policy);
  if (!budget) return null;
  if (signals.trainingBlock !== null)
    return escalate('budgetExceeded', blockText(signals.trainingBlock), 'ticket', true);
  const month = monthWithRun(signals);
  if (month === null) return defer('costUnknown', `nobody knows what was spent this month; budget ${budget.monthly}`);
  return month <= budget.monthly
    ? null
    : escalate(
        'budgetExceeded',
        `this month would come to ${month} with the run, budget ${budget.monthly}; training is blocked`,
        'ticket',
        true,
      );
};

const fewLabels: Rule = (context) => {
  const { signals, policy } = context;
  const { minNewLabels } = policy.retraining;
  if (isManual(context) || minNewLabels === 0) return null;
  const { newLabels } = signals;
  if (newLabels === null || !(newLabels >= 0)) {
    return defer('labelsUnknown', `nobody knows how many new labels there are; ${minNewLabels} are needed`);
  }
  return newLabels >= minNewLabels
    ? null
    : defer(
        'tooFewLabels',
        `${newLabels} new labels, ${minNewLabels} are needed; looked at again with the next decision`,
      );
};

/** All of them, in order; the first that objects decides. */
export const RULES: readonly Rule[] = [
  duplicate,
  inFlight,
  dataInvalid,
  driftAlone,
  circuitOpen,
  backingOff,
  coolingDown,
  maxRuns,
  costPerRun,
  budgetExceeded,
  fewLabels,
];

/** What a run goes on in spite of: a budget that alerts only. */
export function warningsOf({ signals, policy }: RuleContext): string[] {
  const { budget } = policy;
  if (budget === null || budget.onExceeded !== 'alert') return [];
  const month = monthWithRun(signals);
  const run = signals.estimatedRunCost;
  return [
    ...(month !== null && month > budget.monthly
      ? [`this month comes to ${month} with the run, budget ${budget.monthly}`]
      : []),
    ...(run !== null && budget.trainingRun !== undefined && run > budget.trainingRun
      ? [`a run may cost ${run}, budget ${budget.trainingRun}`]
      : []),
  ];
}

/** Key of a request under a policy. */
export function keyOf(policy: RetrainingPolicy, trigger: Trigger): string {
  return triggerKey(policy.version, trigger);
}
