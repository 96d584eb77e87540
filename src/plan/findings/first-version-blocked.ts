import { type FindingRule, perModel } from './rule';

export const firstVersionBlocked: FindingRule = {
  id: 'first-version-blocked',
  severity: 'warning',
  about: 'no version can pass the gate while there is no champion',
  check: perModel(({ model, path }) => {
    if (model.evaluation === undefined) return 'notApplicable';
    const absolute = Object.values(model.evaluation.metrics).some(
      (bound) => bound.min !== undefined || bound.max !== undefined,
    );
    return absolute
      ? []
      : [
          {
            path: `${path}.evaluation.metrics`,
            message:
              'every bound compares with the champion, and a first version has none: its gate stays inconclusive',
            fix: 'add min or max to a metric',
          },
        ];
  }),
};
