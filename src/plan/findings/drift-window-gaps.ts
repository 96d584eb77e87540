import { durationSeconds, formatSeconds } from '../../kernel/duration';
import { meanPeriodSeconds } from '../../kernel/schedule';
import { type FindingRule, perModel } from './rule';

export const driftWindowGaps: FindingRule = {
  id: 'drift-window-gaps',
  severity: 'warning',
  about: 'events between two drift windows are never looked at',
  check: perModel(({ model, path }) => {
    const { drift } = model.monitoring;
    if (drift === undefined) return 'notApplicable';
    const period = meanPeriodSeconds(drift.schedule);
    return period > durationSeconds(drift.window) * 1.01
      ? [
          {
            path: `${path}.monitoring.drift.window`,
            message: `drift is computed every ${formatSeconds(Math.round(period))} over ${drift.window}: what happens between two windows is never looked at`,
            fix: 'lengthen the window or run more often',
          },
        ]
      : [];
  }),
};
