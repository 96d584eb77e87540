import { type Retraining, retrainingSchema } from '../../../../src/definition/retraining';
import {
  applyRetrainingDecision,
  decideRetraining,
  NEVER_TRAINED,
  type RetrainingDecision,
  type RetrainingPolicy,
  type RetrainingSignals,
  type RetrainingState,
  type Trigger,
} from '../../../../src/runtime/core/retraining';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
/** 2026-11-01T00:00:00Z, a Sunday. */
export const T0 = 1_793_491_200;

export const retraining = (changes: object = {}): Retraining => retrainingSchema.parse(changes);
export const policy = (changes: object = {}, budget: RetrainingPolicy['budget'] = null): RetrainingPolicy => ({
  version: 'v1',
  retraining: retraining(changes),
  budget,
});

export const trigger = (kind: Trigger['kind'], windowEndSeconds = T0): Trigger => ({
  kind,
  windowEndSeconds,
  text: `${kind} at ${windowEndSeconds}`,
});

export const signals = (triggers: readonly Trigger[], changes: Partial<RetrainingSignals> = {}): RetrainingSignals => ({
  triggers,
  data: 'valid',
  dataText: '',
  newLabels: 5000,
  labelsUpToSeconds: T0,
  modelTrainedAtSeconds: T0 - 10 * DAY,
  qualityCriticalSinceSeconds: null,
  estimatedRunCost: 12,
  spentThisMonth: 100,
  trainingBlock: null,
  ...changes,
});

export interface Step {
  readonly decision: RetrainingDecision;
  readonly state: RetrainingState;
}

/** Decides and applies; the state goes through JSON, as in every store. */
export function decide(state: RetrainingState, given: RetrainingSignals, at: number, rules = policy()): Step {
  const decision = decideRetraining(state, given, rules, at);
  const next = applyRetrainingDecision(state, decision, at);
  return { decision, state: JSON.parse(JSON.stringify(next)) as RetrainingState };
}

/** A state in which one run for `quality` started at `T0`. */
export const started = (): Step => decide(NEVER_TRAINED, signals([trigger('quality')]), T0);
