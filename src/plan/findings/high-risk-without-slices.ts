import { type FindingRule, perModel } from './rule';

export const highRiskWithoutSlices: FindingRule = {
  id: 'high-risk-without-slices',
  severity: 'warning',
  about: 'a model of high risk is judged on the average alone',
  check: perModel(({ model, path }) =>
    model.risk !== 'high' || model.evaluation === undefined
      ? 'notApplicable'
      : model.evaluation.slices.length + model.evaluation.fairness.length > 0
        ? []
        : [
            {
              path: `${path}.evaluation.slices`,
              message:
                'a model of high risk is judged on the average alone: a group for which it is wrong stays hidden',
              fix: 'add slices or fairness by the groups that matter',
            },
          ],
  ),
};
