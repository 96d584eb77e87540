import { idleCostPerMonth } from '../prices';
import type { FindingRule } from './rule';

export const budgetBelowIdleCost: FindingRule = {
  id: 'budget-below-idle-cost',
  severity: 'warning',
  about: 'a budget is below what the endpoint costs without a single request',
  check: ({ platform, plan }) => {
    const idle = Object.entries(platform.models).map(([name, model]) => ({
      name,
      model,
      cost: idleCostPerMonth(model, plan.models[name]!),
    }));
    const known = idle.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
    if (known.length === 0) return 'notApplicable';
    const total = known.reduce((sum, cost) => sum + cost, 0);
    const text = (cost: number): string => `${Math.round(cost)} ${platform.currency}`;
    return [
      ...(platform.budget && platform.budget.monthly < total
        ? [
            {
              path: 'budget.monthly',
              message: `the endpoints alone cost about ${text(total)} a month when idle, above the budget of ${text(platform.budget.monthly)}`,
              fix: 'raise the budget, or lower instances.min or the machine size',
            },
          ]
        : []),
      ...idle.flatMap(({ name, model, cost }) =>
        cost !== undefined && model.budget && model.budget.monthly < cost
          ? [
              {
                path: `models.${name}.budget.monthly`,
                message: `the endpoint alone costs about ${text(cost)} a month when idle, above the budget of ${text(model.budget.monthly)}`,
                fix: 'raise the budget, or lower instances.min or the machine size',
              },
            ]
          : [],
      ),
    ];
  },
};
