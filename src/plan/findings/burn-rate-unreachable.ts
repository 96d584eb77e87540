import { type FindingRule, perModel } from './rule';

export const burnRateUnreachable: FindingRule = {
  id: 'burn-rate-unreachable',
  severity: 'warning',
  about: 'an availability is so low that no outage uses its error budget up as fast as an alarm asks',
  check: perModel(({ model, modelPlan, path }) => {
    const target = model.monitoring.availability?.targetPercent;
    if (target === undefined) return 'notApplicable';
    // Without one good answer the budget is used up this many times as fast as it may be.
    const fastest = 100 / (100 - target);
    const silent = modelPlan.endpoint.objectives.flatMap(({ id, burnRates }) =>
      id === 'availability' ? burnRates.filter(({ rate }) => rate >= fastest) : [],
    );
    return silent.length === 0
      ? []
      : [
          {
            path: `${path}.monitoring.availability.targetPercent`,
            message: `with ${target} % an outage of everything burns the error budget ${fastest.toPrecision(3)} times as fast as it may: ${silent.map(({ alarm, rate }) => `${alarm} asks ${rate}`).join(', ')}, and never fires`,
            fix: 'promise more, or rely on the alarm on errors (monitoring.errors)',
          },
        ];
  }),
};
