import { type FindingRule, perModel } from './rule';

export const runCostAboveBudget: FindingRule = {
  id: 'run-cost-above-budget',
  severity: 'info',
  about: 'one limit of a run’s cost is never reached',
  check: perModel(({ model, path }) => {
    const [cap, budget] = [model.retraining?.maxCostPerRun, model.budget?.trainingRun];
    return cap === undefined || budget === undefined
      ? 'notApplicable'
      : cap > budget
        ? [
            {
              path: `${path}.retraining.maxCostPerRun`,
              message: `${cap} is above budget.trainingRun ${budget}, which decides first`,
              fix: 'use one value for both',
            },
          ]
        : [];
  }),
};
