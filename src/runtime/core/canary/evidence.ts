import { countAbove, edgeAtLeast, exceedanceEdges, totalOf } from './latency';
import { logEvidenceAbove } from './rate-limit';
import { addWindow, NO_RATE_EVIDENCE, PROOF, type RateEvidence, type Trials } from './rate-ratio';
import type { LatencyHistogram, PredictionProfile, ReleaseSample } from './sample';
import { addCounts, addHistograms, NOTHING_STANDARDISED, type Standardised } from './standardised';

export interface ArmTotals {
  readonly requests: number;
  readonly errors: number;
}

/** The buckets that predictions are counted in; for classes the list grows as new ones appear. */
export type PredictionBuckets =
  | { readonly kind: 'numeric'; readonly edges: readonly number[] }
  | { readonly kind: 'classes'; readonly values: readonly string[] };

/**
 * What a release has shown since the challenger got its first request. JSON-safe, so that a workflow can carry it; its size
 * depends on the number of buckets and not on the number of looks. A new phase (mirrored → live) starts a new one.
 */
export interface ReleaseEvidence {
  /** Looks that had numbers. */
  readonly looks: number;
  /** End of the last window, epoch seconds; null before the first one. */
  readonly upToSeconds: number | null;
  readonly challenger: ArmTotals;
  readonly champion: ArmTotals;
  readonly errors: RateEvidence;
  readonly errorLimitPeak: number;
  readonly latency: {
    readonly edgesMs: readonly number[] | null;
    /** The challenger's counts of all windows. */
    readonly challenger: readonly number[];
    readonly compared: Standardised;
    readonly tail: RateEvidence;
    readonly limitPeak: number;
  };
  readonly predictions: { readonly buckets: PredictionBuckets | null; readonly compared: Standardised };
  readonly mirrored: { readonly compared: number; readonly disagreed: number };
  readonly disagreementPeak: number;
}

export const NO_EVIDENCE: ReleaseEvidence = {
  looks: 0,
  upToSeconds: null,
  challenger: { requests: 0, errors: 0 },
  champion: { requests: 0, errors: 0 },
  errors: NO_RATE_EVIDENCE,
  errorLimitPeak: 0,
  latency: { edgesMs: null, challenger: [], compared: NOTHING_STANDARDISED, tail: NO_RATE_EVIDENCE, limitPeak: 0 },
  predictions: { buckets: null, compared: NOTHING_STANDARDISED },
  mirrored: { compared: 0, disagreed: 0 },
  disagreementPeak: 0,
};

/** What the tests that keep a peak test against; shares. Null: that check is not asked for. */
export interface TestedLimits {
  readonly errorShare: number;
  readonly latencyIncrease: number | null;
  readonly latencyMs: number | null;
  readonly disagreementShare: number | null;
  /** Requests before an absolute guard may decide. */
  readonly minRequests: number;
}

const raised = (peak: number, logEvidence: number): number => Math.min(PROOF, Math.max(peak, logEvidence));

/** The peak of an absolute guard: below the minimum of requests it is not read. */
function guard(peak: number, limit: number | null, trials: Trials, minRequests: number): number {
  return limit === null || trials.trials < minRequests ? peak : raised(peak, logEvidenceAbove(limit, trials));
}

const plus = (totals: ArmTotals, arm: ArmTotals): ArmTotals => ({
  requests: totals.requests + arm.requests,
  errors: totals.errors + arm.errors,
});

/** The evidence with one more window. The sample has been checked, and its buckets are those of the evidence. */
export function addSample(
  evidence: ReleaseEvidence,
  sample: ReleaseSample,
  limits: TestedLimits,
  tailShare: number,
): ReleaseEvidence {
  const challenger = plus(evidence.challenger, sample.challenger);
  const mirrored = {
    compared: evidence.mirrored.compared + (sample.mirrored?.compared ?? 0),
    disagreed: evidence.mirrored.disagreed + (sample.mirrored?.disagreed ?? 0),
  };
  const trialsOf = (arm: ArmTotals): Trials => ({ events: arm.errors, trials: arm.requests });
  return {
    looks: evidence.looks + 1,
    upToSeconds: sample.toSeconds,
    challenger,
    champion: plus(evidence.champion, sample.champion),
    errors: addWindow(evidence.errors, trialsOf(sample.challenger), trialsOf(sample.champion)),
    errorLimitPeak: guard(evidence.errorLimitPeak, limits.errorShare, trialsOf(challenger), limits.minRequests),
    latency: addLatency(evidence.latency, sample, limits, tailShare),
    predictions: addPredictions(evidence.predictions, sample.challenger.predictions, sample.champion.predictions),
    mirrored,
    disagreementPeak: guard(
      evidence.disagreementPeak,
      limits.disagreementShare,
      { events: mirrored.disagreed, trials: mirrored.compared },
      limits.minRequests,
    ),
  };
}

type LatencyEvidence = ReleaseEvidence['latency'];

function addLatency(
  so: LatencyEvidence,
  sample: ReleaseSample,
  limits: TestedLimits,
  tailShare: number,
): LatencyEvidence {
  const challenger = sample.challenger.latency;
  const champion = sample.champion.latency;
  const edgesMs = so.edgesMs ?? challenger?.edgesMs ?? champion?.edgesMs ?? null;
  if (challenger === null || edgesMs === null) return { ...so, edgesMs };
  const counts = addCounts(so.challenger, challenger.counts);
  const compared = champion === null ? so.compared : addHistograms(so.compared, challenger.counts, champion.counts);
  return {
    edgesMs,
    challenger: counts,
    compared,
    tail:
      champion === null || limits.latencyIncrease === null
        ? so.tail
        : addTail(so, challenger, champion, limits.latencyIncrease),
    limitPeak: guardOfLatency(so.limitPeak, { edgesMs, counts }, limits, tailShare),
  };
}

/** Compares the tails; the edges come from windows before this one, so that chance in this one cannot choose them. */
function addTail(
  so: LatencyEvidence,
  challenger: LatencyHistogram,
  champion: LatencyHistogram,
  increase: number,
): RateEvidence {
  const before = so.compared.weight > 0 ? so.compared.champion : champion.counts;
  const edges = exceedanceEdges(champion.edgesMs, before, increase);
  if (edges === undefined) return so.tail;
  return addWindow(
    so.tail,
    { events: countAbove(challenger, edges.challenger), trials: totalOf(challenger) },
    { events: countAbove(champion, edges.champion), trials: totalOf(champion) },
  );
}

function guardOfLatency(peak: number, all: LatencyHistogram, limits: TestedLimits, tailShare: number): number {
  const edge = limits.latencyMs === null ? undefined : edgeAtLeast(all.edgesMs, limits.latencyMs);
  if (edge === undefined) return peak;
  return guard(peak, tailShare, { events: countAbove(all, edge), trials: totalOf(all) }, limits.minRequests);
}

type PredictionEvidence = ReleaseEvidence['predictions'];

function addPredictions(
  so: PredictionEvidence,
  challenger: PredictionProfile | null,
  champion: PredictionProfile | null,
): PredictionEvidence {
  if (challenger === null || champion === null) return so;
  if (challenger.kind === 'numeric' || champion.kind === 'numeric') {
    if (challenger.kind !== 'numeric' || champion.kind !== 'numeric') return so;
    return {
      buckets: { kind: 'numeric', edges: challenger.edges },
      compared: addHistograms(so.compared, challenger.counts, champion.counts),
    };
  }
  const known = so.buckets?.kind === 'classes' ? so.buckets.values : [];
  const values = [...new Set([...known, ...[...challenger.classes, ...champion.classes].map(({ value }) => value)])];
  const countsOf = ({ classes }: typeof challenger): number[] => {
    const counts = new Map(classes.map(({ value, count }) => [value, count]));
    return values.map((value) => counts.get(value) ?? 0);
  };
  return {
    buckets: { kind: 'classes', values },
    compared: addHistograms(so.compared, countsOf(challenger), countsOf(champion)),
  };
}
