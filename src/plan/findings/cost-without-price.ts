import { planCompute } from '../compute';
import { hourlyPrice, servingPrice } from '../prices';
import { type FindingRule, perModel } from './rule';

export const costWithoutPrice: FindingRule = {
  id: 'cost-without-price',
  severity: 'warning',
  about: 'a cost is limited, and the price of the machine is not known',
  check: perModel(({ model, path, modelPlan }) => [
    ...(model.monitoring.costPerPrediction && servingPrice(model, modelPlan.endpoint.compute) === undefined
      ? [
          {
            path: `${path}.serving.pricePerInstanceHour`,
            message:
              'costPerPrediction is limited, and what the serving machine costs is not known: the cost is not watched',
            fix: 'state serving.pricePerInstanceHour',
          },
        ]
      : []),
    ...((model.retraining?.maxCostPerRun !== undefined || model.budget?.trainingRun !== undefined) &&
    model.retraining !== undefined &&
    hourlyPrice(planCompute(model.training.compute)) === undefined
      ? [
          {
            path: `${path}.training.compute`,
            message:
              'the cost of a run is limited, and what the training machine costs is not known: retraining is deferred',
            fix: 'use a machine of the price table, or drop the limit',
          },
        ]
      : []),
  ]),
};
