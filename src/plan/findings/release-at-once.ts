import { type FindingRule, perModel } from './rule';

export const releaseAtOnce: FindingRule = {
  id: 'release-at-once',
  severity: 'warning',
  about: 'a release reaches all users at once',
  check: perModel(({ model, path }) =>
    model.release === undefined
      ? 'notApplicable'
      : model.release.strategy === 'allAtOnce' && model.risk !== 'low'
        ? [
            {
              path: `${path}.release.strategy`,
              message: `allAtOnce gives a model of ${model.risk} risk all traffic before anything was measured`,
              fix: 'use canary, linear or blueGreen, or set risk: low',
            },
          ]
        : [],
  ),
};
