import { DefinitionError, show } from '../../kernel/problem';
import { printCron, type Schedule, scheduleAsCron } from '../../kernel/schedule';

/** What a Cloud Scheduler job takes. */
export interface CloudSchedule {
  /** Five unix-cron fields; both day fields restricted fire when either matches, as in POSIX. */
  readonly schedule: string;
  readonly timeZone: string;
}

/**
 * A schedule as Cloud Scheduler takes it.
 *
 * @param path where the schedule stands, for the error
 * @throws DefinitionError when cron cannot fire at the same instants (never rounded)
 */
export function cloudSchedule(schedule: Schedule, path: string): CloudSchedule {
  const fields = scheduleAsCron(schedule);
  if (fields === undefined) {
    throw new DefinitionError(`${path}: Cloud Scheduler cannot keep this schedule`, [
      {
        code: 'unsupportedSchedule',
        path,
        got: show(schedule),
        expected: 'whole minutes that divide an hour, whole hours that divide a day, 1d, 7d, or a cron line',
        fix: 'use such an interval or a cron line',
      },
    ]);
  }
  return { schedule: printCron(fields), timeZone: fields.timeZone };
}
