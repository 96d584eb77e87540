/** Events (errors, slow answers) among trials (requests) of one arm in one window. */
export interface Trials {
  readonly events: number;
  readonly trials: number;
}

/** The rate ratios, challenger to champion, among which the tests look for the truth, and the prior weight of each. */
export const RATE_RATIOS: readonly { readonly ratio: number; readonly weight: number }[] = [
  { ratio: 1.05, weight: 0.05 },
  { ratio: 1.1, weight: 0.05 },
  { ratio: 1.25, weight: 0.1 },
  { ratio: 1.5, weight: 0.2 },
  { ratio: 2, weight: 0.25 },
  { ratio: 3, weight: 0.2 },
  { ratio: 5, weight: 0.1 },
  { ratio: 10, weight: 0.05 },
];

/** The logarithm of evidence that nothing outweighs; finite, so that a state stays JSON. */
export const PROOF = 700;

/** ln Σ weight · e^logRatio: the evidence of a mixture, without overflow. */
export function logMixture(logLikelihoodRatios: readonly number[]): number {
  const greatest = Math.max(...logLikelihoodRatios);
  if (greatest === -Infinity) return -Infinity;
  const sum = RATE_RATIOS.reduce(
    (total, { weight }, i) => total + weight * Math.exp(logLikelihoodRatios[i]! - greatest),
    0,
  );
  return greatest + Math.log(sum);
}

/** What two arms have shown so far, window by window. JSON-safe; its size does not grow with the number of looks. */
export interface RateEvidence {
  /** Per rate ratio: the natural logarithm of its likelihood ratio against equal rates. */
  readonly logLikelihoodRatios: readonly number[];
  /** Σ (challenger's events − what it would have at equal rates). */
  readonly excess: number;
  /** Σ n₁n₀/(n₁ + n₀). */
  readonly weight: number;
  /** Greatest logarithm of the mixture so far, at most `PROOF`; 0 at the start. */
  readonly peak: number;
}

export const NO_RATE_EVIDENCE: RateEvidence = {
  logLikelihoodRatios: RATE_RATIOS.map(() => 0),
  excess: 0,
  weight: 0,
  peak: 0,
};

/**
 * Adds one window to the evidence that the challenger's rate is the higher one: a mixture sequential probability ratio
 * test on request counts that is exact at any size, any split of traffic and any course of the common rate.
 *
 * Given a window's m events in all, and no difference between the arms, the challenger's share of them is hypergeometric.
 * For a rate ratio θ and the challenger's share q of the requests the window multiplies the likelihood ratio by
 * θ^x₁ / (1 − q + qθ)^m, whose mean is at most 1 under that null hypothesis, because the hypergeometric mean of a convex
 * function is at most the binomial one (Hoeffding 1963, theorem 4). So is the mean of the mixture over θ, and by Ville's
 * inequality it ever reaches 1/α with a probability of at most α, however often one looks (Johari, Koomen, Pekelis and
 * Walsh 2022, "Always valid inference"; ter Schure, Pérez-Ortiz, Ly and Grünwald 2024, "The anytime-valid logrank test").
 *
 * A window in which one arm had no requests says nothing and changes nothing.
 */
export function addWindow(evidence: RateEvidence, challenger: Trials, champion: Trials): RateEvidence {
  if (challenger.trials === 0 || champion.trials === 0) return evidence;
  const trials = challenger.trials + champion.trials;
  const events = challenger.events + champion.events;
  const share = challenger.trials / trials;
  const logLikelihoodRatios = RATE_RATIOS.map(
    ({ ratio }, i) =>
      evidence.logLikelihoodRatios[i]! + challenger.events * Math.log(ratio) - events * Math.log1p(share * (ratio - 1)),
  );
  return {
    logLikelihoodRatios,
    excess: evidence.excess + challenger.events - share * events,
    weight: evidence.weight + (challenger.trials * champion.trials) / trials,
    peak: Math.min(PROOF, Math.max(evidence.peak, logMixture(logLikelihoodRatios))),
  };
}

/**
 * Difference of the rates, challenger minus champion, compared within windows only (Mantel–Haenszel weights), so that
 * neither a change of the split nor a common incident shows as a difference. 0 before the first comparison.
 */
export function rateDifference(evidence: RateEvidence): number {
  return evidence.weight === 0 ? 0 : evidence.excess / evidence.weight;
}

/** Always-valid p-value: the smallest level at which the evidence so far decides. In (0, 1]. */
export function pValue(peak: number): number {
  return Math.min(1, Math.exp(-peak));
}
