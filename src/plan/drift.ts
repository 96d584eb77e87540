import type { Data } from '../definition/data';
import type { Drift, Monitoring, Quality } from '../definition/monitoring';
import { durationSeconds } from '../kernel/duration';
import { toJson } from '../kernel/json';
import { type BuiltInMetric, isBuiltInMetric, METRIC_DIRECTIONS, type Task } from '../kernel/metric-catalogue';
import { longestGapSeconds, meanPeriodSeconds, type Schedule } from '../kernel/schedule';
import { alarm, metric, type RunbookLink } from './alarm';
import { pageGroup } from './alarm-group';
import type { AlarmPlan, DriftPlan, MetricPlan, MonitoringJobPlan, PermissionPlan } from './plan';

export interface DriftInput {
  readonly model: string;
  readonly task: Task;
  readonly data: Data;
  readonly drift: Drift;
  readonly quality: Quality | null;
  readonly freshness: Monitoring['freshness'] | null;
  readonly costPerPrediction: Monitoring['costPerPrediction'] | null;
  /** What serves, for cost per prediction; null where the price of an instance is not known: the cost is not watched then. */
  readonly servingCost: { readonly pricePerInstanceHour: number; readonly instances: number } | null;
  readonly runbook: RunbookLink;
}

/** What is watched of a model's inputs, predictions and quality. */
export function planDrift(input: DriftInput): DriftPlan {
  const { model, task, data, drift, quality } = input;
  const alarms = [...driftAlarms(input), ...(quality ? qualityAlarms(input, quality) : [])];
  return {
    model,
    task,
    data,
    watchedColumns: watchedColumns(data),
    windowSeconds: durationSeconds(drift.window),
    jobs: driftJobs(input),
    alarms,
    pageGroup: pageGroup('quality', `${model} does not answer as well as it should`, alarms),
    metrics: driftMetrics(input),
    schedules: driftJobs(input).map((job) => ({
      id: job.id,
      schedule: job.schedule,
      starts: { kind: 'job', id: job.id } as const,
    })),
    permissions: [...PERMISSIONS, ...(watchesCost(input) ? [READ_REQUESTS] : [])],
    retention: [{ what: 'queryResults', seconds: 7 * 86_400, locked: false }],
  };
}

/** Columns of which the distribution is watched: model inputs with drift on. */
export const watchedColumns = (data: Data): string[] =>
  Object.entries(data.columns)
    .filter(([name, column]) => column.feature && column.drift !== false && name !== data.label.column)
    .map(([name]) => name);

function driftJobs({
  model,
  task,
  data,
  drift,
  quality,
  freshness,
  costPerPrediction,
  servingCost,
}: DriftInput): MonitoringJobPlan[] {
  const shared = { model, task, data: toJson(data) };
  return [
    {
      id: 'drift',
      use: 'monitorDrift',
      arguments: { ...shared, drift: toJson(drift), freshness: freshness ?? null },
      schedule: drift.schedule,
      timeoutSeconds: 900,
    },
    ...(quality
      ? [
          {
            id: 'quality',
            use: 'monitorQuality' as const,
            arguments: {
              ...shared,
              quality: toJson(quality),
              cost: toJson({ maxPerPrediction: costPerPrediction?.max ?? null, ...servingCost }),
            },
            schedule: quality.schedule,
            timeoutSeconds: 900,
          },
        ]
      : []),
  ];
}

function driftMetrics({ data, drift, quality, costPerPrediction, servingCost }: DriftInput): MetricPlan[] {
  return [
    ...watchedColumns(data).map((column) => metric('DriftScore', { Column: column })),
    metric('DriftedColumnsPercent'),
    metric('DriftBreach'),
    metric('DataVerdict'),
    ...(drift.predictions ? [metric('PredictionDrift')] : []),
    metric('DataAge'),
    ...(quality
      ? [
          ...measuredMetrics(quality).flatMap(([name]) => [
            metric('Quality', { Metric: name }),
            metric('QualityBreach', { Metric: name }),
            ...quality.slices.map((slice) => metric('Quality', { Metric: name, Slice: slice.column })),
          ]),
          metric('LabelledRows'),
          metric('ConceptDrift'),
          ...(costPerPrediction && servingCost ? [metric('CostPerPrediction')] : []),
        ]
      : []),
  ];
}

const MAX_PERIOD = 86_400;

const wholeMinutes = (seconds: number): number => Math.min(MAX_PERIOD, Math.max(60, Math.ceil(seconds / 60) * 60));

/** CloudWatch and Cloud Monitoring take at most a day as period; a job that runs less often is watched day by day. */
const periodOf = (schedule: Schedule): number => wholeMinutes(meanPeriodSeconds(schedule));

/**
 * How silence is told from the pause between two runs: it lasts longer than any of them. A job that pauses longer than the longest
 * period is silent on most days, and its silence says nothing.
 */
const silenceOf = (schedule: Schedule): Pick<AlarmPlan, 'periodSeconds' | 'missingData'> => {
  const gap = longestGapSeconds(schedule);
  return { periodSeconds: wholeMinutes(gap), missingData: gap > MAX_PERIOD ? 'insufficient' : 'breaching' };
};

/**
 * Datapoints of a job's alarm. A job that runs less often than the longest period leaves most periods empty, so that
 * several of them would never come together: its one value decides.
 */
const datapointsOf = (schedule: Schedule, datapoints: AlarmPlan['datapoints']): AlarmPlan['datapoints'] =>
  meanPeriodSeconds(schedule) > MAX_PERIOD ? { breaching: 1, of: 1 } : datapoints;

/** Metrics that labels and predictions give. `custom.<name>` is known to the trainer alone: nothing computes it later. */
const measuredMetrics = (quality: Quality): [BuiltInMetric, Quality['metrics'][string]][] =>
  Object.entries(quality.metrics).flatMap(([name, bound]): [BuiltInMetric, Quality['metrics'][string]][] =>
    isBuiltInMetric(name) ? [[name, bound]] : [],
  );

function driftAlarms({ drift, data, freshness, runbook }: DriftInput): AlarmPlan[] {
  const periodSeconds = periodOf(drift.schedule);
  const maxAge = freshness ?? data.freshness;
  return [
    alarm(
      {
        id: 'data-drift',
        kind: 'dataDrift',
        severity: 'ticket',
        summary: `Inputs drift: a critical column or more than ${drift.maxDriftedColumnsPercent} % of columns beyond ${drift.method} ${drift.critical} in ${drift.breaches.windows} of ${drift.breaches.of} windows`,
        metric: { name: 'DriftBreach', dimensions: {}, statistic: 'maximum' },
        comparator: 'atOrAbove',
        threshold: 1,
        periodSeconds,
      },
      runbook,
    ),
    ...(drift.predictions
      ? [
          alarm(
            {
              id: 'prediction-drift',
              kind: 'predictionDrift',
              severity: 'ticket',
              summary: `Predictions drift beyond ${drift.method} ${drift.critical}`,
              metric: { name: 'PredictionDrift', dimensions: {}, statistic: 'maximum' },
              comparator: 'atOrAbove',
              threshold: drift.critical,
              periodSeconds,
              datapoints: datapointsOf(drift.schedule, { breaching: drift.breaches.windows, of: drift.breaches.of }),
            },
            runbook,
          ),
        ]
      : []),
    alarm(
      {
        id: 'drift-undecided',
        kind: 'insufficientData',
        severity: 'info',
        summary: `Fewer than ${drift.minRows} rows in ${drift.window}: drift cannot be decided`,
        metric: { name: 'DataVerdict', dimensions: {}, statistic: 'minimum' },
        comparator: 'below',
        threshold: 1,
        periodSeconds,
        datapoints: datapointsOf(drift.schedule, { breaching: 3, of: 3 }),
      },
      runbook,
    ),
    ...(maxAge
      ? [
          alarm(
            {
              id: 'data-freshness',
              kind: 'dataFreshness',
              severity: 'ticket',
              summary: `The newest event is older than ${maxAge}`,
              metric: { name: 'DataAge', dimensions: {}, statistic: 'maximum' },
              comparator: 'above',
              threshold: durationSeconds(maxAge),
              ...silenceOf(drift.schedule),
            },
            runbook,
          ),
        ]
      : []),
  ];
}

function qualityAlarms({ costPerPrediction, servingCost, runbook }: DriftInput, quality: Quality): AlarmPlan[] {
  const periodSeconds = periodOf(quality.schedule);
  return [
    ...measuredMetrics(quality).flatMap(([name, bound]) => {
      const shared = { kind: 'qualityDecay', severity: 'page', periodSeconds } as const;
      const direction = METRIC_DIRECTIONS[name];
      const limit = direction === 'higherIsBetter' ? bound.min : bound.max;
      const id = name.toLowerCase();
      return [
        ...(limit !== undefined
          ? [
              alarm(
                {
                  ...shared,
                  id: `quality-${id}`,
                  summary: `${name} on matured labels is ${direction === 'higherIsBetter' ? 'below' : 'above'} ${limit}`,
                  metric: {
                    name: 'Quality',
                    dimensions: { Metric: name },
                    statistic: direction === 'higherIsBetter' ? 'minimum' : 'maximum',
                  },
                  comparator: direction === 'higherIsBetter' ? 'below' : 'above',
                  threshold: limit,
                },
                runbook,
              ),
            ]
          : []),
        ...(bound.maxWorseThanRelease !== undefined
          ? [
              alarm(
                {
                  ...shared,
                  id: `quality-${id}-decay`,
                  summary: `${name} is more than ${bound.maxWorseThanRelease} worse than at release`,
                  metric: { name: 'QualityBreach', dimensions: { Metric: name }, statistic: 'maximum' },
                  comparator: 'atOrAbove',
                  threshold: 1,
                },
                runbook,
              ),
            ]
          : []),
      ];
    }),
    alarm(
      {
        id: 'concept-drift',
        kind: 'conceptDrift',
        severity: 'page',
        summary: 'Quality falls while the inputs do not drift: what the model learnt no longer holds',
        metric: { name: 'ConceptDrift', dimensions: {}, statistic: 'maximum' },
        comparator: 'atOrAbove',
        threshold: 1,
        periodSeconds,
      },
      runbook,
    ),
    alarm(
      {
        id: 'labels-missing',
        kind: 'insufficientData',
        severity: 'ticket',
        summary: `Fewer than ${quality.minLabels} matured labels in ${quality.window}: quality cannot be decided`,
        metric: { name: 'LabelledRows', dimensions: {}, statistic: 'minimum' },
        comparator: 'below',
        threshold: quality.minLabels,
        periodSeconds,
        datapoints: datapointsOf(quality.schedule, { breaching: 3, of: 3 }),
      },
      runbook,
    ),
    ...(costPerPrediction && servingCost
      ? [
          alarm(
            {
              id: 'cost-per-prediction',
              kind: 'costPerPrediction',
              severity: 'ticket',
              summary: `A prediction costs more than ${costPerPrediction.max}`,
              metric: { name: 'CostPerPrediction', dimensions: {}, statistic: 'average' },
              comparator: 'above',
              threshold: costPerPrediction.max,
              periodSeconds,
            },
            runbook,
          ),
        ]
      : []),
  ];
}

const PERMISSIONS: readonly PermissionPlan[] = [
  { role: 'monitor', action: 'readData', because: 'drift, quality: labels' },
  { role: 'monitor', action: 'readCapture', because: 'drift, quality' },
  { role: 'monitor', action: 'queryData', because: 'drift, quality' },
  { role: 'monitor', action: 'readArtifacts', because: 'drift: reference profile' },
  { role: 'monitor', action: 'writeArtifacts', because: 'drift: window verdicts' },
  { role: 'monitor', action: 'readRegistry', because: 'drift: champion' },
  { role: 'monitor', action: 'lock', because: 'drift, quality: what the last windows said' },
  { role: 'monitor', action: 'writeMetrics', because: 'drift, quality' },
  { role: 'monitor', action: 'writeLogs', because: 'every run' },
  { role: 'monitor', action: 'writeTraces', because: 'every run' },
  { role: 'monitor', action: 'useKey', because: 'encrypted storage' },
];
/** Cost per prediction divides by the requests that were answered. */
const READ_REQUESTS: PermissionPlan = {
  role: 'monitor',
  action: 'readMetrics',
  because: 'quality: cost per prediction',
};

const watchesCost = ({ quality, costPerPrediction, servingCost }: DriftInput): boolean =>
  Boolean(quality && costPerPrediction && servingCost);
