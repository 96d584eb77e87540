import { BUDGET_CURRENCY_ON_AWS } from '../partial-gaps';
import { type FindingRule, targetsOf } from './rule';

export const costTagsOnAws: FindingRule = {
  id: 'cost-tags-on-aws',
  severity: 'info',
  about: 'budgets on AWS go by cost allocation tags, which a person activates once in the account that is billed',
  check: ({ platform }) => {
    const isAsked = platform.budget !== undefined || Object.values(platform.models).some(({ budget }) => budget);
    if (!isAsked || !targetsOf(platform).includes('aws')) return 'notApplicable';
    if (platform.currency !== BUDGET_CURRENCY_ON_AWS) return [];
    return [
      {
        path: platform.budget === undefined ? 'models' : 'budget',
        message:
          'until the cost allocation tags mlp:platform and mlp:model are activated in the account that is billed, AWS Budgets sees no cost of theirs: nobody is told, and nothing is blocked',
        fix: 'after the first deployment, once they are listed (up to a day): aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=mlp:platform,Status=Active TagKey=mlp:model,Status=Active',
      },
    ];
  },
};
