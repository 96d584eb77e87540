import type { AlarmKind } from '../../kernel/alarm-kinds';

/** What a model’s definition must have, so that a drill can raise an alarm of a kind; null where no drill can. */
export const ALARM_SECTIONS: Readonly<Record<AlarmKind, string | null>> = {
  endpointErrors: 'monitoring.errors',
  endpointLatency: 'monitoring.latency',
  availabilityBurn: 'monitoring.availability',
  dataDrift: 'monitoring.drift',
  predictionDrift: 'monitoring.drift with predictions: true',
  conceptDrift: 'monitoring.drift and monitoring.quality',
  qualityDecay: 'monitoring.drift, and monitoring.quality with a bound for a metric of the task',
  insufficientData: 'monitoring.drift',
  dataViolations: 'data',
  dataFreshness: 'monitoring.drift, and monitoring.freshness or data.freshness',
  pipelineFailure: 'training',
  pipelineSuccess: 'monitoring.pipelineSuccess',
  gateFailure: 'evaluation',
  approvalNeeded: null,
  releaseRolledBack: 'serving',
  releasePaused: 'serving',
  retrainingStopped: 'retraining',
  costPerPrediction:
    'monitoring.drift, monitoring.quality and monitoring.costPerPrediction, on machines of which the price is known',
  budgetExceeded: null,
  modelBudgetExceeded: null,
  handlerFailure: null,
};
