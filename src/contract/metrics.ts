import type { UseCase } from './use-cases';

/** Namespace of every metric that our handlers emit. */
export const METRIC_NAMESPACE = 'MlPlatform';

export type MetricUnit = 'ms' | 'count' | '1' | 'percent' | 's' | 'currency' | 'perDay';

export interface MetricSpec {
  readonly unit: MetricUnit;
  /** Dimensions after Platform and Model. */
  readonly dimensions: readonly ('Column' | 'Metric' | 'Slice' | 'Rule' | 'Cause')[];
  /** Who emits it: use cases, or the serving platform itself. */
  readonly emittedBy: readonly (UseCase | 'serving')[];
  readonly meaning: string;
}

/** The vocabulary of metrics: names, units and dimensions are public API. An alarm may watch nothing else. */
export const METRICS = {
  Latency: { unit: 'ms', dimensions: [], emittedBy: ['serving'], meaning: 'Time to answer a request' },
  Errors: {
    unit: 'count',
    dimensions: [],
    emittedBy: ['serving'],
    meaning: 'Requests answered with an error of the server',
  },
  Requests: { unit: 'count', dimensions: [], emittedBy: ['serving'], meaning: 'Requests received' },
  DriftScore: {
    unit: '1',
    dimensions: ['Column'],
    emittedBy: ['monitorDrift'],
    meaning: 'Distance of a column from its reference',
  },
  DriftedColumnsPercent: {
    unit: 'percent',
    dimensions: [],
    emittedBy: ['monitorDrift'],
    meaning: 'Share of watched columns beyond critical',
  },
  PredictionDrift: {
    unit: '1',
    dimensions: [],
    emittedBy: ['monitorDrift'],
    meaning: 'Distance of the predictions from their reference',
  },
  Quality: {
    unit: '1',
    dimensions: ['Metric', 'Slice'],
    emittedBy: ['monitorQuality'],
    meaning: 'A quality metric on matured labels',
  },
  LabelledRows: {
    unit: 'count',
    dimensions: [],
    emittedBy: ['monitorQuality'],
    meaning: 'Predictions with a matured label in the window',
  },
  DataAge: { unit: 's', dimensions: [], emittedBy: ['monitorDrift'], meaning: 'Age of the newest event' },
  DataViolations: {
    unit: 'count',
    dimensions: ['Rule'],
    emittedBy: ['checkData'],
    meaning: 'Violations of a data rule',
  },
  PipelineSuccess: {
    unit: '1',
    dimensions: [],
    emittedBy: ['registerVersion', 'recordFailure'],
    meaning: '1 for a run that ended well, 0 for one that failed',
  },
  PipelineSuccessPercent: {
    unit: 'percent',
    dimensions: [],
    emittedBy: ['registerVersion', 'recordFailure'],
    meaning:
      'Runs that ended well, of those that ended in the window of `pipelineSuccess`, told at the end of each run',
  },
  PipelineDuration: {
    unit: 's',
    dimensions: [],
    emittedBy: ['registerVersion', 'recordFailure'],
    meaning: 'From the start of a run to its end',
  },
  GateVerdict: { unit: '1', dimensions: [], emittedBy: ['decideGate'], meaning: '1 pass, 0 inconclusive, -1 fail' },
  CostPerPrediction: {
    unit: 'currency',
    dimensions: [],
    emittedBy: ['monitorQuality'],
    meaning: 'Serving cost in the window by answered requests',
  },
  RetrainStarted: {
    unit: 'count',
    dimensions: ['Cause'],
    emittedBy: ['decideRetraining'],
    meaning: 'Retraining runs started',
  },
  RetrainSuppressed: {
    unit: 'count',
    dimensions: ['Cause'],
    emittedBy: ['decideRetraining'],
    meaning: 'Triggers that did not start a run',
  },
  TimeToFix: {
    unit: 's',
    dimensions: [],
    emittedBy: ['promote'],
    meaning: 'From an alarm to the champion that replaced the faulty one',
  },
  DeploymentFrequency: {
    unit: 'perDay',
    dimensions: [],
    emittedBy: ['reportDora'],
    meaning: 'Model versions that reached all traffic, by day',
  },
  LeadTime: { unit: 's', dimensions: [], emittedBy: ['reportDora'], meaning: 'From the commit to all traffic, median' },
  ChangeFailurePercent: {
    unit: 'percent',
    dimensions: [],
    emittedBy: ['reportDora'],
    meaning: 'Deployments that failed, once each',
  },
  TimeToRestore: {
    unit: 's',
    dimensions: [],
    emittedBy: ['reportDora'],
    meaning: 'From a failed deployment to a verified champion, median',
  },
  ReworkPercent: {
    unit: 'percent',
    dimensions: [],
    emittedBy: ['reportDora'],
    meaning: 'Unplanned deployments among all',
  },
  DataVerdict: {
    unit: '1',
    dimensions: [],
    emittedBy: ['monitorDrift'],
    meaning: '1 decided, 0 too few rows to decide (drift)',
  },
  DriftBreach: {
    unit: '1',
    dimensions: [],
    emittedBy: ['monitorDrift'],
    meaning: '1 when the data-set rule holds in enough windows',
  },
  ConceptDrift: {
    unit: '1',
    dimensions: [],
    emittedBy: ['monitorQuality'],
    meaning: '1 when quality falls while the inputs do not drift',
  },
  QualityBreach: {
    unit: '1',
    dimensions: ['Metric'],
    emittedBy: ['monitorQuality'],
    meaning: '1 when a quality bound is violated on enough labels',
  },
  ReleaseRolledBack: { unit: 'count', dimensions: [], emittedBy: ['rollBack'], meaning: 'Releases taken back' },
  ReleasePaused: {
    unit: 'count',
    dimensions: [],
    emittedBy: ['analyseTraffic'],
    meaning: 'Releases that wait for a person',
  },
  RetrainingStopped: {
    unit: 'count',
    dimensions: [],
    emittedBy: ['decideRetraining'],
    meaning: 'The retraining circuit opened',
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
