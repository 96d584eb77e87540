/** Every kind of alarm; keys of `incidents.runbooks.overrides` and names of the runbooks. */
export const ALARM_KINDS = [
  'endpointErrors',
  'endpointLatency',
  'availabilityBurn',
  'dataDrift',
  'predictionDrift',
  'conceptDrift',
  'qualityDecay',
  'insufficientData',
  'dataViolations',
  'dataFreshness',
  'pipelineFailure',
  'pipelineSuccess',
  'gateFailure',
  'releaseRolledBack',
  'releasePaused',
  'retrainingStopped',
  'costPerPrediction',
  'budgetExceeded',
  'modelBudgetExceeded',
  'handlerFailure',
] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];
