/** How two distributions are compared. */
export const DRIFT_METHODS = ['psi', 'jensenShannon', 'kolmogorovSmirnov', 'chiSquared', 'wasserstein'] as const;
export type DriftMethod = (typeof DRIFT_METHODS)[number];

/** Where a statistic starts to be worth a look, and where it is an alarm; in the method's own unit. */
export interface DriftThresholds {
  readonly warning: number;
  readonly critical: number;
}

/**
 * Default thresholds per method.
 *
 * PSI's 0.1 and 0.2 are the convention of the field. The others are set so that every method speaks at the same
 * change: a normal column whose mean moves by d standard deviations has a symmetric Kullback–Leibler divergence (the
 * limit of PSI) of d², so the bands stand at d = √0.1 ≈ 0.32 and d = √0.2 ≈ 0.45, and there
 * - the Jensen–Shannon distance in base 2 is √(PSI / (8 ln 2)): 0.13 and 0.19;
 * - the Kolmogorov–Smirnov distance is 2Φ(d/2) − 1: 0.13 and 0.18;
 * - Cramér's V of two samples of equal size is √PSI / 2: 0.16 and 0.22;
 * - the Wasserstein distance over the reference's standard deviation is d itself: 0.32 and 0.45.
 */
export const DRIFT_DEFAULTS: Readonly<Record<DriftMethod, DriftThresholds>> = {
  psi: { warning: 0.1, critical: 0.2 },
  jensenShannon: { warning: 0.13, critical: 0.19 },
  kolmogorovSmirnov: { warning: 0.13, critical: 0.18 },
  chiSquared: { warning: 0.16, critical: 0.22 },
  wasserstein: { warning: 0.32, critical: 0.45 },
};
