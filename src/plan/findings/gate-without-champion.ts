import { type FindingRule, perModel } from './rule';

export const gateWithoutChampion: FindingRule = {
  id: 'gate-without-champion',
  severity: 'info',
  about: 'no metric is compared with the champion',
  check: perModel(({ model, path }) =>
    model.evaluation === undefined
      ? 'notApplicable'
      : Object.values(model.evaluation.metrics).some((bound) => bound.vsChampion)
        ? []
        : [
            {
              path: `${path}.evaluation.metrics`,
              message: 'a candidate that is worse than the champion passes as long as it keeps the absolute bounds',
              fix: 'add vsChampion to the primary metric',
            },
          ],
  ),
};
