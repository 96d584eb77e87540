import { durationSeconds } from '../../kernel/duration';
import { type FindingRule, perModel } from './rule';

/** Getting a new machine, pulling the image and loading data take 5–10 minutes; below this a second start does not fit. */
const MIN_SECONDS = 1800;

export const spotWithoutTime: FindingRule = {
  id: 'spot-without-time',
  severity: 'warning',
  about: 'spot training has no time to start again after an interruption',
  check: perModel(({ model, path }) =>
    !model.training.spot
      ? 'notApplicable'
      : durationSeconds(model.training.maxDuration) < MIN_SECONDS
        ? [
            {
              path: `${path}.training.maxDuration`,
              message: `spot machines can be taken away at any moment, and ${model.training.maxDuration} leaves no time to start again from the last checkpoint`,
              fix: 'raise maxDuration to 30m or more, or set spot: false',
            },
          ]
        : [],
  ),
};
