import { durationSeconds, formatSeconds } from '../../kernel/duration';
import { meanPeriodSeconds } from '../../kernel/schedule';
import { type FindingRule, perModel } from './rule';

export const freshnessNoticedLate: FindingRule = {
  id: 'freshness-noticed-late',
  severity: 'warning',
  about: 'stale data are noticed later than they are tolerated',
  check: perModel(({ model, path }) => {
    const limit = model.monitoring.freshness ?? model.data.freshness;
    const { drift } = model.monitoring;
    if (limit === undefined || drift === undefined) return 'notApplicable';
    return meanPeriodSeconds(drift.schedule) > durationSeconds(limit)
      ? [
          {
            path: `${path}.monitoring.freshness`,
            message: `data may be ${limit} old, but are looked at every ${formatSeconds(Math.round(meanPeriodSeconds(drift.schedule)))}`,
            fix: 'run drift more often, or allow more age',
          },
        ]
      : [];
  }),
};
