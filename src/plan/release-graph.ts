import type { Release } from '../definition/release';
import { durationSeconds } from '../kernel/duration';
import { type Json, toJson } from '../kernel/json';
import { type ChoiceStep, type Step, type StepGraph, TASK_RETRY, type TaskStep } from './step-graph';

/** Live traffic of the challenger, step by step, in the order of the release; 100 is last. */
export function releaseSteps(release: Release): { percent: number; holdSeconds: number }[] {
  const finalStep = { percent: 100, holdSeconds: durationSeconds(release.finalHold) };
  switch (release.strategy) {
    case 'canary':
      return [
        ...release.steps.map(({ percent, hold }) => ({ percent, holdSeconds: durationSeconds(hold) })),
        finalStep,
      ];
    case 'linear': {
      const { stepPercent, hold } = release.linear ?? { stepPercent: 100, hold: '0s' as const };
      const count = Math.ceil(100 / stepPercent) - 1;
      return [
        ...Array.from({ length: count }, (_, i) => ({
          // 0.1 + 0.2: traffic is read back and compared, so that it must be a number as people write it.
          percent: Number((stepPercent * (i + 1)).toPrecision(12)),
          holdSeconds: durationSeconds(hold),
        })),
        finalStep,
      ];
    }
    // Both switch at once; blueGreen keeps the old fleet until the final hold is over, allAtOnce replaces it.
    case 'blueGreen':
    case 'allAtOnce':
      return [finalStep];
  }
}

const DEPLOY_TIMEOUT = 3600;
const CALL_TIMEOUT = 300;
/** Releases that may go on before one that waits, each as long as it may take. */
const MOST_BEFORE = 2;
/** How often a roll-back that has failed for good is tried again: an outage of the cloud ends, and nobody has to do it then. */
const ROLL_BACK_SECONDS = 300;
/** Longest that a target's own guardrails keep the old fleet: meanwhile nobody can change the traffic, not even back. */
const MOST_BAKE_SECONDS = 600;
/** The alarms on errors and latency need two minutes of three, and metrics come a minute or two late. */
const LEAST_BAKE_SECONDS = 300;
/** How often a release that waits for another asks again, at most. */
const QUEUE_SECONDS = 60;

/**
 * Looks in all holds, at most, however often they are extended: a run of Step Functions ends after 25,000 events, of which a look
 * takes nine, and a long hold is not judged better by more of them.
 */
const MOST_LOOKS = 1000;
/** Looks in all pauses, at most: three of a day have one every five minutes. What breaches is taken back all the same. */
const LOOKS_OF_PAUSES = 900;
/** How often a release that waits for others asks, at most, for the same reason. */
const MOST_ASKS = 400;

/** Seconds between two looks: as asked, or as many as the holds take. */
export function lookSeconds(release: Release): number {
  const holds = releaseSteps(release).reduce((sum, { holdSeconds }) => sum + holdSeconds, 0);
  const shadow = release.shadow ? durationSeconds(release.shadow.duration) : 0;
  const longest = (holds + shadow) * (1 + release.analysis.maxExtension);
  return Math.max(durationSeconds(release.analysis.every), Math.ceil(longest / MOST_LOOKS));
}

/** The release controller: verify → shadow → steps with analysis → final hold → promote, or roll back. */
export function releaseGraph(model: string, release: Release, policy: { readonly [key: string]: Json }): StepGraph {
  const call = (
    step: Omit<TaskStep, 'kind' | 'retry' | 'timeoutSeconds' | 'onError'> &
      Partial<Pick<TaskStep, 'onError' | 'timeoutSeconds'>>,
  ): TaskStep => ({
    kind: 'task',
    retry: TASK_RETRY,
    timeoutSeconds: CALL_TIMEOUT,
    onError: 'rollBack',
    ...step,
  });
  const every = lookSeconds(release);
  const isAsAsked = every === durationSeconds(release.analysis.every);
  const releaseJson = toJson(
    isAsAsked ? release : { ...release, analysis: { ...release.analysis, every: `${every}s` } },
  );
  const pauses = releaseSteps(release).length + (release.shadow ? 1 : 0);
  const pause = Math.max(every, Math.ceil((pauses * durationSeconds(release.analysis.pauseTimeout)) / LOOKS_OF_PAUSES));
  const live = releaseSteps(release);
  const firstLive = 'shift1';
  const shadow = release.shadow ? shadowSteps(model, release, policy, { every, pause, releaseJson }, call) : [];
  const holds =
    live.reduce((sum, step) => sum + step.holdSeconds, 0) +
    (release.shadow ? durationSeconds(release.shadow.duration) : 0);
  const longest =
    holds * (1 + release.analysis.maxExtension) +
    live.length * durationSeconds(release.analysis.pauseTimeout) +
    3 * DEPLOY_TIMEOUT;
  const steps: Step[] = [
    call({
      id: 'verify',
      describe: 'take the release lock, verify approval and artifact digest',
      use: 'verifyArtifact',
      arguments: { model, release: releaseJson },
      output: 'verified',
      // One before it that was stopped may have to be taken back first.
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'isRecovery',
      onError: 'reject',
    }),
    {
      kind: 'choice',
      id: 'isRecovery',
      describe: 'a release that was stopped is taken back',
      on: 'verified.recovery',
      cases: [
        { equals: 'rollBack', next: 'rollBack' },
        { equals: 'nothing', next: 'nothingLeft' },
      ],
      otherwise: 'isAdmitted',
    },
    {
      kind: 'choice',
      id: 'isAdmitted',
      describe: 'one release of a model at a time',
      on: 'verified.admitted',
      cases: [{ equals: true, next: 'hasChampion' }],
      otherwise: 'queue',
    },
    {
      kind: 'wait',
      id: 'queue',
      describe: 'until the release that goes on may be over',
      seconds: Math.max(QUEUE_SECONDS, every, Math.ceil((MOST_BEFORE * longest) / MOST_ASKS)),
      next: 'verify',
    },
    {
      kind: 'choice',
      id: 'hasChampion',
      describe: 'the first version has nobody to be compared with',
      on: 'verified.hasChampion',
      cases: [{ equals: true, next: shadow[0]?.id ?? 'deploy' }],
      otherwise: 'deployFirst',
    },
    ...shadow,
    call({
      id: 'deploy',
      describe: 'deploy the challenger without live traffic',
      use: 'deployChallenger',
      arguments: { model, traffic: 'none', ...policy },
      output: 'deployment',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: firstLive,
    }),
    ...live.flatMap((step, index) =>
      liveStep(
        model,
        step,
        index + 1,
        index + 1 < live.length ? `shift${index + 2}` : 'promote',
        { every, pause, releaseJson },
        policy,
        call,
        release.strategy === 'blueGreen' && step.holdSeconds > 0
          ? Math.min(MOST_BAKE_SECONDS, Math.max(LEAST_BAKE_SECONDS, every), step.holdSeconds)
          : null,
      ),
    ),
    call({
      id: 'deployFirst',
      describe: 'create the endpoint for the first version',
      use: 'deployChallenger',
      arguments: { model, traffic: 'all', ...policy },
      output: 'deployment',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'promote',
    }),
    call({
      id: 'promote',
      describe: 'challenger becomes champion; old versions beyond keepPrevious go; free the lock',
      use: 'promote',
      arguments: { model, keepPrevious: release.keepPrevious },
      output: 'promotion',
      // The version before goes with it, which changes the endpoint once more.
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'released',
    }),
    { kind: 'end', id: 'released', describe: 'the challenger is the champion', outcome: 'succeeded' },
    call(rollBack(model, 'rollBack', 'reportRollBack')),
    {
      kind: 'choice',
      id: 'wasPromoted',
      describe: 'a version that is the champion already is not taken back: its promotion was completed',
      on: 'rollback.promoted',
      cases: [{ equals: true, next: 'released' }],
      otherwise: 'rolledBack',
    },
    {
      kind: 'end',
      id: 'rolledBack',
      describe: 'taken back: what served before has all live traffic',
      outcome: 'failed',
    },
    call({
      id: 'reportRollBack',
      describe: 'page: the champion could not be given its traffic back',
      use: 'recordIncident',
      arguments: { model, kind: 'releaseRolledBack', severity: 'page' },
      output: 'incident',
      next: 'rollBackWait',
      onError: 'rollBackWait',
    }),
    {
      kind: 'wait',
      id: 'rollBackWait',
      describe: 'a person has been told; the roll-back is tried again',
      seconds: ROLL_BACK_SECONDS,
      next: 'rollBackAgain',
    },
    call(rollBack(model, 'rollBackAgain', 'rollBackWait')),
    {
      kind: 'end',
      id: 'nothingLeft',
      describe: 'the release that was stopped had no traffic left, or is taken back already',
      outcome: 'succeeded',
    },
    call({
      id: 'reject',
      describe: 'record why the release could not begin, tell people',
      use: 'rejectRelease',
      arguments: { model },
      output: 'rejection',
      next: 'rejected',
      onError: 'rejected',
    }),
    { kind: 'end', id: 'rejected', describe: 'the version may not take traffic', outcome: 'failed' },
  ];
  return { id: 'release', startAt: 'verify', steps, timeoutSeconds: Math.ceil(longest * (1 + MOST_BEFORE)) };
}

/** How often is looked, and with what. */
interface Looks {
  readonly every: number;
  /** Seconds between looks while a person is asked. */
  readonly pause: number;
  readonly releaseJson: Json;
}

type Call = (
  step: Omit<TaskStep, 'kind' | 'retry' | 'timeoutSeconds' | 'onError'> &
    Partial<Pick<TaskStep, 'onError' | 'timeoutSeconds'>>,
) => TaskStep;

const rollBack = (model: string, id: string, onError: string) => ({
  id,
  describe: 'give the champion all live traffic, read it back, record it, free the lock',
  use: 'rollBack' as const,
  arguments: { model },
  output: 'rollback',
  timeoutSeconds: DEPLOY_TIMEOUT,
  next: 'wasPromoted',
  onError,
});

function liveStep(
  model: string,
  step: { percent: number; holdSeconds: number },
  index: number,
  next: string,
  { every, pause, releaseJson: release }: Looks,
  policy: { readonly [key: string]: Json },
  call: Call,
  bakeSeconds: number | null,
): Step[] {
  const label = step.percent === 100 ? 'final hold' : `step ${index}`;
  return [
    call({
      id: `shift${index}`,
      describe: `${label}: ${step.percent} % of live traffic to the challenger, read back`,
      use: 'shiftTraffic',
      arguments: {
        model,
        percent: step.percent,
        step: index,
        holdSeconds: step.holdSeconds,
        ...(bakeSeconds !== null && { bakeSeconds }),
      },
      output: 'traffic',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: `hold${index}`,
    }),
    {
      kind: 'wait',
      id: `hold${index}`,
      describe: `${label}: until the next look`,
      seconds: Math.max(1, Math.min(every, step.holdSeconds || every)),
      next: `look${index}`,
    },
    call({
      id: `look${index}`,
      describe: `${label}: compare challenger and champion`,
      use: 'analyseTraffic',
      arguments: { model, percent: step.percent, step: index, holdSeconds: step.holdSeconds, release, ...policy },
      output: 'analysis',
      next: `decide${index}`,
    }),
    decision(`decide${index}`, 'analysis.action', next, `hold${index}`, `pause${index}`),
    pauseStep(`pause${index}`, label, pause, `look${index}`),
  ];
}

function shadowSteps(
  model: string,
  release: Release,
  policy: { readonly [key: string]: Json },
  { every, pause, releaseJson }: Looks,
  call: Call,
): Step[] {
  const shadow = release.shadow!;
  const holdSeconds = durationSeconds(shadow.duration);
  return [
    call({
      id: 'shadowDeploy',
      describe: `mirror ${shadow.percent} % of requests to the challenger`,
      use: 'deployShadow',
      arguments: { model, percent: shadow.percent, holdSeconds, ...policy },
      output: 'shadow',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'shadowHold',
    }),
    {
      kind: 'wait',
      id: 'shadowHold',
      describe: 'shadow: until the next look',
      seconds: Math.max(1, Math.min(every, holdSeconds)),
      next: 'shadowLook',
    },
    call({
      id: 'shadowLook',
      describe: 'compare the mirrored answers',
      use: 'analyseShadow',
      arguments: { model, holdSeconds, release: releaseJson, ...policy },
      output: 'shadowAnalysis',
      next: 'shadowDecide',
    }),
    decision('shadowDecide', 'shadowAnalysis.action', 'deploy', 'shadowHold', 'shadowPause'),
    pauseStep('shadowPause', 'shadow', pause, 'shadowLook'),
  ];
}

const pauseStep = (id: string, label: string, seconds: number, next: string): Step => ({
  kind: 'wait',
  id,
  describe: `${label}: a person is asked; until the next look`,
  seconds,
  next,
});

const decision = (id: string, on: string, advance: string, wait: string, pause: string): ChoiceStep => ({
  kind: 'choice',
  id,
  describe: 'advance, look again, or roll back',
  on,
  cases: [
    { equals: 'advance', next: advance },
    { equals: 'wait', next: wait },
    { equals: 'pause', next: pause },
  ],
  otherwise: 'rollBack',
});
