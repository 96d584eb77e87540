import type { Data } from '../definition/data';
import type { Evaluation } from '../definition/evaluation';
import type { Drift, Monitoring } from '../definition/monitoring';
import type { Training } from '../definition/training';
import { DATA_RULES } from '../kernel/data-rules';
import { durationSeconds } from '../kernel/duration';
import { toJson } from '../kernel/json';
import type { Task } from '../kernel/metric-catalogue';
import { alarm, metric, type RunbookLink } from './alarm';
import { planCompute, planImage } from './compute';
import type { AlarmPlan, PermissionPlan, PipelinePlan, TrainingPlan } from './plan';
import { type Step, type StepGraph, TASK_RETRY, type TaskStep } from './step-graph';

export interface PipelineInput {
  readonly model: string;
  readonly task: Task;
  readonly data: Data;
  readonly training: Training;
  /** Absent at stage foundation: versions are registered on their trainer's metrics and wait for a person. */
  readonly evaluation: Evaluation | null;
  /** Its bins shape the reference profile; null for the defaults. */
  readonly drift: Drift | null;
  readonly pipelineSuccess: Monitoring['pipelineSuccess'] | null;
  readonly retrainRelease: 'automatic' | 'manual';
  readonly runbook: RunbookLink;
}

const DAY = 86_400;
/** Scoring reads a test set once; it must not outlast the training itself by much. */
const SCORE_TIMEOUT = 3600;
const TASK_TIMEOUT = 900;

/** The model pipeline: validate → train → evaluate → gate → register → request a release. */
export function planPipeline(input: PipelineInput): PipelinePlan {
  const { model, task, data, evaluation } = input;
  const training = planTraining(input.training);
  return {
    model,
    task,
    data,
    training,
    approval: evaluation?.approval ?? 'manual',
    graph: pipelineGraph(input, training),
    alarms: pipelineAlarms(input),
    metrics: [
      metric('DataViolations'),
      ...DATA_RULES.filter((rule) => data.checks[rule] !== 'off').map((rule) =>
        metric('DataViolations', { Rule: rule }),
      ),
      ...(evaluation ? [metric('GateVerdict')] : []),
      metric('PipelineSuccess'),
      ...(input.pipelineSuccess ? [metric('PipelineSuccessPercent')] : []),
      metric('PipelineDuration'),
    ],
    schedules: [],
    permissions: PERMISSIONS,
    retention: [
      { what: 'queryResults', seconds: 7 * DAY, locked: false },
      { what: 'logs', seconds: 90 * DAY, locked: false },
    ],
  };
}

function planTraining(training: Training): TrainingPlan {
  const maxDurationSeconds = durationSeconds(training.maxDuration);
  return {
    image: planImage(training.image),
    command: training.command ?? null,
    compute: planCompute(training.compute),
    hyperparameters: training.hyperparameters,
    maxDurationSeconds,
    maxWaitSeconds: training.spot ? 2 * maxDurationSeconds : maxDurationSeconds,
    spot: training.spot,
    seed: training.seed,
    testPercent: training.split.testPercent,
    splitBy: training.split.by,
  };
}

function pipelineGraph(
  { model, task, data, evaluation, drift, pipelineSuccess, retrainRelease }: PipelineInput,
  training: TrainingPlan,
): StepGraph {
  const call = (step: Omit<TaskStep, 'kind' | 'retry' | 'timeoutSeconds' | 'onError'>): Step => ({
    kind: 'task',
    retry: TASK_RETRY,
    timeoutSeconds: TASK_TIMEOUT,
    onError: 'recordFailure',
    ...step,
  });
  const dataJson = toJson(data);
  const parameters = { hyperparameters: toJson(training.hyperparameters), seed: training.seed };
  const window: Readonly<Record<string, number>> = pipelineSuccess
    ? { successWindowSeconds: durationSeconds(pipelineSuccess.window) }
    : {};
  const steps: Step[] = [
    call({
      id: 'validate',
      describe: 'check the data and freeze the train and test sets',
      use: 'checkData',
      arguments: {
        model,
        task,
        data: dataJson,
        drift: toJson(drift),
        split: { testPercent: training.testPercent, by: training.splitBy, seed: training.seed },
      },
      output: 'validation',
      next: 'dataIsGood',
    }),
    {
      kind: 'choice',
      id: 'dataIsGood',
      describe: 'bad data is never trained on',
      on: 'validation.verdict',
      cases: ['pass', 'warn', 'quarantine'].map((equals) => ({ equals, next: 'train' })),
      otherwise: 'recordFailure',
    },
    {
      kind: 'job',
      id: 'train',
      describe: 'train a candidate',
      job: 'train',
      arguments: { model, ...parameters },
      output: 'training',
      timeoutSeconds: training.maxDurationSeconds,
      next: 'prepareEvaluation',
      onError: 'recordFailure',
    },
    call({
      id: 'prepareEvaluation',
      describe: 'read metrics.json, digest the artifact, find the champion',
      use: 'prepareEvaluation',
      arguments: { model, task },
      output: 'evaluation',
      next: 'scoreCandidate',
    }),
    {
      kind: 'job',
      id: 'scoreCandidate',
      describe: 'score the frozen test rows with the candidate',
      job: 'score',
      arguments: { model, subject: 'candidate' },
      output: 'candidateScores',
      timeoutSeconds: SCORE_TIMEOUT,
      next: 'hasChampion',
      onError: 'recordFailure',
    },
    {
      kind: 'choice',
      id: 'hasChampion',
      describe: 'the champion is scored on the same rows',
      on: 'evaluation.hasChampion',
      cases: [{ equals: true, next: 'scoreChampion' }],
      otherwise: 'gate',
    },
    {
      kind: 'job',
      id: 'scoreChampion',
      describe: 'score the frozen test rows with the champion',
      job: 'score',
      arguments: { model, subject: 'champion' },
      output: 'championScores',
      timeoutSeconds: SCORE_TIMEOUT,
      next: 'gate',
      onError: 'recordFailure',
    },
    call({
      id: 'gate',
      describe: 'decide: pass, fail or inconclusive',
      use: 'decideGate',
      arguments: { model, task, data: dataJson, evaluation: toJson(evaluation), seed: training.seed },
      output: 'gate',
      next: 'gatePassed',
    }),
    {
      kind: 'choice',
      id: 'gatePassed',
      describe: 'anything but a pass keeps the champion',
      on: 'gate.verdict',
      cases: [{ equals: 'pass', next: 'register' }],
      otherwise: 'recordFailure',
    },
    call({
      id: 'register',
      describe: 'register the version with digest, lineage and evidence',
      use: 'registerVersion',
      arguments: {
        model,
        task,
        approval: evaluation?.approval ?? 'manual',
        release: retrainRelease,
        drift: toJson(drift),
        data: dataJson,
        ...parameters,
        ...window,
      },
      output: 'version',
      next: 'mayRelease',
    }),
    {
      kind: 'choice',
      id: 'mayRelease',
      describe: 'a version that waits for a person is released by the approval',
      on: 'version.release',
      cases: [{ equals: 'automatic', next: 'requestRelease' }],
      otherwise: 'registered',
    },
    call({
      id: 'requestRelease',
      describe: 'hand the version to the release controller',
      use: 'requestRelease',
      arguments: { model },
      output: 'release',
      next: 'registered',
    }),
    { kind: 'end', id: 'registered', describe: 'the version is in the registry', outcome: 'succeeded' },
    {
      ...call({
        id: 'recordFailure',
        describe: 'record the reason, tell people, free the retraining lock',
        use: 'recordFailure',
        arguments: { model, ...parameters, ...window },
        output: 'failure',
        next: 'failed',
      }),
      onError: 'failed',
    } as TaskStep,
    { kind: 'end', id: 'failed', describe: 'nothing was registered', outcome: 'failed' },
  ];
  return {
    id: 'pipeline',
    startAt: 'validate',
    steps: evaluation ? steps : withoutGate(steps),
    timeoutSeconds: training.maxWaitSeconds + 2 * SCORE_TIMEOUT + DAY / 4,
  };
}

const GATE_STEPS = new Set(['scoreCandidate', 'hasChampion', 'scoreChampion', 'gate', 'gatePassed']);

/** Stage foundation asks for no evaluation: the version is registered and waits for a person. */
const withoutGate = (steps: readonly Step[]): Step[] =>
  steps
    .filter((step) => !GATE_STEPS.has(step.id))
    .map((step) => (step.id === 'prepareEvaluation' ? ({ ...step, next: 'register' } as TaskStep) : step));

function pipelineAlarms({ evaluation, pipelineSuccess, runbook }: PipelineInput): AlarmPlan[] {
  const sum = { statistic: 'sum', dimensions: {} } as const;
  return [
    alarm(
      {
        id: 'pipeline-failure',
        kind: 'pipelineFailure',
        severity: 'ticket',
        summary: 'A training pipeline failed; the champion keeps serving',
        metric: { name: 'PipelineSuccess', dimensions: {}, statistic: 'minimum' },
        comparator: 'below',
        threshold: 1,
        periodSeconds: 300,
      },
      runbook,
    ),
    ...(evaluation
      ? [
          alarm(
            {
              id: 'gate-failure',
              kind: 'gateFailure',
              severity: 'ticket',
              summary: 'A candidate did not pass its evaluation gate',
              metric: { name: 'GateVerdict', dimensions: {}, statistic: 'minimum' },
              comparator: 'below',
              threshold: 1,
              periodSeconds: 300,
            },
            runbook,
          ),
        ]
      : []),
    alarm(
      {
        id: 'data-violations',
        kind: 'dataViolations',
        severity: 'ticket',
        summary: 'New data violate the data contract',
        metric: { name: 'DataViolations', ...sum },
        comparator: 'above',
        threshold: 0,
        periodSeconds: 300,
      },
      runbook,
    ),
    ...(pipelineSuccess
      ? [
          alarm(
            {
              id: 'pipeline-success',
              kind: 'pipelineSuccess',
              severity: 'ticket',
              summary: `Fewer than ${pipelineSuccess.minPercent} % of the pipeline runs of ${pipelineSuccess.window} ended well`,
              // The share of a window of weeks, which each run's end tells; no period of a cloud is as long.
              metric: { name: 'PipelineSuccessPercent', dimensions: {}, statistic: 'minimum' },
              comparator: 'below',
              threshold: pipelineSuccess.minPercent,
              periodSeconds: 300,
            },
            runbook,
          ),
        ]
      : []),
  ];
}

const PERMISSIONS: readonly PermissionPlan[] = [
  { role: 'pipeline', action: 'readData', because: 'validate' },
  { role: 'pipeline', action: 'queryData', because: 'validate' },
  { role: 'pipeline', action: 'readArtifacts', because: 'gate' },
  { role: 'pipeline', action: 'writeArtifacts', because: 'validate, gate, register, recordFailure' },
  { role: 'pipeline', action: 'runTraining', because: 'train, scoreCandidate, scoreChampion' },
  { role: 'pipeline', action: 'readRegistry', because: 'prepareEvaluation' },
  { role: 'pipeline', action: 'writeRegistry', because: 'register' },
  { role: 'pipeline', action: 'appendLedger', because: 'register, recordFailure' },
  { role: 'pipeline', action: 'startRelease', because: 'requestRelease' },
  { role: 'pipeline', action: 'lock', because: 'recordFailure' },
  { role: 'pipeline', action: 'notify', because: 'recordFailure' },
  { role: 'pipeline', action: 'writeMetrics', because: 'gate, register, recordFailure' },
  { role: 'pipeline', action: 'writeLogs', because: 'every step' },
  { role: 'pipeline', action: 'writeTraces', because: 'every step' },
  { role: 'pipeline', action: 'useKey', because: 'encrypted storage' },
  { role: 'trainer', action: 'readArtifacts', because: 'train: frozen data sets' },
  { role: 'trainer', action: 'writeArtifacts', because: 'train: model folder and metrics' },
  { role: 'trainer', action: 'pullImage', because: 'train' },
  { role: 'trainer', action: 'writeLogs', because: 'train' },
  { role: 'trainer', action: 'useKey', because: 'encrypted storage' },
];
