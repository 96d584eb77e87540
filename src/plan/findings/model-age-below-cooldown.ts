import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

export const modelAgeBelowCooldown: FindingRule = {
  id: 'model-age-below-cooldown',
  severity: 'warning',
  about: 'a model is too old before it may be retrained',
  check: perModel(({ model, path }) => {
    const { maxModelAge, cooldown } = model.retraining ?? {};
    if (maxModelAge === undefined || cooldown === undefined) return 'notApplicable';
    return durationSeconds(maxModelAge) < durationSeconds(cooldown)
      ? [
          {
            path: `${path}.retraining.maxModelAge`,
            message: `a model is too old after ${maxModelAge}, but may be retrained only every ${cooldown}`,
            fix: 'shorten the cooldown or raise maxModelAge',
          },
        ]
      : [];
  }),
};
