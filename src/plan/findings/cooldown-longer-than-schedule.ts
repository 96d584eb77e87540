import { durationSeconds, formatSeconds } from '../../kernel/duration';
import { meanPeriodSeconds } from '../../kernel/schedule';
import { type FindingRule, perModel } from './rule';

export const cooldownLongerThanSchedule: FindingRule = {
  id: 'cooldown-longer-than-schedule',
  severity: 'warning',
  about: 'the retraining cooldown suppresses scheduled runs',
  check: perModel(({ model, path }) => {
    const schedule = model.retraining?.schedule;
    if (model.retraining === undefined || schedule === undefined) return 'notApplicable';
    const [cooldown, period] = [durationSeconds(model.retraining.cooldown), meanPeriodSeconds(schedule)];
    return cooldown > period * 1.01
      ? [
          {
            path: `${path}.retraining.cooldown`,
            message: `a cooldown of ${model.retraining.cooldown} is longer than the schedule, which fires every ${formatSeconds(Math.round(period))} on average: scheduled runs are skipped`,
            fix: 'shorten the cooldown or schedule more seldom',
          },
        ]
      : [];
  }),
};
