import type { RetrainingCode, RetrainingDecision } from './decision';
import { newestTrigger, type Trigger } from './trigger';

/** `rejected`: the run was fine and its model failed the gate; the champion stays, and this is no failure. */
export type RunOutcome = 'running' | 'succeeded' | 'rejected' | 'failed';

/** One run that a decision started. */
export interface RetrainingRun {
  readonly id: string;
  /** See `triggerKey`; a run that failed may be followed by another with the same key. */
  readonly key: string;
  readonly trigger: Trigger;
  readonly startedAtSeconds: number;
  readonly endedAtSeconds: number | null;
  readonly outcome: RunOutcome;
}

/** What the decision remembers of a model; one JSON document, changed by compare-and-swap. */
export interface RetrainingState {
  /** Oldest first; at most one is running, and it is the last one. */
  readonly runs: readonly RetrainingRun[];
  readonly failuresInARow: number;
  /** The newest reason that still waits for a run. */
  readonly pending: Trigger | null;
  /** When somebody was last told, by the code of the decision. */
  readonly told: readonly { readonly code: RetrainingCode; readonly atSeconds: number }[];
}

export const NEVER_TRAINED: RetrainingState = { runs: [], failuresInARow: 0, pending: null, told: [] };

/** Ended runs are forgotten after this time, except the last one; executions' names are kept by clouds as long. */
export const REMEMBER_SECONDS = 90 * 86_400;

/** The run that has not ended; null for none. */
export function runningRun(state: RetrainingState): RetrainingRun | null {
  return state.runs.find(({ outcome }) => outcome === 'running') ?? null;
}

/**
 * The state after a decision was taken: with `retrain` the run counts as started, so whoever wrote the state first is the
 * only one that starts it. Of the reasons that have to wait the newest is kept.
 */
export function applyRetrainingDecision(
  state: RetrainingState,
  decision: RetrainingDecision,
  nowSeconds: number,
): RetrainingState {
  const { trigger, reason } = decision;
  const told = decision.tells
    ? [...state.told.filter(({ code }) => code !== reason.code), { code: reason.code, atSeconds: nowSeconds }]
    : state.told;
  if (decision.action !== 'retrain' || trigger === null || decision.id === null) {
    return { ...state, told, pending: decision.waiting ?? state.pending };
  }
  const run: RetrainingRun = {
    id: decision.id,
    key: decision.key,
    trigger,
    startedAtSeconds: nowSeconds,
    endedAtSeconds: null,
    outcome: 'running',
  };
  return { ...state, runs: [...forget(state.runs, nowSeconds), run], pending: null, told };
}

function forget(runs: readonly RetrainingRun[], nowSeconds: number): readonly RetrainingRun[] {
  return runs.filter(
    (run, i) =>
      i === runs.length - 1 || run.outcome === 'running' || nowSeconds - run.startedAtSeconds < REMEMBER_SECONDS,
  );
}

/** The end of a run, as its workflow reports it, perhaps more than once. */
export interface RunEnded {
  readonly id: string;
  readonly outcome: Exclude<RunOutcome, 'running'>;
  readonly atSeconds: number;
}

/**
 * The state after a run ended. A report for a run that is unknown or has ended changes nothing. After a success reasons
 * from before the end of the run are answered; after a failure the run's reason waits again, unless a newer one does.
 */
export function applyRunEnded(state: RetrainingState, { id, outcome, atSeconds }: RunEnded): RetrainingState {
  const run = state.runs.find((one) => one.id === id && one.outcome === 'running');
  if (run === undefined) return state;
  const endedAtSeconds = Math.max(run.startedAtSeconds, atSeconds);
  const runs = state.runs.map((one) => (one === run ? { ...one, outcome, endedAtSeconds } : one));
  if (outcome === 'failed') {
    return {
      ...state,
      runs,
      failuresInARow: state.failuresInARow + 1,
      pending: newestTrigger([run.trigger, ...(state.pending === null ? [] : [state.pending])]) ?? null,
    };
  }
  const { pending } = state;
  const answered = outcome === 'succeeded' && pending !== null && pending.windowEndSeconds <= endedAtSeconds;
  return { ...state, runs, failuresInARow: 0, pending: answered ? null : pending };
}
