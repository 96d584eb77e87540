import { type FindingRule, perModel } from './rule';

export const looseAlpha: FindingRule = {
  id: 'loose-alpha',
  severity: 'warning',
  about: 'the canary tolerates many false alarms',
  check: perModel(({ model, path }) =>
    model.release === undefined
      ? 'notApplicable'
      : model.release.analysis.alpha > 0.1
        ? [
            {
              path: `${path}.release.analysis.alpha`,
              message: `alpha ${model.release.analysis.alpha} takes back up to ${Math.round(model.release.analysis.alpha * 100)} % of healthy releases`,
              fix: 'use 0.05 or less',
            },
          ]
        : [],
  ),
};
