/**
 * Probabilities are clipped to [ε, 1 − ε] before the logarithm, ε = 2⁻⁵², the machine epsilon of a double, as scikit-learn does for
 * float64: a row that is wrong with certainty costs about 36.04 and not infinity.
 */
export const LOG_LOSS_CLIP = Number.EPSILON;

/** −ln of the probability that was given to what happened, clipped. */
export function logLossOf(probabilityOfTruth: number): number {
  return -Math.log(Math.min(Math.max(probabilityOfTruth, LOG_LOSS_CLIP), 1 - LOG_LOSS_CLIP));
}
