import { type FindingRule, perModel } from './rule';

export const driftNothingToWatch: FindingRule = {
  id: 'drift-nothing-to-watch',
  severity: 'warning',
  about: 'drift is asked for, and no column is watched',
  check: perModel(({ model, modelPlan, path }) =>
    model.monitoring.drift === undefined
      ? 'notApplicable'
      : modelPlan.drift?.watchedColumns.length === 0
        ? [
            {
              path: `${path}.data.columns`,
              message: 'no input column has drift on: only predictions are watched',
              fix: 'remove drift: false from the inputs that matter',
            },
          ]
        : [],
  ),
};
