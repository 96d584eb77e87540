import type { Release } from '../definition/release';
import { durationSeconds } from '../kernel/duration';
import type { Json } from '../kernel/json';
import { DEPLOY_TIMEOUT, releaseCall } from './release-call';
import type { LiveStep, LookSeconds } from './release-steps';
import type { ChoiceStep, Step } from './step-graph';

/** Longest that a target's own guardrails keep the old fleet: meanwhile nobody can change the traffic, not even back. */
const MOST_BAKE_SECONDS = 600;
/** The alarms on errors and latency need two minutes of three, and metrics come a minute or two late. */
const LEAST_BAKE_SECONDS = 300;

/** What all steps of a release have. */
export interface ReleasePolicy {
  readonly model: string;
  readonly release: Release;
  /** The release as its analyses read it. */
  readonly releaseJson: Json;
  readonly looks: LookSeconds;
  /** Arguments from elsewhere in the definition. */
  readonly policy: { readonly [key: string]: Json };
}

/** Live traffic to the challenger, looks until the hold is over, and pauses while a person is asked. */
export function liveSteps(
  { model, release: { strategy }, releaseJson: release, looks: { every, pause }, policy }: ReleasePolicy,
  step: LiveStep,
  index: number,
  next: string,
): Step[] {
  const label = step.percent === 100 ? 'final hold' : `step ${index}`;
  return [
    releaseCall({
      id: `shift${index}`,
      describe: `${label}: ${step.percent} % of live traffic to the challenger, read back`,
      use: 'shiftTraffic',
      arguments: {
        model,
        percent: step.percent,
        step: index,
        holdSeconds: step.holdSeconds,
        ...(strategy === 'blueGreen' && step.holdSeconds > 0 && { bakeSeconds: bakeSeconds(step.holdSeconds, every) }),
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
    releaseCall({
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

/** Requests mirrored to the challenger, before it has live traffic. */
export function shadowSteps(
  { model, releaseJson, looks: { every, pause }, policy }: ReleasePolicy,
  shadow: NonNullable<Release['shadow']>,
): Step[] {
  const holdSeconds = durationSeconds(shadow.duration);
  return [
    releaseCall({
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
    releaseCall({
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

const bakeSeconds = (holdSeconds: number, every: number): number =>
  Math.min(MOST_BAKE_SECONDS, Math.max(LEAST_BAKE_SECONDS, every), holdSeconds);

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
