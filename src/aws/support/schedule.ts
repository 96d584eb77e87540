import { DefinitionError, show } from '../../kernel/problem';
import { type CronFields, type Schedule, scheduleAsCron } from '../../kernel/schedule';

/** Expression and time zone of one EventBridge schedule. */
export interface AwsSchedule {
  /** `cron(minutes hours day-of-month month day-of-week year)`. */
  readonly expression: string;
  readonly timeZone: string;
}

const list = (values: readonly number[] | null, all: number): string =>
  values === null || values.length === all ? '*' : values.join(',');

/**
 * A schedule as EventBridge Scheduler takes it. POSIX fires when either day field matches, EventBridge has one of them at a
 * time: both restricted become two schedules. Sunday is 0 in POSIX and 1 in EventBridge.
 *
 * @param path where the schedule stands, for the error
 * @throws DefinitionError when EventBridge cannot fire at the same instants (never rounded)
 */
export function awsSchedules(schedule: Schedule, path: string): AwsSchedule[] {
  const fields = scheduleAsCron(schedule);
  if (fields === undefined) {
    throw new DefinitionError(`${path}: EventBridge Scheduler cannot keep this schedule`, [
      {
        code: 'unsupportedSchedule',
        path,
        got: show(schedule),
        expected: 'whole minutes that divide an hour, whole hours that divide a day, 1d, 7d, or a cron line',
        fix: 'use such an interval or a cron line',
      },
    ]);
  }
  const { daysOfMonth, daysOfWeek } = fields;
  if (daysOfMonth !== null && daysOfWeek !== null) {
    return [print({ ...fields, daysOfWeek: null }), print({ ...fields, daysOfMonth: null })];
  }
  return [print(fields)];
}

function print({ minutes, hours, daysOfMonth, months, daysOfWeek, timeZone }: CronFields): AwsSchedule {
  const days =
    daysOfWeek === null
      ? { month: list(daysOfMonth, 31), week: '?' }
      : {
          month: '?',
          week: list(
            daysOfWeek.map((day) => day + 1),
            7,
          ),
        };
  return {
    expression: `cron(${list(minutes, 60)} ${list(hours, 24)} ${days.month} ${list(months, 12)} ${days.week} *)`,
    timeZone,
  };
}
