import { type FindingRule, perModel } from './rule';

export const highRiskWithoutApproval: FindingRule = {
  id: 'high-risk-without-approval',
  severity: 'error',
  about: 'a model of high risk is released without a person',
  check: perModel(({ model, path }) =>
    model.risk !== 'high' || model.evaluation === undefined
      ? 'notApplicable'
      : model.evaluation.approval === 'manual'
        ? []
        : [
            {
              path: `${path}.evaluation.approval`,
              message: 'a model of high risk is released without a person having approved it',
              fix: 'set evaluation.approval: manual, or lower the risk',
            },
          ],
  ),
};
