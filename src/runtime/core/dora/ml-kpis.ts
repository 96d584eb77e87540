import { formatSeconds } from '../../../kernel/duration';
import { type Figure, type KpiWindow, quantileFigure, rate, share, within } from './figure';
import { checkKpiRecords } from './record-check';
import { type DeploymentRecord, distinct } from './records';

/** A window of monitoring: what was decided about it. `insufficientData` is neither good nor bad. */
export interface MonitoringRecord {
  readonly id: string;
  readonly windowEndSeconds: number;
  readonly verdict: 'healthy' | 'breach' | 'insufficientData';
}

/** One attempt of a run of the pipeline; retries of it have its id. */
export interface PipelineRecord {
  readonly id: string;
  readonly startedAtSeconds: number;
  /** A run has succeeded as soon as one attempt has; cancelled by a person is neither success nor failure. */
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'running';
  /** Retraining, or a training that a person or a change of code asked for. */
  readonly retraining: boolean;
}

/** One alarm of the model, and its end: the champion was replaced or taken back, or nothing was wrong. */
export interface AlarmRecord {
  readonly id: string;
  readonly raisedAtSeconds: number;
  /** A champion that is not the one of the alarm has all traffic, read back; null while there is none. */
  readonly fixedAtSeconds: number | null;
  /** A person closed it as wrong. */
  readonly falseAlarm: boolean;
}

/** Live traffic of the window. */
export interface ServingTotals {
  readonly requests: number;
  readonly failedRequests: number;
  /** Requests slower than `monitoring.latency.p99`. */
  readonly slowRequests: number;
  /** Endpoint and monitoring, without shadow and without training; in the platform's currency. Null when nobody knows. */
  readonly cost: number | null;
}

export interface KpiInput {
  readonly window: KpiWindow;
  readonly quality: readonly MonitoringRecord[];
  readonly drift: readonly MonitoringRecord[];
  readonly pipelines: readonly PipelineRecord[];
  readonly alarms: readonly AlarmRecord[];
  readonly deployments: readonly DeploymentRecord[];
  readonly serving: ServingTotals;
  /** Newest event in the training data of the serving version, epoch seconds; null without one. */
  readonly trainedOnDataUpToSeconds: number | null;
}

/** The ML figures of the lifecycle audit. */
export interface KpiReport {
  readonly quality: Figure;
  readonly drift: Figure;
  readonly freshness: Figure;
  readonly pipelineSuccess: Figure;
  readonly latency: Figure;
  readonly costPerPrediction: Figure;
  readonly retrainingCadence: Figure;
  readonly timeToFix: Figure;
  /** Versions that were stopped before live traffic, of all that had to be stopped. */
  readonly gateCatch: Figure;
  /** Alarms that were right, of those that have been settled. */
  readonly alarmPrecision: Figure;
}

/** Least number of requests behind a share or a mean of requests. */
export const MIN_REQUESTS = 100;

/**
 * All figures of one model in one window. Records may come in any order and more than once.
 * @throws KpiRecordError for a number that is not finite, or a window without length
 */
export function kpiReport(input: KpiInput): KpiReport {
  checkKpiRecords(input);
  const { window } = input;
  return {
    quality: healthyShare(
      'kpi-quality',
      'quality windows with enough labels in which every bound held',
      input.quality,
      window,
    ),
    drift: healthyShare('kpi-drift', 'drift windows with enough rows in which nothing drifted', input.drift, window),
    freshness: freshness(input),
    pipelineSuccess: pipelineSuccess(input),
    latency: latency(input),
    costPerPrediction: cost(input),
    retrainingCadence: rate(
      { id: 'kpi-retraining-cadence', unit: 'per30Days', window, definition: 'retraining runs started, in 30 days' },
      logicalRuns(input.pipelines).filter((run) => run.retraining && within(window, run.startedAtSeconds)).length,
      (window.endSeconds - window.startSeconds) / (30 * 86_400),
      7 / 30,
    ),
    timeToFix: timeToFix(input),
    gateCatch: gateCatch(input),
    alarmPrecision: alarmPrecision(input),
  };
}

function healthyShare(id: string, definition: string, records: readonly MonitoringRecord[], window: KpiWindow): Figure {
  const inWindow = distinct(records).filter((one) => within(window, one.windowEndSeconds));
  const decided = inWindow.filter(({ verdict }) => verdict !== 'insufficientData');
  const healthy = decided.filter(({ verdict }) => verdict === 'healthy').length;
  const excluded = inWindow.length - decided.length;
  return share({ id, unit: 'percent', window, definition, excluded }, healthy, decided.length);
}

function freshness({ window, trainedOnDataUpToSeconds: upTo }: KpiInput): Figure {
  const age = upTo === null ? null : window.endSeconds - upTo;
  const known = age !== null && age >= 0;
  return {
    id: 'kpi-freshness',
    unit: 's',
    window,
    definition: 'from the newest event in the training data of the serving version to the end of the window',
    numerator: null,
    denominator: known ? 1 : 0,
    needed: 1,
    excluded: age === null || known ? 0 : 1,
    value: known ? age : null,
    text: known ? `${formatSeconds(age)} old` : 'too few to say: no version serves, or its data end after the window',
  };
}

const OUTCOMES: readonly PipelineRecord['outcome'][] = ['succeeded', 'running', 'failed', 'cancelled'];

/** Each run once: from its first start, with the best outcome of its attempts. */
function logicalRuns(attempts: readonly PipelineRecord[]): PipelineRecord[] {
  const runs = new Map<string, PipelineRecord>();
  for (const attempt of attempts) {
    const before = runs.get(attempt.id) ?? attempt;
    const better = OUTCOMES.indexOf(attempt.outcome) < OUTCOMES.indexOf(before.outcome) ? attempt : before;
    const startedAtSeconds = Math.min(before.startedAtSeconds, attempt.startedAtSeconds);
    runs.set(attempt.id, { ...better, startedAtSeconds });
  }
  return [...runs.values()];
}

function pipelineSuccess({ window, pipelines }: KpiInput): Figure {
  const started = logicalRuns(pipelines).filter((run) => within(window, run.startedAtSeconds));
  const ended = started.filter(({ outcome }) => outcome === 'succeeded' || outcome === 'failed');
  return share(
    {
      id: 'kpi-pipeline-success',
      unit: 'percent',
      window,
      definition:
        'runs that ended well, of those that ended; retries are one run, cancelled and running ones are excluded',
      excluded: started.length - ended.length,
    },
    ended.filter(({ outcome }) => outcome === 'succeeded').length,
    ended.length,
  );
}

function latency({ window, serving }: KpiInput): Figure {
  return share(
    {
      id: 'kpi-latency',
      unit: 'percent',
      window,
      definition: 'requests answered within the latency of the objective',
    },
    Math.max(0, serving.requests - serving.slowRequests),
    serving.requests,
    MIN_REQUESTS,
  );
}

function cost({ window, serving }: KpiInput): Figure {
  const answered = Math.max(0, serving.requests - serving.failedRequests);
  const input = {
    id: 'kpi-cost-per-prediction',
    unit: 'currency' as const,
    window,
    definition: 'endpoint and monitoring by answered requests; shadow and training are not in it',
    excluded: serving.cost === null ? answered : 0,
  };
  return rate(input, serving.cost ?? 0, serving.cost === null ? 0 : answered, MIN_REQUESTS);
}

function timeToFix({ window, alarms }: KpiInput): Figure {
  const raised = distinct(alarms).filter((alarm) => within(window, alarm.raisedAtSeconds) && !alarm.falseAlarm);
  const seconds = raised
    .flatMap(({ fixedAtSeconds, raisedAtSeconds }) =>
      fixedAtSeconds === null ? [] : [fixedAtSeconds - raisedAtSeconds],
    )
    .filter((fix) => fix >= 0);
  return quantileFigure(
    {
      id: 'kpi-time-to-fix',
      unit: 's',
      window,
      definition: 'from an alarm to a champion that was replaced or taken back, verified; open alarms are excluded',
      excluded: raised.length - seconds.length,
    },
    seconds,
  );
}

function gateCatch({ window, deployments }: KpiInput): Figure {
  const stopped = distinct(deployments).filter((one) => within(window, one.failedAtSeconds));
  return share(
    {
      id: 'kpi-gate-catch',
      unit: 'percent',
      window,
      definition: 'versions stopped before any live traffic, of all versions that were stopped or taken back',
    },
    stopped.filter(({ firstLiveAtSeconds }) => firstLiveAtSeconds === null).length,
    stopped.length,
  );
}

function alarmPrecision({ window, alarms }: KpiInput): Figure {
  const raised = distinct(alarms).filter((alarm) => within(window, alarm.raisedAtSeconds));
  const settled = raised.filter((alarm) => alarm.falseAlarm || alarm.fixedAtSeconds !== null);
  return share(
    {
      id: 'kpi-alarm-precision',
      unit: 'percent',
      window,
      definition: 'alarms that led to another champion, of those that are settled',
      excluded: raised.length - settled.length,
    },
    settled.filter(({ falseAlarm }) => !falseAlarm).length,
    settled.length,
  );
}
