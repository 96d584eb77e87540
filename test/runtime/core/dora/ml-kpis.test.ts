import { type KpiInput, KpiRecordError, kpiReport } from '../../../../src/runtime/core/dora';

const DAY = 86_400;
const window = { startSeconds: 0, endSeconds: 30 * DAY };
const EMPTY: KpiInput = {
  window,
  quality: [],
  drift: [],
  pipelines: [],
  alarms: [],
  deployments: [],
  serving: { requests: 0, failedRequests: 0, slowRequests: 0, cost: null },
  trainedOnDataUpToSeconds: null,
};
const report = (changes: Partial<KpiInput>) => kpiReport({ ...EMPTY, ...changes });

const monitored = (verdicts: readonly ('healthy' | 'breach' | 'insufficientData')[]) =>
  verdicts.map((verdict, day) => ({ id: `day-${day}`, windowEndSeconds: day * DAY, verdict }));
const run = (id: string, outcome: 'succeeded' | 'failed' | 'cancelled' | 'running', retraining = true) => ({
  id,
  startedAtSeconds: DAY,
  outcome,
  retraining,
});
const alarm = (id: string, fixedAtSeconds: number | null, falseAlarm = false) => ({
  id,
  raisedAtSeconds: 2 * DAY,
  fixedAtSeconds,
  falseAlarm,
});

test('windows without enough data are neither good nor bad', () => {
  const verdicts = monitored(['healthy', 'breach', 'healthy', 'insufficientData', 'healthy', 'healthy']);
  for (const figure of [report({ quality: verdicts }).quality, report({ drift: verdicts }).drift]) {
    expect(figure).toMatchObject({ numerator: 4, denominator: 5, excluded: 1, value: 80 });
  }
});

test('a pipeline run counts once, whatever its retries; cancelled and running ones do not count', () => {
  const pipelines = [
    run('a', 'failed'),
    run('a', 'succeeded'),
    run('b', 'failed'),
    run('c', 'succeeded'),
    run('d', 'cancelled'),
    run('e', 'running'),
    run('f', 'succeeded', false),
    run('g', 'succeeded', false),
  ];
  const { pipelineSuccess, retrainingCadence } = report({ pipelines });
  expect(pipelineSuccess).toMatchObject({ numerator: 4, denominator: 5, excluded: 2, value: 80 });
  expect(report({ pipelines: [...pipelines].reverse() }).pipelineSuccess).toEqual(pipelineSuccess);
  expect(retrainingCadence).toMatchObject({ numerator: 5, denominator: 1, value: 5, unit: 'per30Days' });
});

test('cost is by answered requests, and unknown cost is no cost of zero', () => {
  const serving = { requests: 10_500, failedRequests: 500, slowRequests: 105, cost: 25 };
  expect(report({ serving }).costPerPrediction).toMatchObject({ value: 0.0025, numerator: 25, denominator: 10_000 });
  expect(report({ serving: { ...serving, cost: null } }).costPerPrediction).toMatchObject({
    value: null,
    excluded: 10_000,
  });
  expect(report({ serving }).latency).toMatchObject({ value: 99, numerator: 10_395, denominator: 10_500 });
  expect(
    report({ serving: { ...serving, requests: 99, failedRequests: 0, slowRequests: 0 } }).latency.value,
  ).toBeNull();
});

test('freshness is the age of the data, not of the training', () => {
  expect(report({ trainedOnDataUpToSeconds: 20 * DAY }).freshness).toMatchObject({ value: 10 * DAY, text: '10d old' });
  expect(report({ trainedOnDataUpToSeconds: 31 * DAY }).freshness).toMatchObject({ value: null, excluded: 1 });
  expect(report({}).freshness).toMatchObject({ value: null, denominator: 0 });
});

test('time to fix is the median of alarms that were right and are fixed', () => {
  const alarms = [
    alarm('a', 2 * DAY + 600),
    alarm('b', 2 * DAY + 1200),
    alarm('c', 2 * DAY + 6000),
    alarm('d', null),
    alarm('e', 2 * DAY + 1, true),
  ];
  expect(report({ alarms }).timeToFix).toMatchObject({
    value: 1200,
    denominator: 3,
    excluded: 1,
    text: 'median 20m of 3 in 30 days',
  });
  expect(report({ alarms: [...alarms, alarm('f', 3 * DAY)] }).alarmPrecision).toMatchObject({
    numerator: 4,
    denominator: 5,
    value: 80,
    excluded: 1,
  });
});

test('what gates caught, of all that was stopped', () => {
  const stopped = (id: string, live: boolean) => ({
    id,
    changes: [],
    firstLiveAtSeconds: live ? DAY : null,
    completedAtSeconds: null,
    failedAtSeconds: DAY + 60,
    restoredAtSeconds: DAY + 120,
    unplanned: false,
  });
  const deployments = ['a', 'b', 'c', 'd'].map((id) => stopped(id, false)).concat(stopped('e', true));
  expect(report({ deployments }).gateCatch).toMatchObject({ numerator: 4, denominator: 5, value: 80 });
});

test('nothing at all: every figure says so, with what it needs and what it counts', () => {
  for (const [name, figure] of Object.entries(report({}))) {
    expect(figure.definition.length).toBeGreaterThan(10);
    if (name === 'retrainingCadence') expect(figure.value).toBe(0);
    else expect([figure.value, figure.text.startsWith('too few to say')]).toEqual([null, true]);
  }
  expect(Object.values(report({})).map(({ id }) => id)).toEqual([
    'kpi-quality',
    'kpi-drift',
    'kpi-freshness',
    'kpi-pipeline-success',
    'kpi-latency',
    'kpi-cost-per-prediction',
    'kpi-retraining-cadence',
    'kpi-time-to-fix',
    'kpi-gate-catch',
    'kpi-alarm-precision',
  ]);
});

test('numbers that are none are an error that names them', () => {
  const serving = { ...EMPTY.serving, cost: Number.POSITIVE_INFINITY };
  expect(() => report({ serving })).toThrow(KpiRecordError);
  expect(() => report({ serving })).toThrow(/serving\.cost: got Infinity/);
});
