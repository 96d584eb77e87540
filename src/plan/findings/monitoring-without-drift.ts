import { type FindingRule, perModel } from './rule';

export const monitoringWithoutDrift: FindingRule = {
  id: 'monitoring-without-drift',
  severity: 'warning',
  about: 'something is to be watched, and the section whose job watches it is not there',
  check: perModel(({ model, path }) => {
    const { drift, quality, freshness, costPerPrediction } = model.monitoring;
    const hit = (field: string, needs: string) => ({
      path: `${path}.monitoring.${field}`,
      message: `${field} is watched together with ${needs}, and there is no monitoring.${needs}: nothing watches it`,
      fix: `add monitoring.${needs}`,
    });
    return [
      ...(quality && !drift ? [hit('quality', 'drift')] : []),
      ...(freshness !== undefined && !drift ? [hit('freshness', 'drift')] : []),
      ...(costPerPrediction && !(drift && quality) ? [hit('costPerPrediction', drift ? 'quality' : 'drift')] : []),
    ];
  }),
};
