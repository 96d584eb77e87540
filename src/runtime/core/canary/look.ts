import type { Release } from '../../../definition/release';
import { durationMs } from '../../../kernel/duration';
import { formatProblem, type Problem, show } from '../../../kernel/problem';
import { type CheckVerdict, judgeCheck } from './check-verdict';
import { addSample, type ReleaseEvidence } from './evidence';
import { TAIL_SHARE } from './latency';
import { alphaPerCheck, type CanaryCheck, checksOf, type ReleasePhase, testedLimits } from './policy';
import type { Observation, ReleaseSample } from './sample';
import { sampleProblems } from './sample-check';

/** `stale`: a window that was judged before (a duplicate, or out of order); nothing changes. `error`: no usable numbers. */
export type LookStatus = 'pass' | 'fail' | 'inconclusive' | 'error' | 'stale';

export interface LookInput {
  readonly evidence: ReleaseEvidence;
  readonly observation: Observation;
  readonly release: Release;
  readonly phase: ReleasePhase;
  /** See `checksOf`. */
  readonly unwatched?: readonly CanaryCheck[];
}

/** What one look says. JSON-safe. */
export interface LookVerdict {
  readonly atSeconds: number;
  readonly phase: ReleasePhase;
  readonly status: LookStatus;
  /** In the order of `CANARY_CHECKS`; empty for `error` and `stale`. */
  readonly checks: readonly CheckVerdict[];
  /** With this look's window in it; as it was for `error` and `stale`. */
  readonly evidence: ReleaseEvidence;
  readonly pageAlarms: readonly string[];
  /** What is wrong with the numbers. */
  readonly problems: readonly Problem[];
  /** The sentence of the check that decided, or why nothing was decided. */
  readonly text: string;
}

/**
 * One look at a release: adds the window's numbers to the evidence and judges every check. Pure and total: numbers that
 * cannot be are an `error` with their problems, a duplicate is `stale`, and no numbers are never a `pass`.
 */
export function analyseLook(input: LookInput): LookVerdict {
  const { evidence, observation, release, phase } = input;
  const { sample, atSeconds, pageAlarms } = observation;
  const base = { atSeconds, phase, evidence, pageAlarms, checks: [], problems: [] };
  if (sample === null) {
    return { ...base, status: 'error', text: `no numbers: ${observation.providerError ?? 'the provider gave none'}` };
  }
  const problems = [...sampleProblems(sample), ...unfitting(evidence, sample, atSeconds)];
  if (problems.length > 0) {
    return {
      ...base,
      status: 'error',
      problems,
      text: `numbers that cannot be: ${problems.map(formatProblem).join('; ')}`,
    };
  }
  if (evidence.upToSeconds !== null && sample.toSeconds <= evidence.upToSeconds) {
    return { ...base, status: 'stale', text: `this window was judged before (look ${evidence.looks})` };
  }
  const next = addSample(evidence, sample, testedLimits(release, phase), TAIL_SHARE);
  const alpha = alphaPerCheck(release);
  const checks = checksOf(release, phase, input.unwatched).map((check) =>
    judgeCheck(check, {
      evidence: next,
      alpha,
      minRequests: release.analysis.minRequests,
      limit: limitOf(check, release, phase),
    }),
  );
  const decided =
    checks.find(({ status }) => status === 'fail') ??
    checks.find(({ status }) => status === 'inconclusive') ??
    checks[0];
  return {
    ...base,
    evidence: next,
    checks,
    status: decided?.status ?? 'inconclusive',
    text: decided?.text ?? 'nothing is watched',
  };
}

function limitOf(check: CanaryCheck, { analysis, shadow }: Release, phase: ReleasePhase): number {
  switch (check) {
    case 'errorIncrease':
      return analysis.maxErrorIncreasePercent;
    case 'errorLimit':
      return analysis.maxErrorPercent;
    case 'latencyIncrease':
      return phase === 'live' ? analysis.maxLatencyIncreasePercent : (shadow?.maxLatencyIncreasePercent ?? 0);
    case 'latencyLimit':
      return analysis.maxLatencyP99 === undefined ? 0 : durationMs(analysis.maxLatencyP99);
    case 'predictionDrift':
      return analysis.maxPredictionDrift;
    case 'disagreement':
      return shadow?.maxDisagreementPercent ?? 0;
  }
}

/** What is wrong between this sample and what was seen before. */
function unfitting(evidence: ReleaseEvidence, sample: ReleaseSample, atSeconds: number): Problem[] {
  const problems: Problem[] = [];
  const { upToSeconds } = evidence;
  const wrong = (code: string, path: string, got: unknown, expected: string, fix: string): void => {
    problems.push({ code, path, got: show(got), expected, fix });
  };
  if (!Number.isFinite(atSeconds) || sample.toSeconds > atSeconds) {
    wrong('clockSkew', 'toSeconds', sample.toSeconds, `at most now (${atSeconds})`, 'read windows that are over');
  }
  if (upToSeconds !== null && sample.fromSeconds < upToSeconds && sample.toSeconds > upToSeconds) {
    wrong('overlap', 'fromSeconds', sample.fromSeconds, `${upToSeconds} or later`, 'start where the last window ended');
  }
  const edges = sample.challenger.latency?.edgesMs ?? sample.champion.latency?.edgesMs;
  const known = evidence.latency.edgesMs;
  if (edges !== undefined && known !== null && !sameList(edges, known)) {
    wrong(
      'unlikeHistograms',
      'challenger.latency',
      edges,
      'the edges of the looks before',
      'keep the edges of a release',
    );
  }
  for (const [arm, { predictions }] of [
    ['challenger', sample.challenger] as const,
    ['champion', sample.champion] as const,
  ]) {
    const { buckets } = evidence.predictions;
    if (predictions === null || buckets === null) continue;
    const alike =
      predictions.kind === 'numeric' && buckets.kind === 'numeric'
        ? sameList(predictions.edges, buckets.edges)
        : predictions.kind === buckets.kind;
    if (!alike) {
      wrong(
        'unlikeHistograms',
        `${arm}.predictions`,
        predictions.kind,
        'kind and edges of the looks before',
        'keep the edges of a release',
      );
    }
  }
  return problems;
}

const sameList = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
