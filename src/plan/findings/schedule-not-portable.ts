import { scheduleAsCron } from '../../kernel/schedule';
import { type FindingRule, perModel } from './rule';

export const scheduleNotPortable: FindingRule = {
  id: 'schedule-not-portable',
  severity: 'error',
  about: 'a schedule cannot fire at the same instants on every target',
  check: perModel(({ model, path }) => {
    const schedules = {
      'monitoring.drift.schedule': model.monitoring.drift?.schedule,
      'monitoring.quality.schedule': model.monitoring.quality?.schedule,
      'retraining.schedule': model.retraining?.schedule,
    };
    return Object.entries(schedules).flatMap(([where, schedule]) =>
      schedule !== undefined && 'every' in schedule && scheduleAsCron(schedule) === undefined
        ? [
            {
              path: `${path}.${where}.every`,
              message: `every ${schedule.every} is no cron line: the clouds could only round it, or count from their own start`,
              fix: 'use whole minutes that divide an hour, hours that divide a day, 1d or 7d, or a cron line',
            },
          ]
        : [],
    );
  }),
};
