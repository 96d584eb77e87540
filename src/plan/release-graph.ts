import type { Release } from '../definition/release';
import { durationSeconds } from '../kernel/duration';
import { type Json, toJson } from '../kernel/json';
import { DEPLOY_TIMEOUT, releaseCall } from './release-call';
import { liveSteps, shadowSteps } from './release-holds';
import { longestHoldsSeconds, lookSeconds, releaseSteps } from './release-steps';
import type { Step, StepGraph } from './step-graph';

/** Releases that may go on before one that waits, each as long as it may take. */
const MOST_BEFORE = 2;
/** How often a roll-back that has failed for good is tried again: an outage of the cloud ends, and nobody has to do it then. */
const ROLL_BACK_SECONDS = 300;
/** How often a release that waits for another asks again, at most. */
const QUEUE_SECONDS = 60;
/** How often a release that waits for others asks, at most: a run of Step Functions ends after 25,000 events. */
const MOST_ASKS = 400;

/** The release controller: verify → shadow → steps with analysis → final hold → promote, or roll back. */
export function releaseGraph(model: string, release: Release, policy: { readonly [key: string]: Json }): StepGraph {
  const looks = lookSeconds(release);
  const { every } = looks;
  const isAsAsked = every === durationSeconds(release.analysis.every);
  const releaseJson = toJson(
    isAsAsked ? release : { ...release, analysis: { ...release.analysis, every: `${every}s` } },
  );
  const all = { model, release, releaseJson, looks, policy };
  const shadow = release.shadow ? shadowSteps(all, release.shadow) : [];
  const live = releaseSteps(release);
  const longest = longestHoldsSeconds(release) + 3 * DEPLOY_TIMEOUT;
  const steps: Step[] = [
    releaseCall({
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
    releaseCall({
      id: 'deploy',
      describe: 'deploy the challenger without live traffic',
      use: 'deployChallenger',
      arguments: { model, traffic: 'none', ...policy },
      output: 'deployment',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'shift1',
    }),
    ...live.flatMap((step, index) =>
      liveSteps(all, step, index + 1, index + 1 < live.length ? `shift${index + 2}` : 'promote'),
    ),
    releaseCall({
      id: 'deployFirst',
      describe: 'create the endpoint for the first version',
      use: 'deployChallenger',
      arguments: { model, traffic: 'all', ...policy },
      output: 'deployment',
      timeoutSeconds: DEPLOY_TIMEOUT,
      next: 'promote',
    }),
    releaseCall({
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
    releaseCall(rollBack(model, 'rollBack', 'reportRollBack')),
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
    releaseCall({
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
    releaseCall(rollBack(model, 'rollBackAgain', 'rollBackWait')),
    {
      kind: 'end',
      id: 'nothingLeft',
      describe: 'the release that was stopped had no traffic left, or is taken back already',
      outcome: 'succeeded',
    },
    releaseCall({
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
