import { type FindingRule, perModel } from './rule';

export const qualityMetricNotGated: FindingRule = {
  id: 'quality-metric-not-gated',
  severity: 'warning',
  about: 'decay against the release is asked for a metric that the gate does not measure',
  check: perModel(({ model, path }) => {
    const { quality } = model.monitoring;
    if (quality === undefined || model.evaluation === undefined) return 'notApplicable';
    const gated = model.evaluation.metrics;
    return Object.entries(quality.metrics).flatMap(([metric, bound]) =>
      bound.maxWorseThanRelease !== undefined && !(metric in gated)
        ? [
            {
              path: `${path}.monitoring.quality.metrics.${metric}.maxWorseThanRelease`,
              message: `${metric} is not measured by the gate, so that its value at release is unknown`,
              fix: `add ${metric} to evaluation.metrics`,
            },
          ]
        : [],
    );
  }),
};
