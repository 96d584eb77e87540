import type { ModelBudget } from '../../../definition/budget';
import type { Retraining } from '../../../definition/retraining';
import type { Severity } from '../../../kernel/severity';
import type { TrainingBlock } from './training-block';
import type { Trigger } from './trigger';

export type RetrainingAction = 'retrain' | 'skip' | 'defer' | 'escalate';

/** Why: stable names, in the order in which the rules are asked. */
export type RetrainingCode =
  | 'noReason'
  | 'notAsked'
  | 'duplicate'
  | 'inFlight'
  | 'dataInvalid'
  | 'driftAlone'
  | 'circuitOpen'
  | 'backoff'
  | 'cooldown'
  | 'maxRuns'
  | 'costUnknown'
  | 'costPerRun'
  | 'budgetExceeded'
  | 'labelsUnknown'
  | 'tooFewLabels'
  | 'start';

/** What the decision rests on at one moment. */
export interface RetrainingSignals {
  /** New requests; empty when the decision is only asked again. */
  readonly triggers: readonly Trigger[];
  /** Data checks of the newest data; `unchecked` goes on, because the pipeline checks them first. */
  readonly data: 'valid' | 'invalid' | 'unchecked';
  /** What the data checks found, for people; empty when valid. */
  readonly dataText: string;
  /** Matured labels that the champion's training did not see; null when nobody knows. */
  readonly newLabels: number | null;
  /** Newest matured label, epoch seconds; null for none. */
  readonly labelsUpToSeconds: number | null;
  /** When the champion's training ended, epoch seconds; null without a champion. */
  readonly modelTrainedAtSeconds: number | null;
  /** Since when quality has been critical without a new champion, epoch seconds; null when it is not, or nobody knows. */
  readonly qualityCriticalSinceSeconds: number | null;
  /** Greatest cost of a run, in the platform's currency; null when nobody knows. */
  readonly estimatedRunCost: number | null;
  /** Spent on this model in this month. */
  readonly spentThisMonth: number | null;
  /** Training is blocked by what was really spent, where the target says so; null where it is free, or nobody says. */
  readonly trainingBlock: TrainingBlock | null;
}

/** The sections that decide. */
export interface RetrainingPolicy {
  /** Digest or number of the definition: another version makes other ids. */
  readonly version: string;
  readonly retraining: Retraining;
  readonly budget: ModelBudget | null;
}

/** What is done, and why. JSON-safe; recorded each time. */
export interface RetrainingDecision {
  readonly action: RetrainingAction;
  readonly reason: { readonly code: RetrainingCode; readonly text: string };
  /** Name of the run for `retrain`, the request's key for anything else with a trigger; null without a trigger. */
  readonly id: string | null;
  readonly key: string;
  /** The reason that leads; null when nothing asks. */
  readonly trigger: Trigger | null;
  /** The newest reason where it is kept and answered later; null where it is answered by this decision. */
  readonly waiting: Trigger | null;
  /** True when somebody is told by this decision; the same thing is not told again within a day. */
  readonly tells: boolean;
  readonly severity: Severity;
  /** What goes on in spite of something: a budget that only alerts. */
  readonly warnings: readonly string[];
}
