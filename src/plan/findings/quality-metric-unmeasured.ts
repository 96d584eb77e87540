import { isBuiltInMetric } from '../../kernel/metric-catalogue';
import { type FindingRule, perModel } from './rule';

export const qualityMetricUnmeasured: FindingRule = {
  id: 'quality-metric-unmeasured',
  severity: 'warning',
  about: 'quality is bounded by a figure that labels and predictions do not give',
  check: perModel(({ model, path }) => {
    const { quality } = model.monitoring;
    if (quality === undefined) return 'notApplicable';
    const hit = (where: string, name: string) => ({
      path: `${path}.monitoring.quality.${where}`,
      message: `${name} is not computed from labels and predictions: its bound never decides, and quality counts as insufficientData unless another bound is broken`,
      fix: 'bound a metric of the task, and watch this figure where it is made',
    });
    const { businessMetric } = quality;
    return [
      ...Object.keys(quality.metrics)
        .filter((name) => !isBuiltInMetric(name))
        .map((name) => hit(`metrics.${name}`, name)),
      ...(businessMetric?.min !== undefined || businessMetric?.max !== undefined
        ? [hit('businessMetric', businessMetric.name)]
        : []),
    ];
  }),
};
