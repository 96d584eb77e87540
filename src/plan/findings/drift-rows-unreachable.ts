import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

export const driftRowsUnreachable: FindingRule = {
  id: 'drift-rows-unreachable',
  severity: 'warning',
  about: 'a drift window cannot hold minRows at the stated traffic',
  check: perModel(({ model, path }) => {
    const { drift } = model.monitoring;
    const rate = model.serving.expectedRequestsPerMinute;
    if (drift === undefined || rate === undefined) return 'notApplicable';
    const rows = (rate * durationSeconds(drift.window) * model.serving.capturePercent) / 6000;
    return rows < drift.minRows
      ? [
          {
            path: `${path}.monitoring.drift.minRows`,
            message: `${rate} requests a minute at ${model.serving.capturePercent} % capture give about ${Math.floor(rows)} rows in ${drift.window}, below minRows ${drift.minRows}: drift is never decided`,
            fix: 'lengthen the window, capture more, or lower minRows',
          },
        ]
      : [];
  }),
};
