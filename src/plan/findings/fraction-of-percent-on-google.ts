import { releaseSteps } from '../release-steps';
import { type FindingRule, perModel, targetsOf } from './rule';

export const fractionOfPercentOnGoogle: FindingRule = {
  id: 'fraction-of-percent-on-google',
  severity: 'error',
  about: 'a step of a release is no whole percent, and Vertex AI splits traffic by nothing else',
  check: perModel(({ platform, model, path }) => {
    const { release } = model;
    if (release === undefined || !targetsOf(platform).includes('google')) return 'notApplicable';
    const broken = releaseSteps(release).findIndex(({ percent }) => !Number.isInteger(percent));
    if (broken === -1) return [];
    const { percent } = releaseSteps(release)[broken]!;
    return [
      {
        path: `${path}.release.${release.strategy === 'linear' ? 'linear.stepPercent' : `steps.${broken}.percent`}`,
        message: `on Google a release would be taken back at ${percent} %: Vertex AI splits traffic by whole percents`,
        fix: 'take whole percents',
      },
    ];
  }),
};
