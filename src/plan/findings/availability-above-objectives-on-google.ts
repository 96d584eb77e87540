import { MAX_OBJECTIVE_PERCENT_ON_GOOGLE as MAX_TARGET } from '../partial-gaps';
import { type FindingRule, perModel, targetsOf } from './rule';

export const availabilityAboveObjectivesOnGoogle: FindingRule = {
  id: 'availability-above-objectives-on-google',
  severity: 'info',
  about: 'an availability is asked for that Cloud Monitoring takes no objective for',
  check: perModel(({ platform, model, path }) => {
    const target = model.monitoring.availability?.targetPercent;
    if (target === undefined || !targetsOf(platform).includes('google')) return 'notApplicable';
    return target > MAX_TARGET
      ? [
          {
            path: `${path}.monitoring.availability.targetPercent`,
            message: `Cloud Monitoring takes no objective above ${MAX_TARGET} %: on Google no SLO shows what is left of the error budget of ${target} %, and the alarms watch the share of errors itself`,
            fix: `ask for ${MAX_TARGET} % there, or acknowledge it`,
          },
        ]
      : [];
  }),
};
