import { BUDGET_CURRENCY_ON_AWS } from '../partial-gaps';
import { type FindingRule, targetsOf } from './rule';

export const budgetNotInUsdOnAws: FindingRule = {
  id: 'budget-not-in-usd-on-aws',
  severity: 'info',
  about: 'a budget is asked for on AWS in a currency that AWS Budgets does not take',
  check: ({ platform }) => {
    const models = Object.values(platform.models).flatMap(({ budget }) => (budget ? [budget] : []));
    const isAsked = platform.budget !== undefined || models.length > 0;
    if (!isAsked || !targetsOf(platform).includes('aws')) return 'notApplicable';
    if (platform.currency === BUDGET_CURRENCY_ON_AWS) return [];
    const blocks = models.some(({ onExceeded }) => onExceeded === 'blockTraining');
    const unblocked =
      ', and no bill blocks training: the retraining decision stops at its estimates, a run that a person or a delivery starts is stopped by nothing';
    return [
      {
        path: 'currency',
        message: `AWS Budgets takes ${BUDGET_CURRENCY_ON_AWS} alone and would take the stack back: in ${platform.currency} nobody is told on AWS of what was spent${blocks ? unblocked : ''}`,
        fix: `state the amounts in ${BUDGET_CURRENCY_ON_AWS}, or make a budget by hand`,
      },
    ];
  },
};
