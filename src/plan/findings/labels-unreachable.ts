import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

export const labelsUnreachable: FindingRule = {
  id: 'labels-unreachable',
  severity: 'warning',
  about: 'a quality window cannot hold minLabels at the stated traffic',
  check: perModel(({ model, path }) => {
    const { quality } = model.monitoring;
    const rate = model.serving.expectedRequestsPerMinute;
    if (quality === undefined || rate === undefined) return 'notApplicable';
    const seconds = durationSeconds(quality.window) - durationSeconds(model.data.label.delay);
    const labels = (rate * seconds * model.serving.capturePercent) / 6000;
    return seconds > 0 && labels < quality.minLabels
      ? [
          {
            path: `${path}.monitoring.quality.minLabels`,
            message: `at ${rate} requests a minute about ${Math.floor(labels)} labels mature in ${quality.window}, below minLabels ${quality.minLabels}: quality is never decided`,
            fix: 'lengthen the window, capture more, or lower minLabels',
          },
        ]
      : [];
  }),
};
