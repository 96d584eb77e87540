import { durationSeconds } from '../../../kernel/duration';
import { OperationError } from '../../../kernel/problem';
import type { RetrainingDecision, RetrainingPolicy, RetrainingSignals } from './decision';
import { keyOf, type Objection, RULES, type RuleContext, warningsOf } from './rules';
import type { RetrainingState } from './state';
import { leadingTrigger, newestTrigger, type Trigger } from './trigger';

/** The same thing is told once a day. */
const REMIND_SECONDS = 86_400;

/**
 * Whether a model is trained again now: the only place that decides it, on every target. Pure and total.
 *
 * The rules are asked in this order, and the first objection decides: the same request again → skip; a run is under way →
 * skip, and the newest reason is kept; data that failed their checks → escalate; drift alone with `onDriftAlone: notify` →
 * escalate; failures (`afterFailure`) → skip while backing off, escalate when the list is exhausted; cooldown since the
 * last start → skip; `maxRuns` → skip; cost of a run and the model's budget → escalate; too few new labels → defer.
 * A manual request passes failures, cooldown and labels; nothing passes the data checks, the budgets or a run under way.
 * What waits is decided again with the next call, also without a new trigger.
 * @throws OperationError `invalidRetrainingInput` for an instant that is not a finite number
 */
export function decideRetraining(
  state: RetrainingState,
  signals: RetrainingSignals,
  policy: RetrainingPolicy,
  nowSeconds: number,
): RetrainingDecision {
  checkInstant('nowSeconds', nowSeconds);
  signals.triggers.forEach((trigger, i) => {
    checkInstant(`triggers.${i}.windowEndSeconds`, trigger.windowEndSeconds);
  });
  const asking = [...signals.triggers, ...found(signals, policy, nowSeconds)];
  const asked = [
    ...asking.filter(({ kind }) => isAsked(kind, policy)),
    ...(state.pending === null ? [] : [state.pending]),
  ];
  const fresh = asked.filter((trigger) => !isAnswered(state, keyOf(policy, trigger)));
  const trigger = leadingTrigger(fresh.length > 0 ? fresh : asked);
  if (trigger === undefined) return nothing(asking);
  const key = keyOf(policy, trigger);
  const kinds = new Set(asked.map(({ kind }) => kind));
  const newest = newestTrigger(fresh) ?? null;
  const context: RuleContext = { state, signals, policy, nowSeconds, trigger, key, kinds };
  for (const rule of RULES) {
    const objection = rule(context);
    if (objection !== null) return held(objection, context, newest);
  }
  const attempt = state.runs.filter((run) => run.key === key).length + 1;
  const others = [...kinds].filter((kind) => kind !== trigger.kind).sort();
  const also = others.length === 0 ? '' : `; also ${others.join(', ')}`;
  const again = attempt === 1 ? '' : `; attempt ${attempt}`;
  return {
    action: 'retrain',
    reason: { code: 'start', text: `${trigger.kind}: ${trigger.text}${also}${again}` },
    id: attempt === 1 ? key : `${key}-${attempt}`,
    key,
    trigger,
    waiting: null,
    tells: false,
    severity: 'info',
    warnings: warningsOf(context),
  };
}

function held(
  { action, code, text, waits, severity }: Objection,
  context: RuleContext,
  newest: Trigger | null,
): RetrainingDecision {
  const { state, trigger, key, nowSeconds } = context;
  const told = state.told.find((one) => one.code === code);
  const again = action === 'escalate' && told !== undefined && nowSeconds - told.atSeconds < REMIND_SECONDS;
  return {
    action: again ? 'skip' : action,
    reason: { code, text: again ? `${text} (told before, within a day)` : text },
    id: key,
    key,
    trigger,
    waiting: waits ? newest : null,
    tells: action === 'escalate' && !again,
    severity: again ? 'info' : severity,
    warnings: [],
  };
}

function nothing(asking: readonly Trigger[]): RetrainingDecision {
  const kinds = [...new Set(asking.map(({ kind }) => kind))].sort();
  return {
    action: 'skip',
    reason:
      kinds.length === 0
        ? { code: 'noReason', text: 'nothing asks for a retraining' }
        : { code: 'notAsked', text: `${kinds.join(', ')}: the definition does not retrain on that` },
    id: null,
    key: '',
    trigger: null,
    waiting: null,
    tells: false,
    severity: 'info',
    warnings: [],
  };
}

function isAnswered(state: RetrainingState, key: string): boolean {
  return state.runs.some((run) => run.key === key && run.outcome !== 'failed');
}

/** Drift always comes to the decision: `onDriftAlone` says what it means by itself. */
function isAsked(kind: Trigger['kind'], { retraining }: RetrainingPolicy): boolean {
  switch (kind) {
    case 'manual':
    case 'drift':
      return true;
    case 'modelAge':
      return retraining.maxModelAge !== undefined;
    case 'schedule':
      return retraining.schedule !== undefined;
    default:
      return retraining.on.includes(kind);
  }
}

/**
 * Reasons that nobody has to report: the age of the model, quality that stays bad after it was reported, and enough new
 * labels. Age and bad quality ask anew with every cooldown: a run whose model failed its gate leaves the old one.
 */
function found(signals: RetrainingSignals, { retraining }: RetrainingPolicy, nowSeconds: number): Trigger[] {
  const triggers: Trigger[] = [];
  const { modelTrainedAtSeconds: trainedAt, newLabels, labelsUpToSeconds, qualityCriticalSinceSeconds } = signals;
  const cooldown = durationSeconds(retraining.cooldown);
  const anew = (since: number): number => since + Math.floor((nowSeconds - since) / cooldown) * cooldown;
  if (retraining.maxModelAge !== undefined && trainedAt !== null && Number.isFinite(trainedAt)) {
    const due = trainedAt + durationSeconds(retraining.maxModelAge);
    if (nowSeconds >= due) {
      const days = Math.floor((nowSeconds - trainedAt) / 86_400);
      const text = `the model is ${days} days old, limit ${retraining.maxModelAge}`;
      triggers.push({ kind: 'modelAge', windowEndSeconds: anew(due), text });
    }
  }
  const since = qualityCriticalSinceSeconds;
  if (retraining.on.includes('quality') && since !== null && Number.isFinite(since) && since <= nowSeconds) {
    const text = `quality has been critical since ${new Date(since * 1000).toISOString()}`;
    triggers.push({ kind: 'quality', windowEndSeconds: anew(since), text });
  }
  if (retraining.on.includes('newData') && newLabels !== null && labelsUpToSeconds !== null) {
    if (newLabels > 0 && newLabels >= retraining.minNewLabels) {
      triggers.push({ kind: 'newData', windowEndSeconds: labelsUpToSeconds, text: `${newLabels} new labels` });
    }
  }
  return triggers;
}

function checkInstant(path: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new OperationError({
    code: 'invalidRetrainingInput',
    path,
    got: String(value),
    expected: 'epoch seconds, a finite number',
    fix: 'mend the caller: every request says which window it is about',
  });
}
