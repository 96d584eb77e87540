import { type Release, releaseSchema } from '../../../../src/definition/release';
import {
  type ArmSample,
  analyseLook,
  type CanaryDecision,
  type CanaryState,
  enterStage,
  judgeStep,
  LATENCY_EDGES_MS,
  type LookVerdict,
  latencyHistogram,
  type Observation,
  type ReleaseSample,
  type ReleaseStage,
} from '../../../../src/runtime/core/canary';

export const release = (analysis: object = {}, more: object = {}): Release =>
  releaseSchema.parse({ analysis, ...more });

export const firstStep: ReleaseStage = { phase: 'live', percent: 5, holdSeconds: 600, last: false };
export const lastHold: ReleaseStage = { phase: 'live', percent: 100, holdSeconds: 1800, last: true };

/** Latencies spread evenly from 10 ms to `p100Ms`. */
export const latencies = (requests: number, p100Ms = 110) =>
  latencyHistogram(
    Array.from({ length: requests }, (_, i) => 10 + ((p100Ms - 10) * (i + 1)) / Math.max(1, requests)),
    LATENCY_EDGES_MS,
  );

export function arm(requests: number, errors = 0, more: Partial<ArmSample> = {}): ArmSample {
  const share = Math.floor(requests / 4);
  return {
    requests,
    errors,
    latency: latencies(requests),
    predictions: {
      kind: 'classes',
      classes: [
        { value: 'yes', count: share },
        { value: 'no', count: requests - share },
      ],
    },
    ...more,
  };
}

export function sample(look: number, challenger: ArmSample, champion: ArmSample): ReleaseSample {
  return { fromSeconds: 60 * (look - 1), toSeconds: 60 * look, challenger, champion, mirrored: null };
}

export const seen = (look: number, one: ReleaseSample | null, more: Partial<Observation> = {}): Observation => ({
  atSeconds: 60 * look,
  sample: one,
  providerError: one === null ? 'metrics are throttled' : null,
  pageAlarms: [],
  ...more,
});

/** One look at a state: analysed and judged. */
export function look(
  state: CanaryState,
  policy: Release,
  observation: Observation,
): { verdict: LookVerdict; decision: CanaryDecision } {
  const verdict = analyseLook({ evidence: state.evidence, observation, release: policy, phase: state.stage.phase });
  return { verdict, decision: judgeStep(state, verdict, policy) };
}

/** Looks number 1, 2, … at a new release, each with the observation of its number; the decisions in order. */
export function replay(
  policy: Release,
  looks: number,
  observe: (look: number) => Observation,
  stage: ReleaseStage = firstStep,
): CanaryDecision[] {
  const decisions: CanaryDecision[] = [];
  let state = enterStage(null, stage, 0);
  for (let number = 1; number <= looks; number += 1) {
    const { decision } = look(state, policy, observe(number));
    decisions.push(decision);
    // Every target carries the state as JSON.
    state = JSON.parse(JSON.stringify(decision.state)) as CanaryState;
  }
  return decisions;
}

export const healthy = (number: number): Observation => seen(number, sample(number, arm(100, 1), arm(1900, 19)));
export const broken = (number: number): Observation => seen(number, sample(number, arm(100, 30), arm(1900, 19)));
export const silent = (number: number): Observation => seen(number, sample(number, arm(0), arm(0)));
