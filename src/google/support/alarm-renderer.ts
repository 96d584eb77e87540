import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditions,
} from '@cdktf/provider-google/lib/monitoring-alert-policy';
import type { MonitoringMetricDescriptor } from '@cdktf/provider-google/lib/monitoring-metric-descriptor';
import { Construct } from 'constructs';
import { ENDPOINT_FIGURES, metricType } from '../../contract/google';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import { pascalCase } from '../../kernel/names';
import type { Severity } from '../../kernel/severity';
import type { AlarmGroupPlan, AlarmPlan, MetricPlan } from '../../plan/plan';
import type { BurnRate } from '../canary-endpoint/objectives';
import type { INotifications } from '../ml-platform/notifications';
import { labelValue } from './labels';
import { locationOf } from './location';
import { describeMetrics } from './metric-descriptors';
import { type MetricSubject, metricSource, monitoringFilter, promSelector } from './metric-source';
import { modelLabels, platformContextOf } from './platform-context';

/** Cloud Monitoring aligns at least a minute. */
const MIN_PERIOD = 60;
/** Longest that a condition of an alert policy looks back, in alignment and retest together (25 h). */
const MAX_LOOK_BACK = 90_000;
/** Longest time that a threshold may have to hold (23 h 30 min); the least that takes a rule for missing data is a minute. */
const MAX_RETEST = 84_600;
const MIN_RETEST = 60;

const SEVERITY = { page: 'CRITICAL', ticket: 'ERROR', info: 'WARNING' } as const satisfies Record<Severity, string>;

/** No data is never healthy: it breaches, or an open incident stays open. */
const MISSING = {
  breaching: 'EVALUATION_MISSING_DATA_ACTIVE',
  insufficient: 'EVALUATION_MISSING_DATA_NO_OP',
} as const satisfies Record<AlarmPlan['missingData'], string>;

const PROM_COMPARATOR = { above: '>', atOrAbove: '>=', below: '<', atOrBelow: '<=' } as const;

export interface AlarmsProps {
  readonly alarms: readonly AlarmPlan[];
  readonly metrics: readonly MetricPlan[];
  readonly subject: MetricSubject;
  readonly notifications?: INotifications;
  /** Page alarms of which people hear once. @default - none: each alarm tells them */
  readonly pageGroup?: AlarmGroupPlan | null;
  /** Alarms on an error budget, by id. @default - none: such an alarm watches the share of errors itself */
  readonly burnRates?: Readonly<Record<string, BurnRate>>;
}

/** Renders the alarms of a part of the plan: one loop, one alert policy an alarm. */
export class Alarms extends Construct {
  /** Policies by alarm id. */
  readonly policies: Readonly<Record<string, MonitoringAlertPolicy>>;
  /** What pages once for the alarms of a group. */
  readonly groupPolicy: MonitoringAlertPolicy | undefined;
  private readonly kinds = new Map<MonitoringAlertPolicy, AlarmKind>();

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { alarms, metrics, subject, notifications, pageGroup = null, burnRates = {} } = props;
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    const policies: Record<string, MonitoringAlertPolicy> = {};
    // A policy on a metric that was never described or emitted cannot be created.
    const descriptors = new Map(describeMetrics(this, metrics).map((one) => [one.typeInput, one]));
    for (const alarm of alarms) {
      const policy = new MonitoringAlertPolicy(this, pascalCase(alarm.id), {
        project,
        displayName: `${context.platform} / ${subject.model}: ${alarm.id}`,
        combiner: 'OR',
        severity: SEVERITY[alarm.severity],
        conditions: burnRates[alarm.id] ? [burnCondition(alarm, burnRates[alarm.id]!)] : conditionsOf(alarm, subject),
        documentation: documentationOf(alarm, subject.model),
        notificationChannels: isIn(pageGroup, alarm) ? [] : [...(notifications?.channels(alarm.severity) ?? [])],
        alertStrategy: { autoClose: '86400s' },
        userLabels: {
          ...modelLabels(context, subject.model),
          alarm: labelValue(alarm.id),
          kind: labelValue(alarm.kind),
          urgency: alarm.severity,
          aborts_release: String(alarm.abortsRelease),
        },
        ...dependency(descriptors.get(metricType(alarm.metric.name))),
      });
      policies[alarm.id] = policy;
      this.kinds.set(policy, alarm.kind);
    }
    this.policies = policies;
    this.groupPolicy = pageGroup === null ? undefined : this.group(pageGroup, props);
  }

  /**
   * A policy that opens while any alarm of a group fires. Cloud Monitoring has no alarm over alarms; but their conditions can be one
   * PromQL expression without labels, which has one incident at a time.
   */
  private group({ id, summary, alarms: ids }: AlarmGroupPlan, props: AlarmsProps): MonitoringAlertPolicy | undefined {
    const { alarms, subject, notifications } = props;
    const context = platformContextOf(this);
    const grouped = alarms.filter((alarm) => isIn({ alarms: ids }, alarm));
    if (grouped.length === 0) return undefined;
    return new MonitoringAlertPolicy(this, `${pascalCase(id)}Pages`, {
      project: locationOf(this).project,
      displayName: `${context.platform} / ${subject.model}: ${id}`,
      combiner: 'OR',
      severity: SEVERITY.page,
      conditions: [
        {
          displayName: summary.slice(0, 500),
          conditionPrometheusQueryLanguage: {
            query: grouped.map((alarm) => `(${promQuery(alarm, subject)})`).join(' or '),
            duration: '0s',
            evaluationInterval: '60s',
            disableMetricValidation: true,
          },
        },
      ],
      documentation: {
        mimeType: 'text/markdown',
        subject: `[page] ${subject.model}: ${id}`,
        content: [
          `${summary}. One of these alarms fires:`,
          '',
          ...grouped.map((alarm) => `- ${alarm.id}: ${alarm.summary}. Runbook: ${alarm.runbook}`),
        ].join('\n'),
      },
      notificationChannels: [...(notifications?.channels('page') ?? [])],
      alertStrategy: { autoClose: '86400s' },
      userLabels: { ...modelLabels(context, subject.model), group: id, urgency: 'page' },
      // A policy on a metric that was never described or emitted cannot be created.
      dependsOn: grouped.map((alarm) => this.policies[alarm.id]!),
    });
  }

  /** Sends alarms of some kinds to one more channel. */
  addChannel(kinds: readonly AlarmKind[], channel: string): void {
    for (const [policy, kind] of this.kinds) {
      if (kinds.includes(kind)) policy.notificationChannels = [...(policy.notificationChannelsInput ?? []), channel];
    }
  }
}

/**
 * Whether people hear of an alarm by its group. One that fires for want of data tells them itself: to an expression what was never
 * there is missing as well.
 */
const isIn = (group: Pick<AlarmGroupPlan, 'alarms'> | null, { id, missingData }: AlarmPlan): boolean =>
  missingData !== 'breaching' && (group?.alarms.includes(id) ?? false);

const dependency = (one: MonitoringMetricDescriptor | undefined): { dependsOn?: MonitoringMetricDescriptor[] } =>
  one ? { dependsOn: [one] } : {};

/** The condition is the objective's own: one place says what a good request is, and how much of the budget is left. */
const burnCondition = (
  { summary, comparator, missingData }: AlarmPlan,
  { objective, rate, windowSeconds }: BurnRate,
): MonitoringAlertPolicyConditions => {
  const [comparison, thresholdValue] = strict(comparator, rate);
  return {
    displayName: summary.slice(0, 500),
    conditionThreshold: {
      filter: `select_slo_burn_rate("${objective}", "${windowSeconds}s")`,
      comparison,
      thresholdValue,
      duration: `${MIN_RETEST}s`,
      evaluationMissingData: MISSING[missingData],
    },
  };
};

/** One datapoint that decides is a threshold; m of n is PromQL, which can count back through windows. */
function conditionsOf(alarm: AlarmPlan, subject: MetricSubject): MonitoringAlertPolicyConditions[] {
  const { breaching, of } = alarm.datapoints;
  const displayName = alarm.summary.slice(0, 500);
  const retest = retestSeconds(alarm);
  const consecutive = breaching === of && retest <= MAX_RETEST && alignedSeconds(alarm) + retest <= MAX_LOOK_BACK;
  return consecutive
    ? [{ displayName, conditionThreshold: thresholdCondition(alarm, subject) }]
    : [
        {
          displayName,
          conditionPrometheusQueryLanguage: {
            query: promQuery(alarm, subject),
            duration: '0s',
            evaluationInterval: '60s',
            disableMetricValidation: true,
          },
        },
      ];
}

/**
 * Of the endpoint's own figures, which come minutes late, thresholds are left to see what has arrived: those of the plan look at shares
 * over five minutes and more, of which the parts are late alike; and what is not there does not close an incident (NO_OP).
 */
type Threshold = NonNullable<MonitoringAlertPolicyConditions['conditionThreshold']>;

function thresholdCondition(alarm: AlarmPlan, subject: MetricSubject): Threshold {
  const period = `${alignedSeconds(alarm)}s`;
  const source = metricSource(alarm.metric.name, subject, alarm.metric.dimensions);
  const [comparison, limit] = strict(alarm.comparator, alarm.threshold);
  const shared = {
    duration: `${retestSeconds(alarm)}s`,
    comparison,
    evaluationMissingData: MISSING[alarm.missingData],
  };
  if (alarm.metric.statistic === 'errorPercent') {
    const rate = [{ alignmentPeriod: period, perSeriesAligner: 'ALIGN_RATE', crossSeriesReducer: 'REDUCE_SUM' }];
    return {
      ...shared,
      filter: monitoringFilter(source),
      aggregations: rate,
      denominatorFilter: monitoringFilter(metricSource('Requests', subject, {})),
      denominatorAggregations: rate,
      thresholdValue: limit / 100,
    };
  }
  return {
    ...shared,
    filter: monitoringFilter(source),
    aggregations: [
      source.value === 'distribution'
        ? {
            alignmentPeriod: period,
            perSeriesAligner: 'ALIGN_DELTA',
            crossSeriesReducer: PERCENTILE[percentileOf(alarm)],
          }
        : { alignmentPeriod: period, ...AGGREGATION[numberStatisticOf(alarm)] },
    ],
    thresholdValue: limit,
  };
}

/** The first datapoint is what is aligned; each further one has to hold a period longer. */
const retestSeconds = ({ datapoints, periodSeconds }: AlarmPlan): number =>
  Math.max(MIN_RETEST, (datapoints.of - 1) * periodSeconds);

/**
 * Where missing data breach, the newest value counts for a twelfth of its period longer, as far as a condition looks back: a job that
 * takes a minute longer than the day before is late, not missing.
 */
function alignedSeconds(alarm: AlarmPlan): number {
  const { periodSeconds, missingData, metric } = alarm;
  const period = Math.max(MIN_PERIOD, periodSeconds);
  const isLast = metric.statistic === 'maximum' || metric.statistic === 'minimum';
  if (missingData !== 'breaching' || !isLast) return period;
  const late = period + Math.ceil(period / 12 / 60) * 60;
  return Math.max(period, Math.min(MAX_LOOK_BACK - retestSeconds(alarm), late));
}

const PERCENTILE = { p50: 'REDUCE_PERCENTILE_50', p99: 'REDUCE_PERCENTILE_99' } as const;
const AGGREGATION = {
  average: { perSeriesAligner: 'ALIGN_MEAN', crossSeriesReducer: 'REDUCE_MEAN' },
  maximum: { perSeriesAligner: 'ALIGN_MAX', crossSeriesReducer: 'REDUCE_MAX' },
  minimum: { perSeriesAligner: 'ALIGN_MIN', crossSeriesReducer: 'REDUCE_MIN' },
  sum: { perSeriesAligner: 'ALIGN_SUM', crossSeriesReducer: 'REDUCE_SUM' },
} as const;

const percentileOf = ({ metric }: AlarmPlan): 'p50' | 'p99' => (metric.statistic === 'p50' ? 'p50' : 'p99');

function numberStatisticOf({ id, metric: { statistic } }: AlarmPlan): keyof typeof AGGREGATION {
  if (statistic === 'p50' || statistic === 'p99' || statistic === 'errorPercent') {
    throw new TypeError(`alarm ${id}: ${statistic} needs a metric of the endpoint`);
  }
  return statistic;
}

/** Cloud Monitoring compares strictly: "at or above t" is "above the number just below t", which is the same set of doubles. */
function strict(comparator: AlarmPlan['comparator'], threshold: number): ['COMPARISON_GT' | 'COMPARISON_LT', number] {
  switch (comparator) {
    case 'above':
      return ['COMPARISON_GT', threshold];
    case 'atOrAbove':
      return ['COMPARISON_GT', neighbour(threshold, -1)];
    case 'below':
      return ['COMPARISON_LT', threshold];
    case 'atOrBelow':
      return ['COMPARISON_LT', neighbour(threshold, 1)];
  }
}

/** The next double below (−1) or above (1) a finite number. */
export function neighbour(value: number, direction: -1 | 1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const grows = value > 0 === direction > 0;
  view.setBigInt64(0, view.getBigInt64(0) + (grows ? 1n : -1n));
  return view.getFloat64(0);
}

/**
 * `m` of the last `n` windows beyond the threshold, each of which ends a period before the next, the newest now. The steps of a
 * subquery are multiples of its resolution since the epoch: a value of a day would count only from the next midnight on.
 *
 * The endpoint's own figures end where they can be seen: a window that is not there yet would count as one that is not beyond. And they
 * need two samples for an increase, so that their windows are two minutes at least; those follow each other all the same, so that one
 * bad minute is in one of them.
 */
function promQuery(alarm: AlarmPlan, subject: MetricSubject): string {
  const { breaching, of } = alarm.datapoints;
  const isOfEndpoint = metricSource(alarm.metric.name, subject, alarm.metric.dimensions).kind === 'delta';
  const { sampledEverySeconds, visibleAfterSeconds } = ENDPOINT_FIGURES;
  const period = Math.max(isOfEndpoint ? 2 * sampledEverySeconds : MIN_PERIOD, alarm.periodSeconds);
  const windows = Array.from({ length: of }, (_, back) => {
    const offset = (isOfEndpoint ? visibleAfterSeconds : 0) + back * period;
    const value = promValue(alarm, subject, `[${period}s]${offset === 0 ? '' : ` offset ${offset}s`}`);
    return `(count(${value} ${PROM_COMPARATOR[alarm.comparator]} ${alarm.threshold}) or vector(0))`;
  });
  return `${windows.join(' + ')} >= ${breaching}`;
}

function promValue(alarm: AlarmPlan, subject: MetricSubject, window: string): string {
  const { name, dimensions, statistic } = alarm.metric;
  const source = metricSource(name, subject, dimensions);
  switch (statistic) {
    case 'p50':
    case 'p99': {
      const quantile = statistic === 'p50' ? 0.5 : 0.99;
      return `histogram_quantile(${quantile}, sum by (le) (increase(${promSelector(source, '_bucket')}${window})))`;
    }
    case 'errorPercent': {
      const requests = promSelector(metricSource('Requests', subject, {}));
      return `100 * sum(increase(${promSelector(source)}${window})) / sum(increase(${requests}${window}))`;
    }
    case 'average':
      return `avg(avg_over_time(${promSelector(source)}${window}))`;
    case 'maximum':
      return `max(max_over_time(${promSelector(source)}${window}))`;
    case 'minimum':
      return `min(min_over_time(${promSelector(source)}${window}))`;
    case 'sum':
      return `sum(sum_over_time(${promSelector(source)}${window}))`;
  }
}

function documentationOf(alarm: AlarmPlan, model: string): MonitoringAlertPolicy['documentationInput'] {
  const isAddress = alarm.runbook.startsWith('https://');
  return {
    mimeType: 'text/markdown',
    subject: `[${alarm.severity}] ${model}: ${alarm.id}`,
    content: [`${alarm.summary}.`, '', `Runbook: ${alarm.runbook}`].join('\n'),
    ...(isAddress && { links: [{ displayName: `Runbook: ${alarm.kind}`, url: alarm.runbook }] }),
  };
}
