import { type FindingRule, perModel } from './rule';

export const highRiskWithoutShadow: FindingRule = {
  id: 'high-risk-without-shadow',
  severity: 'warning',
  about: 'a model of high risk goes live without a shadow phase',
  check: perModel(({ model, path }) =>
    model.risk !== 'high' || model.release === undefined
      ? 'notApplicable'
      : model.release.shadow
        ? []
        : [
            {
              path: `${path}.release.shadow`,
              message: 'a model of high risk meets live users before its answers were compared in shadow',
              fix: 'add release.shadow, e.g. { duration: 2h }',
            },
          ],
  ),
};
