import type { ModelBudget } from '../definition/budget';
import type { Retraining, RetrainingCause } from '../definition/retraining';
import type { AlarmKind } from '../kernel/alarm-kinds';
import { durationSeconds } from '../kernel/duration';
import { toJson } from '../kernel/json';
import { alarm, metric, type RunbookLink } from './alarm';
import type { PermissionPlan, RetrainingPlan, SchedulePlan } from './plan';

export interface RetrainingInput {
  readonly model: string;
  readonly retraining: Retraining;
  readonly budget: ModelBudget | null;
  /** What a run costs at most; null where the price of the machine is not known. */
  readonly estimatedRunCost: number | null;
  readonly runbook: RunbookLink;
}

/** Which alarms ask for the retraining decision. */
const ALARMS_OF_CAUSE: Record<RetrainingCause, readonly AlarmKind[]> = {
  drift: ['dataDrift', 'predictionDrift'],
  conceptDrift: ['conceptDrift'],
  quality: ['qualityDecay'],
  // New data are counted by the scheduled decision itself.
  newData: [],
  freshness: ['dataFreshness'],
};

/**
 * What waits (for the end of a cooldown, for labels), the age of the model and new data have nobody who asks: they are looked
 * at four times a day. An alarm that goes on ringing rings once.
 */
const RECHECK: SchedulePlan = {
  id: 'retraining-recheck',
  schedule: { every: '6h' },
  starts: { kind: 'retrainingDecision', cause: null },
};

/** When a model is trained again: what asks, and the fixed arguments of the decision. */
export function planRetraining({
  model,
  retraining,
  budget,
  estimatedRunCost,
  runbook,
}: RetrainingInput): RetrainingPlan {
  const causes = [
    ...new Set<RetrainingCause>([...retraining.on, ...(retraining.on.includes('drift') ? [] : (['drift'] as const))]),
  ];
  return {
    model,
    arguments: { model, retraining: toJson(retraining), budget: toJson(budget), estimatedRunCost },
    causes: causes.map((cause) => ({ cause, alarmKinds: ALARMS_OF_CAUSE[cause] })),
    cooldownSeconds: durationSeconds(retraining.cooldown),
    alarms: [
      alarm(
        {
          id: 'retraining-stopped',
          kind: 'retrainingStopped',
          severity: 'page',
          summary: 'Retraining failed again and again and has stopped',
          metric: { name: 'RetrainingStopped', dimensions: {}, statistic: 'sum' },
          comparator: 'above',
          threshold: 0,
          periodSeconds: 300,
        },
        runbook,
      ),
    ],
    metrics: [
      ...[...causes, 'schedule', 'manual'].flatMap((cause) => [
        metric('RetrainStarted', { Cause: cause }),
        metric('RetrainSuppressed', { Cause: cause }),
      ]),
      metric('RetrainingStopped'),
    ],
    schedules: [
      ...(retraining.schedule
        ? [
            {
              id: 'retraining',
              schedule: retraining.schedule,
              starts: { kind: 'retrainingDecision', cause: 'schedule' },
            } as const,
          ]
        : []),
      RECHECK,
    ],
    permissions: PERMISSIONS,
    retention: [],
  };
}

const PERMISSIONS: readonly PermissionPlan[] = [
  { role: 'retraining', action: 'lock', because: 'state of the decision' },
  { role: 'retraining', action: 'startPipeline', because: 'decision retrain' },
  { role: 'retraining', action: 'readRegistry', because: 'age of the champion' },
  { role: 'retraining', action: 'readArtifacts', because: "record of the champion's training data" },
  { role: 'retraining', action: 'readData', because: 'new labels' },
  { role: 'retraining', action: 'queryData', because: 'new labels' },
  { role: 'retraining', action: 'appendLedger', because: 'every decision is recorded' },
  { role: 'retraining', action: 'notify', because: 'decision escalate' },
  { role: 'retraining', action: 'writeMetrics', because: 'every decision' },
  { role: 'retraining', action: 'writeLogs', because: 'every decision' },
  { role: 'retraining', action: 'writeTraces', because: 'every decision' },
  { role: 'retraining', action: 'useKey', because: 'encrypted storage' },
];
