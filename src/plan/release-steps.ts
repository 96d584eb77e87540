import type { Release } from '../definition/release';
import { durationSeconds } from '../kernel/duration';

/**
 * Looks in all holds, at most, however often they are extended: a run of Step Functions ends after 25,000 events, of which a look
 * takes nine, and a long hold is not judged better by more of them.
 */
const MOST_LOOKS = 1000;
/** Looks in all pauses, at most: three of a day have one every five minutes. What breaches is taken back all the same. */
const LOOKS_OF_PAUSES = 900;

export interface LiveStep {
  readonly percent: number;
  readonly holdSeconds: number;
}

/** Live traffic of the challenger, step by step, in the order of the release; 100 is last. */
export function releaseSteps(release: Release): LiveStep[] {
  const finalStep = { percent: 100, holdSeconds: durationSeconds(release.finalHold) };
  switch (release.strategy) {
    case 'canary':
      return [
        ...release.steps.map(({ percent, hold }) => ({ percent, holdSeconds: durationSeconds(hold) })),
        finalStep,
      ];
    case 'linear': {
      const { stepPercent, hold } = release.linear ?? { stepPercent: 100, hold: '0s' as const };
      const count = Math.ceil(100 / stepPercent) - 1;
      return [
        ...Array.from({ length: count }, (_, i) => ({
          // 0.1 + 0.2: traffic is read back and compared, so that it must be a number as people write it.
          percent: Number((stepPercent * (i + 1)).toPrecision(12)),
          holdSeconds: durationSeconds(hold),
        })),
        finalStep,
      ];
    }
    // Both switch at once; blueGreen keeps the old fleet until the final hold is over, allAtOnce replaces it.
    case 'blueGreen':
    case 'allAtOnce':
      return [finalStep];
  }
}

/** Seconds between two looks: in a hold, and while a person is asked. */
export interface LookSeconds {
  readonly every: number;
  readonly pause: number;
}

/** As asked, or as many as the holds and pauses take. */
export function lookSeconds(release: Release): LookSeconds {
  const every = Math.max(
    durationSeconds(release.analysis.every),
    Math.ceil((holdsSeconds(release) * (1 + release.analysis.maxExtension)) / MOST_LOOKS),
  );
  return { every, pause: Math.max(every, Math.ceil(pausesSeconds(release) / LOOKS_OF_PAUSES)) };
}

/** Longest that a release holds and pauses, in seconds. */
export const longestHoldsSeconds = (release: Release): number =>
  holdsSeconds(release) * (1 + release.analysis.maxExtension) + pausesSeconds(release);

const holdsSeconds = (release: Release): number =>
  releaseSteps(release).reduce((sum, { holdSeconds }) => sum + holdSeconds, 0) +
  (release.shadow ? durationSeconds(release.shadow.duration) : 0);

const pausesSeconds = (release: Release): number =>
  (releaseSteps(release).length + (release.shadow ? 1 : 0)) * durationSeconds(release.analysis.pauseTimeout);
