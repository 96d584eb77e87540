import type { ModelDefinition, PlatformDefinition } from '../../definition/platform';
import { planCompute } from '../compute';
import { hourlyPrice, PRICES } from '../prices';
import type { FindingRule } from './rule';

/** No rate of exchange is applied: it would be of another day than the price, and nobody would know of which. */
export const estimatesInUsd: FindingRule = {
  id: 'estimates-in-usd',
  severity: 'info',
  about: 'amounts in another currency are compared with list prices in USD',
  check: ({ platform }) => {
    if (platform.currency === PRICES.currency) return 'notApplicable';
    return Object.values(platform.models).some((model) => isCompared(platform, model))
      ? [
          {
            path: 'currency',
            message: `amounts in ${platform.currency} are compared with list prices of ${PRICES.asOf} in ${PRICES.currency}, one for one: what an instance serves for, and what a training run costs, are off by the rate of exchange`,
            fix: `state serving.pricePerInstanceHour in ${platform.currency}, and leave room in what limits the cost of runs; or state the amounts in ${PRICES.currency}`,
          },
        ]
      : [];
  },
};

/** Whether a price of the list stands beside an amount of the definition. */
function isCompared(
  platform: PlatformDefinition,
  { serving, training, monitoring, retraining, budget }: ModelDefinition,
) {
  const listed = (compute: ModelDefinition['training']['compute']) => hourlyPrice(planCompute(compute)) !== undefined;
  const limitsServing = Boolean(platform.budget ?? budget ?? monitoring.costPerPrediction);
  const limitsRuns = retraining !== undefined && (budget !== undefined || retraining.maxCostPerRun !== undefined);
  return (
    (limitsServing && serving.pricePerInstanceHour === undefined && listed(serving.compute)) ||
    (limitsRuns && listed(training.compute))
  );
}
