import { servingPrice } from '../prices';
import { type FindingRule, perModel, targetsOf } from './rule';

export const costLowerBoundOnGoogle: FindingRule = {
  id: 'cost-lower-bound-on-google',
  severity: 'info',
  about: 'a cost per prediction is limited, and on Google Cloud what autoscaling adds is not in it',
  check: perModel(({ platform, model, modelPlan, path }) => {
    const { min, max } = model.serving.instances;
    const isWatched =
      model.monitoring.costPerPrediction !== undefined && servingPrice(model, modelPlan.endpoint.compute) !== undefined;
    if (!isWatched || !targetsOf(platform).includes('google')) return 'notApplicable';
    return max > min
      ? [
          {
            path: `${path}.monitoring.costPerPrediction`,
            message: `on Google Cloud the cost is that of ${min} instances, whatever autoscaling adds (up to ${max}): it is at least what is told`,
            fix: 'leave room in the limit, or set instances.max to instances.min',
          },
        ]
      : [];
  }),
};
