import type { ModelDefinition } from '../definition/platform';
import type { ModelPlan } from './plan';

/**
 * List prices of SageMaker real-time inference in us-east-1, USD an hour on demand, as the vendor published them at the
 * date below. Only for estimates in findings; `pricePerInstanceHour` of the definition wins.
 */
export const PRICES = {
  asOf: '2025-06-01',
  currency: 'USD',
  aws: {
    'ml.t2.medium': 0.056,
    'ml.m5.large': 0.115,
    'ml.m5.xlarge': 0.23,
    'ml.m5.2xlarge': 0.461,
    'ml.m5.4xlarge': 0.922,
    'ml.c5.large': 0.102,
    'ml.c5.xlarge': 0.204,
    'ml.g4dn.xlarge': 0.736,
    'ml.g5.xlarge': 1.408,
  } as Readonly<Record<string, number>>,
} as const;

const HOURS_PER_MONTH = 730;

/** What a model's endpoint costs a month without a request; undefined where no price is known. */
export function idleCostPerMonth(model: ModelDefinition, plan: ModelPlan): number | undefined {
  const own = model.serving.pricePerInstanceHour;
  const listed = plan.endpoint.compute.aws === null ? undefined : PRICES.aws[plan.endpoint.compute.aws];
  const hourly = own ?? listed;
  return hourly === undefined ? undefined : hourly * model.serving.instances.min * HOURS_PER_MONTH;
}
