import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

const MONTH = 30 * 86_400;

export const retrainingExceedsBudget: FindingRule = {
  id: 'retraining-exceeds-budget',
  severity: 'warning',
  about: 'the allowed retraining runs cost more than the budget',
  check: perModel(({ model, path }) => {
    const { retraining, budget } = model;
    const run = retraining?.maxCostPerRun ?? budget?.trainingRun;
    if (retraining === undefined || budget === undefined || run === undefined) return 'notApplicable';
    const monthly = (run * retraining.maxRuns.count * MONTH) / durationSeconds(retraining.maxRuns.per);
    return monthly > budget.monthly
      ? [
          {
            path: `${path}.retraining.maxRuns`,
            message: `${retraining.maxRuns.count} runs per ${retraining.maxRuns.per} at ${run} each may cost ${Math.round(monthly)} a month, above the model's budget of ${budget.monthly}`,
            fix: 'lower maxRuns or maxCostPerRun, or raise the budget',
          },
        ]
      : [];
  }),
};
