import { releaseSteps } from '../release-steps';
import { type FindingRule, perModel } from './rule';

export const canaryStarved: FindingRule = {
  id: 'canary-starved',
  severity: 'warning',
  about: 'a canary step cannot reach minRequests at the stated traffic',
  check: perModel(({ model, path, modelPlan }) => {
    const { release, serving } = model;
    const rate = serving.expectedRequestsPerMinute;
    if (release === undefined || rate === undefined || !['canary', 'linear'].includes(release.strategy))
      return 'notApplicable';
    const { minRequests, maxExtension } = release.analysis;
    const starved = releaseSteps(release)
      .slice(0, -1)
      .map(({ percent, holdSeconds }, index) => {
        // Either arm can be the one that starves.
        const share = Math.min(percent, 100 - percent) / 100;
        return { index, percent, requests: ((rate * share * holdSeconds) / 60) * Math.max(1, maxExtension) };
      })
      .filter(({ requests }) => requests < minRequests);
    const [first] = starved;
    if (first === undefined || modelPlan.endpoint.percents.length < 2) return [];
    const others =
      starved.length > 1 ? ` (and ${starved.length - 1} more of ${modelPlan.endpoint.percents.length - 1} steps)` : '';
    return [
      {
        path: release.strategy === 'linear' ? `${path}.release.linear` : `${path}.release.steps.${first.index}`,
        message: `${first.percent} % of ${rate} requests a minute gives about ${Math.floor(first.requests)} requests within hold × maxExtension, below minRequests ${minRequests}${others}: the step stays inconclusive and pauses`,
        fix: 'lengthen the hold, raise the percent, or lower analysis.minRequests',
      },
    ];
  }),
};
