import type { FindingRule } from './rule';

export const budgetWithoutBillingAccount: FindingRule = {
  id: 'budget-without-billing-account',
  severity: 'info',
  about: 'a budget is asked for on Google Cloud, where no billing account is named to set it on',
  check: ({ platform }) => {
    const budgets = [platform.budget, ...Object.values(platform.models).map(({ budget }) => budget)].filter(
      (budget) => budget !== undefined,
    );
    const onGoogle = platform.environments.some(({ google }) => google !== undefined);
    if (budgets.length === 0 || !onGoogle) return 'notApplicable';
    const blocks = Object.values(platform.models).some(({ budget }) => budget?.onExceeded === 'blockTraining');
    return platform.environments.flatMap(({ name, google }, index) =>
      google !== undefined && google.billingAccount === undefined
        ? [
            {
              path: `environments.${index}.google.billingAccount`,
              message: `Cloud Billing sets budgets on a billing account: without one nobody is told in ${name} of what was spent${blocks ? ', and nothing blocks training' : ''}`,
              fix: 'name the account that pays for the project',
            },
          ]
        : [],
    );
  },
};
