import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

export const qualityWindowTooShort: FindingRule = {
  id: 'quality-window-too-short',
  severity: 'warning',
  about: 'the quality window is shorter than the label delay',
  check: perModel(({ model, path }) => {
    const quality = model.monitoring.quality;
    if (quality === undefined) return 'notApplicable';
    const { delay } = model.data.label;
    return durationSeconds(quality.window) <= durationSeconds(delay)
      ? [
          {
            path: `${path}.monitoring.quality.window`,
            message: `a window of ${quality.window} ends before its labels are known (label.delay ${delay}): no label can mature in it, so that quality is never decided`,
            fix: `use a window longer than ${delay}`,
          },
        ]
      : [];
  }),
};
