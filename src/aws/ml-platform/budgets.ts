import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { Construct } from 'constructs';
import { BUDGET_CURRENCY_ON_AWS } from '../../plan/partial-gaps';
import type { BudgetPlan } from '../../plan/plan';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { INotifications } from '../support/notifications';

export interface BudgetProps {
  readonly platform: string;
  /** Null: the whole platform. */
  readonly model: string | null;
  /** Value of the model's cost tag. @default - its name */
  readonly tag?: string;
  readonly budget: BudgetPlan;
  readonly notifications: INotifications;
}

/** Tags that carry the costs; they have to be activated once as cost allocation tags. */
export const COST_TAGS = { platform: 'mlp:platform', model: 'mlp:model' } as const;

/** AWS Budgets takes five notifications a budget. */
const MAX_NOTIFICATIONS = 5;

/**
 * A monthly budget of what carries the tags, which tells the people who take tickets at each share of it. Undefined in a currency
 * that AWS Budgets refuses, which would take the whole stack back; a finding says so.
 */
export function renderBudget(
  scope: Construct,
  id: string,
  { platform, model, tag = model ?? '', budget, notifications }: BudgetProps,
): CfnBudget | undefined {
  if (budget.currency !== BUDGET_CURRENCY_ON_AWS) return undefined;
  const [key, value] = model === null ? [COST_TAGS.platform, platform] : [COST_TAGS.model, tag];
  return new CfnBudget(scope, id, {
    budget: {
      budgetName: physicalName(NAME_LIMITS.budget, platform, ...(model === null ? [] : [model]), 'monthly'),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: budget.monthly, unit: budget.currency },
      costFilters: { TagKeyValue: [`user:${key}$${value}`] },
    },
    notificationsWithSubscribers: [...budget.alertAtPercent]
      .sort((a, b) => b - a)
      .slice(0, MAX_NOTIFICATIONS)
      .reverse()
      .map((threshold) => ({
        notification: {
          notificationType: 'ACTUAL',
          comparisonOperator: 'GREATER_THAN',
          threshold,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'SNS', address: notifications.topics.ticket.topicArn }],
      })),
  });
}
