import type { Release } from '../../../definition/release';
import { durationMs } from '../../../kernel/duration';
import type { TestedLimits } from './evidence';

/** What a look can find out. */
export const CANARY_CHECKS = [
  'errorIncrease',
  'errorLimit',
  'latencyIncrease',
  'latencyLimit',
  'predictionDrift',
  'disagreement',
] as const;
export type CanaryCheck = (typeof CANARY_CHECKS)[number];

/** Mirrored traffic, whose answers nobody gets, or live traffic. */
export type ReleasePhase = 'shadow' | 'live';

/** The checks that need both arms at the same time. */
const RELATIVE: readonly CanaryCheck[] = ['errorIncrease', 'latencyIncrease', 'predictionDrift'];

/**
 * Checks of a phase.
 * @param unwatched checks for which a target has no numbers at all (predictions that are not captured): they are then not
 * part of the verdict, and whoever passes them has to say so in a finding
 */
export function checksOf(release: Release, phase: ReleasePhase, unwatched: readonly CanaryCheck[] = []): CanaryCheck[] {
  const { analysis, shadow, strategy } = release;
  const sideBySide = strategy === 'canary' || strategy === 'linear';
  const asked: Record<CanaryCheck, boolean> =
    phase === 'live'
      ? {
          errorIncrease: sideBySide,
          errorLimit: true,
          latencyIncrease: sideBySide,
          latencyLimit: analysis.maxLatencyP99 !== undefined,
          predictionDrift: sideBySide,
          disagreement: false,
        }
      : {
          errorIncrease: true,
          errorLimit: false,
          latencyIncrease: shadow?.maxLatencyIncreasePercent !== undefined,
          latencyLimit: false,
          predictionDrift: false,
          disagreement: shadow?.maxDisagreementPercent !== undefined,
        };
  return CANARY_CHECKS.filter((check) => asked[check] && !unwatched.includes(check));
}

export function isRelative(check: CanaryCheck): boolean {
  return RELATIVE.includes(check);
}

/**
 * The level of each check: `alpha` split evenly over all checks of all phases, so that the release keeps it as a whole.
 * Checks that a target cannot watch keep their share: a check asks for the same proof wherever it runs, and a healthy
 * release on counts of errors alone is taken back no more often than one with every check on.
 */
export function alphaPerCheck(release: Release): number {
  const phases: readonly ReleasePhase[] = release.shadow === undefined ? ['live'] : ['shadow', 'live'];
  const checks = phases.reduce((sum, phase) => sum + checksOf(release, phase).length, 0);
  return release.analysis.alpha / Math.max(1, checks);
}

/** Limits in the units of the tests. */
export function testedLimits(release: Release, phase: ReleasePhase): TestedLimits {
  const { analysis, shadow } = release;
  const increasePercent = phase === 'live' ? analysis.maxLatencyIncreasePercent : shadow?.maxLatencyIncreasePercent;
  return {
    errorShare: analysis.maxErrorPercent / 100,
    latencyIncrease: increasePercent === undefined ? null : increasePercent / 100,
    latencyMs: phase === 'live' && analysis.maxLatencyP99 !== undefined ? durationMs(analysis.maxLatencyP99) : null,
    disagreementShare:
      phase === 'shadow' && shadow?.maxDisagreementPercent !== undefined ? shadow.maxDisagreementPercent / 100 : null,
    minRequests: analysis.minRequests,
  };
}
