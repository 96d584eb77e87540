import type { ModelDefinition } from '../definition/platform';
import type { ComputePlan, ModelPlan } from './plan';

/**
 * List prices of SageMaker real-time inference in us-east-1, USD an hour on demand, as the vendor published them at the
 * date below. Estimates alone are made of them: in findings, of what a retraining run costs, and of cost per prediction. They are taken
 * for amounts in `currency` as they are (finding `estimates-in-usd`); `pricePerInstanceHour` of the definition wins.
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
    'ml.c7i.large': 0.107,
    'ml.c7i.xlarge': 0.214,
    'ml.g4dn.xlarge': 0.736,
    'ml.g5.xlarge': 1.408,
  } as Readonly<Record<string, number>>,
} as const;

const HOURS_PER_MONTH = 730;

/** What a machine costs an hour: the AWS list price stands for both clouds in estimates; undefined where none is known. */
export const hourlyPrice = (compute: ComputePlan): number | undefined =>
  compute.aws === null ? undefined : PRICES.aws[compute.aws];

/** What an instance that serves costs an hour: as the definition says, or by the list. */
export const servingPrice = ({ serving }: ModelDefinition, compute: ComputePlan): number | undefined =>
  serving.pricePerInstanceHour ?? hourlyPrice(compute);

/** What a model's endpoint costs a month without a request; undefined where no price is known. */
export function idleCostPerMonth(model: ModelDefinition, plan: ModelPlan): number | undefined {
  const hourly = servingPrice(model, plan.endpoint.compute);
  return hourly === undefined ? undefined : hourly * model.serving.instances.min * HOURS_PER_MONTH;
}
