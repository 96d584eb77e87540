import type { Errors, Latency, Monitoring } from '../definition/monitoring';
import type { Release } from '../definition/release';
import type { Serving } from '../definition/serving';
import { durationMs, durationSeconds } from '../kernel/duration';
import { toJson } from '../kernel/json';
import type { Task } from '../kernel/metric-catalogue';
import { alarm, metric, type RunbookLink } from './alarm';
import { pageGroup } from './alarm-group';
import { planCompute, planImage } from './compute';
import { type IncidentPolicy, incidentGraph } from './incident-graph';
import type { AlarmPlan, EndpointPlan, ObjectivePlan, PermissionPlan } from './plan';
import { releaseGraph } from './release-graph';
import { releaseSteps } from './release-steps';

export interface EndpointInput {
  readonly model: string;
  readonly task: Task;
  readonly serving: Serving;
  readonly release: Release;
  readonly latency: Latency | null;
  readonly errors: Errors | null;
  readonly availability: Monitoring['availability'] | null;
  readonly captureRetentionSeconds: number;
  /** `incidents` of the definition, as far as it concerns a page alarm. */
  readonly incidents: IncidentPolicy;
  readonly runbook: RunbookLink;
}

/** Serving of one model and the controller that releases into it. */
export function planEndpoint(input: EndpointInput): EndpointPlan {
  const { model, task, serving, release } = input;
  const compute = planCompute(serving.compute);
  const image = planImage(serving.image);
  const alarms = endpointAlarms(input);
  const instances = { min: serving.instances.min, max: serving.instances.max };
  const policy = {
    serving: toJson({
      instances,
      compute,
      capturePercent: serving.capturePercent,
      targetRequestsPerInstance: serving.targetRequestsPerInstance,
      timeoutSeconds: durationSeconds(serving.timeout),
      payload: serving.payload,
    }),
  };
  return {
    model,
    task,
    image,
    compute,
    instances,
    targetRequestsPerInstance: serving.targetRequestsPerInstance,
    capturePercent: serving.capturePercent,
    timeoutSeconds: durationSeconds(serving.timeout),
    payload: serving.payload,
    expectedRequestsPerMinute: serving.expectedRequestsPerMinute ?? null,
    graph: releaseGraph(model, release, policy),
    incidentGraph: incidentGraph(model, input.incidents),
    strategy: release.strategy,
    percents: releaseSteps(release).map((step) => step.percent),
    keepPrevious: release.keepPrevious,
    onConcurrent: release.onConcurrent,
    jobs: [
      {
        id: 'dora',
        use: 'reportDora',
        arguments: { model, windowSeconds: DORA_WINDOW },
        schedule: { every: '1d' },
        timeoutSeconds: 300,
      },
    ],
    alarms,
    objectives: objectivesOf(input),
    pageGroup: pageGroup('service', `${model} does not serve as it should`, alarms),
    metrics: [
      'Latency' as const,
      'Errors' as const,
      'Requests' as const,
      'ReleaseRolledBack' as const,
      'ReleasePaused' as const,
      'TimeToFix' as const,
      ...DORA_METRICS,
    ].map((name) => metric(name)),
    schedules: [{ id: 'dora', schedule: { every: '1d' }, starts: { kind: 'job', id: 'dora' } }],
    permissions: release.strategy === 'blueGreen' ? [...PERMISSIONS, GUARDED] : PERMISSIONS,
    retention: [
      { what: 'capture', seconds: input.captureRetentionSeconds, locked: false },
      { what: 'logs', seconds: 90 * 86_400, locked: false },
    ],
  };
}

/** The DORA metrics are stated over 30 days, long enough for models that are released once a week. */
const DORA_WINDOW = 30 * 86_400;
const DORA_METRICS = [
  'DeploymentFrequency',
  'LeadTime',
  'ChangeFailurePercent',
  'TimeToRestore',
  'ReworkPercent',
] as const;

/**
 * Burn rates of the error budget that page: 14.4 over 1 h and 6 over 6 h (Site Reliability Workbook, chapter 5, with a
 * 30-day budget: 2 % and 5 % of it burnt).
 */
export const BURN_RATES = [
  { rate: 14.4, windowSeconds: 3600, severity: 'page' },
  { rate: 6, windowSeconds: 21_600, severity: 'page' },
] as const;

/** Objectives are stated over 30 days, as the burn rates are. */
const OBJECTIVE_WINDOW = 30 * 86_400;

const burnAlarm = (windowSeconds: number): string => `availability-burn-${windowSeconds / 3600}h`;

/** What the definition promises of the service: requests answered, and a p99, which is 99 % of requests answered in time. */
const objectivesOf = ({ availability, latency }: EndpointInput): ObjectivePlan[] => [
  ...(availability
    ? [
        {
          id: 'availability' as const,
          summary: `${availability.targetPercent} % of requests are answered without an error of the server`,
          targetPercent: availability.targetPercent,
          windowSeconds: OBJECTIVE_WINDOW,
          latencyMs: null,
          burnRates: BURN_RATES.map(({ rate, windowSeconds }) => ({
            alarm: burnAlarm(windowSeconds),
            rate,
            windowSeconds,
          })),
        },
      ]
    : []),
  ...(latency
    ? [
        {
          id: 'latency' as const,
          summary: `99 % of requests are answered within ${latency.p99}`,
          targetPercent: 99,
          windowSeconds: OBJECTIVE_WINDOW,
          latencyMs: durationMs(latency.p99),
          burnRates: [],
        },
      ]
    : []),
];

function endpointAlarms({ latency, errors, availability, runbook }: EndpointInput): AlarmPlan[] {
  const twoOfThree = { breaching: 2, of: 3 };
  const slow = (statistic: 'p50' | 'p99', limit: string, severity: 'page' | 'ticket'): AlarmPlan =>
    alarm(
      {
        id: `endpoint-latency-${statistic}`,
        kind: 'endpointLatency',
        severity,
        summary: `${statistic} latency is above ${limit}`,
        metric: { name: 'Latency', dimensions: {}, statistic },
        comparator: 'above',
        threshold: durationMs(limit),
        periodSeconds: 60,
        datapoints: twoOfThree,
        abortsRelease: severity === 'page',
      },
      runbook,
    );
  return [
    ...(latency
      ? [slow('p99', latency.p99, 'page'), ...(latency.p50 ? [slow('p50', latency.p50, 'ticket')] : [])]
      : []),
    ...(errors
      ? [
          alarm(
            {
              id: 'endpoint-errors',
              kind: 'endpointErrors',
              severity: 'page',
              summary: `more than ${errors.maxPercent} % of requests fail`,
              metric: { name: 'Errors', dimensions: {}, statistic: 'errorPercent' },
              comparator: 'above',
              threshold: errors.maxPercent,
              periodSeconds: 60,
              datapoints: twoOfThree,
              abortsRelease: true,
            },
            runbook,
          ),
        ]
      : []),
    ...(availability
      ? BURN_RATES.map(({ rate, windowSeconds, severity }) =>
          alarm(
            {
              id: burnAlarm(windowSeconds),
              kind: 'availabilityBurn',
              severity,
              summary: `the error budget of ${availability.targetPercent} % availability burns ${rate} times too fast over ${windowSeconds / 3600} h`,
              metric: { name: 'Errors', dimensions: {}, statistic: 'errorPercent' },
              comparator: 'above',
              threshold: round(Math.min(100, rate * (100 - availability.targetPercent))),
              periodSeconds: windowSeconds,
              abortsRelease: true,
            },
            runbook,
          ),
        )
      : []),
    alarm(
      {
        id: 'release-rolled-back',
        kind: 'releaseRolledBack',
        severity: 'ticket',
        summary: 'A release was taken back; the champion serves',
        metric: { name: 'ReleaseRolledBack', dimensions: {}, statistic: 'sum' },
        comparator: 'above',
        threshold: 0,
        periodSeconds: 300,
      },
      runbook,
    ),
    alarm(
      {
        id: 'release-paused',
        kind: 'releasePaused',
        severity: 'ticket',
        summary: 'A release cannot be decided and waits for a person',
        metric: { name: 'ReleasePaused', dimensions: {}, statistic: 'sum' },
        comparator: 'above',
        threshold: 0,
        periodSeconds: 300,
      },
      runbook,
    ),
  ];
}

const round = (value: number): number => Number(value.toPrecision(6));

const GUARDED: PermissionPlan = { role: 'server', action: 'watchAlarms', because: 'shift: guardrails of the target' };

const PERMISSIONS: readonly PermissionPlan[] = [
  { role: 'server', action: 'readArtifacts', because: 'load the model' },
  { role: 'server', action: 'pullImage', because: 'start' },
  { role: 'server', action: 'writeCapture', because: 'captured requests' },
  { role: 'server', action: 'writeLogs', because: 'serve' },
  { role: 'server', action: 'writeMetrics', because: 'serve' },
  { role: 'server', action: 'useKey', because: 'encrypted storage' },
  { role: 'release', action: 'readArtifacts', because: 'verify' },
  { role: 'release', action: 'readRegistry', because: 'verify' },
  { role: 'release', action: 'writeRegistry', because: 'promote, rollBack' },
  { role: 'release', action: 'manageEndpoint', because: 'deploy, shift, rollBack' },
  { role: 'release', action: 'readMetrics', because: 'look' },
  { role: 'release', action: 'readCapture', because: 'look: prediction drift between the arms' },
  { role: 'release', action: 'appendLedger', because: 'promote, rollBack' },
  { role: 'release', action: 'lock', because: 'verify, promote, rollBack' },
  { role: 'release', action: 'followRelease', because: 'verify: whether the release that holds the lock goes on' },
  { role: 'release', action: 'announce', because: 'promote: other systems and later environments' },
  { role: 'release', action: 'notify', because: 'rollBack, escalate' },
  { role: 'release', action: 'trackIncidents', because: 'record, escalate' },
  { role: 'release', action: 'writeMetrics', because: 'rollBack, promote' },
  { role: 'release', action: 'writeLogs', because: 'every step' },
  { role: 'release', action: 'writeTraces', because: 'every step' },
  { role: 'release', action: 'useKey', because: 'encrypted storage' },
];
