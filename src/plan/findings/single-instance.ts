import { type FindingRule, perModel } from './rule';

export const singleInstance: FindingRule = {
  id: 'single-instance',
  severity: 'warning',
  about: 'a high availability target rests on one machine',
  check: perModel(({ model, path }) => {
    const target = model.monitoring.availability?.targetPercent;
    return target === undefined
      ? 'notApplicable'
      : target > 99.9 && model.serving.instances.min < 2
        ? [
            {
              path: `${path}.serving.instances.min`,
              message: `${target} % availability allows ${((100 - target) * 432).toFixed(0)} minutes of outage in 30 days, and one machine takes longer than that to be replaced`,
              fix: 'set instances.min to 2 or more',
            },
          ]
        : [];
  }),
};
