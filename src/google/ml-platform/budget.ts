import { BillingBudget } from '@cdktf/provider-google/lib/billing-budget';
import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { Construct } from 'constructs';
import { COST_LABEL, costOf } from '../../contract/google';
import type { BudgetPlan } from '../../plan/plan';
import { labelValue } from '../support/labels';
import { locationOf } from '../support/location';
import { platformContextOf } from '../support/platform-context';
import type { INotifications } from './notifications';
import type { TrainingBlock } from './training-block';

export interface BudgetProps {
  readonly budget: BudgetPlan;
  /** `XXXXXX-XXXXXX-XXXXXX`. */
  readonly billingAccount: string;
  /** A model's name; null for the whole platform. */
  readonly model: string | null;
  readonly notifications: INotifications;
  /** What hears of each update. @default - people alone are told */
  readonly block?: TrainingBlock;
}

/** Cloud Billing tells at most five channels, all of them emails. */
const MAX_CHANNELS = 5;

/** A monthly budget of what carries the platform's (or a model's) label. */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { budget, billingAccount, model, notifications, block }: BudgetProps) {
    super(scope, id);
    const { project } = locationOf(this);
    const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
    const context = platformContextOf(this);
    const units = Math.floor(budget.monthly);
    const nanos = Math.round((budget.monthly - units) * 1e9);
    this.node.defaultChild = new BillingBudget(this, 'Budget', {
      billingAccount,
      displayName: [context.platform, model ?? 'platform'].join(' / ').slice(0, 60),
      budgetFilter: {
        // By its number: Cloud Billing answers with that, and a name would be another one in each plan.
        projects: [`projects/${number}`],
        // A budget takes one label: two environments of a project would add up by the model's name alone.
        labels:
          model === null
            ? { platform: labelValue(context.platform) }
            : { [COST_LABEL]: labelValue(costOf(context.platform, model)) },
        calendarPeriod: 'MONTH',
      },
      amount: {
        specifiedAmount: { currencyCode: budget.currency, units: String(units), ...(nanos > 0 && { nanos }) },
      },
      thresholdRules: budget.alertAtPercent.map((percent) => ({
        thresholdPercent: percent / 100,
        spendBasis: 'CURRENT_SPEND',
      })),
      allUpdatesRule: {
        monitoringNotificationChannels: [
          ...new Set([...(notifications.emails?.('ticket') ?? []), ...(notifications.emails?.('page') ?? [])]),
        ].slice(0, MAX_CHANNELS),
        disableDefaultIamRecipients: false,
        ...(block && { pubsubTopic: block.publishing.topicId, schemaVersion: '1.0' }),
      },
      ...(block && { dependsOn: [block.publishing.grant] }),
    });
  }
}
