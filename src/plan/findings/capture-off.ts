import { type FindingRule, perModel } from './rule';

export const captureOff: FindingRule = {
  id: 'capture-off',
  severity: 'warning',
  about: 'no request is kept, and something needs them',
  check: perModel(({ model, path }) => {
    const { drift, quality } = model.monitoring;
    if (model.serving.capturePercent > 0) return [];
    const needs = [
      ...(drift ? ['drift'] : []),
      ...(quality ? ['quality'] : []),
      ...(model.release ? ['the comparison of predictions in a release'] : []),
    ];
    return needs.length === 0
      ? []
      : [
          {
            path: `${path}.serving.capturePercent`,
            message: `no request is kept, so that ${needs.join(', ')} cannot be decided`,
            fix: 'capture at least some percent',
          },
        ];
  }),
};
