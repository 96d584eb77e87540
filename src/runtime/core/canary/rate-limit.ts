import { logMixture, PROOF, RATE_RATIOS, type Trials } from './rate-ratio';

/**
 * Natural logarithm of the evidence that a rate is above a limit: the mixture over the rates `limit · ratio` of their
 * binomial likelihood ratios against `limit` itself. Under any rates of at most `limit`, also changing ones, it ever reaches
 * ln(1/α) with a probability of at most α (Ville's inequality; Robbins 1970), so it may be read at every look.
 *
 * @param limit a share in [0, 1]; with 0 one event is `PROOF`, with 1 nothing is (0)
 */
export function logEvidenceAbove(limit: number, { events, trials }: Trials): number {
  if (trials === 0 || limit >= 1) return 0;
  if (limit <= 0) return events > 0 ? PROOF : 0;
  return logMixture(
    RATE_RATIOS.map(({ ratio }) => {
      // A rate above 1 is none: the greatest alternatives of a high limit stand halfway to 1.
      const rate = Math.min(limit * ratio, (1 + limit) / 2);
      return events * Math.log(rate / limit) + (trials - events) * (Math.log1p(-rate) - Math.log1p(-limit));
    }),
  );
}
