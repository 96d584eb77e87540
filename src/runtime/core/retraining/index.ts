export { decideRetraining } from './decide';
export type {
  RetrainingAction,
  RetrainingCode,
  RetrainingDecision,
  RetrainingPolicy,
  RetrainingSignals,
} from './decision';
export {
  applyRetrainingDecision,
  applyRunEnded,
  NEVER_TRAINED,
  type RetrainingRun,
  type RetrainingState,
  type RunEnded,
  type RunOutcome,
  runningRun,
} from './state';
export {
  applySpend,
  blockAt,
  blockText,
  periodEnd,
  type Spend,
  type SpendState,
  type TrainingBlock,
} from './training-block';
export { leadingTrigger, type Trigger, type TriggerKind, triggerKey } from './trigger';
