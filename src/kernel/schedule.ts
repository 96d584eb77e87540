import { Cron } from 'croner';
import { type Duration, durationSeconds } from './duration';

/** When something runs: at every multiple of a duration since 1970-01-01T00:00Z, or by a POSIX cron line in a time zone. */
export type Schedule = { readonly every: Duration } | { readonly cron: string; readonly timeZone: string };

/** A cron line, parsed: the sorted values of each field; `null` means unrestricted (`*`). */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Day of the month, 1–31. */
  readonly daysOfMonth: readonly number[] | null;
  readonly months: readonly number[] | null;
  /** Day of the week, 0 = Sunday … 6 = Saturday. */
  readonly daysOfWeek: readonly number[] | null;
  readonly timeZone: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function parseField(
  text: string,
  name: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): number[] | null {
  if (text === '*') return null;
  const value = (part: string): number => {
    const named = names.indexOf(part.toLowerCase());
    const number = named >= 0 ? named + min : /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw new RangeError(
        `${name}: got '${part}', expected ${min}–${max}${names.length > 0 ? ' or a three-letter name' : ''}`,
      );
    }
    return number;
  };
  const result = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText, extra] = part.split('/');
    const step = stepText === undefined ? 1 : /^[1-9]\d*$/.test(stepText) ? Number(stepText) : Number.NaN;
    if (extra !== undefined || Number.isNaN(step))
      throw new RangeError(`${name}: got '${part}', expected a/n with n ≥ 1`);
    const [fromText = '', toText, more] = range.split('-');
    if (more !== undefined) throw new RangeError(`${name}: got '${range}', expected a-b`);
    const from = range === '*' ? min : value(fromText);
    const to = range === '*' ? max : toText !== undefined ? value(toText) : stepText === undefined ? from : max;
    if (to < from) throw new RangeError(`${name}: got '${range}', expected a range that rises`);
    for (let v = from; v <= to; v += step) result.add(v);
  }
  return [...result].sort((a, b) => a - b);
}

const span = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/**
 * Parses five POSIX fields (minute hour day-of-month month day-of-week; Sunday is 0 or 7).
 * @throws RangeError with the field's name, what was found and what is expected
 */
export function parseCron(cron: string, timeZone = 'UTC'): CronFields {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== 5)
    throw new RangeError(`got ${parts.length} fields, expected five: minute hour day-of-month month day-of-week`);
  const [minute, hour, dom, month, dow] = parts as [string, string, string, string, string];
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new RangeError(`time zone: got '${timeZone}', expected an IANA name such as Europe/Berlin`);
  }
  const days = parseField(dow, 'day-of-week', 0, 7, DAYS);
  const fields: CronFields = {
    minutes: parseField(minute, 'minute', 0, 59) ?? span(0, 59),
    hours: parseField(hour, 'hour', 0, 23) ?? span(0, 23),
    daysOfMonth: parseField(dom, 'day-of-month', 1, 31),
    months: parseField(month, 'month', 1, 12, MONTHS),
    daysOfWeek: days === null ? null : [...new Set(days.map((day) => day % 7))].sort((a, b) => a - b),
    timeZone,
  };
  if (fields.daysOfWeek === null && fields.daysOfMonth !== null && !canFire(fields.daysOfMonth, fields.months)) {
    throw new RangeError(`got '${cron}', expected a day that exists in one of its months`);
  }
  return fields;
}

function canFire(days: readonly number[], months: readonly number[] | null): boolean {
  const longest = (month: number): number => (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
  return (months ?? span(1, 12)).some((month) => days.some((day) => day <= longest(month)));
}

/**
 * The same instants as `{ every }` as cron fields, where cron can say it: whole minutes that divide an hour, whole hours
 * that divide a day, one day, or a week (Thursdays, since 1970-01-01 was one). Otherwise undefined: never rounded.
 */
export function everyAsCron(every: Duration): CronFields | undefined {
  const seconds = durationSeconds(every);
  const all = { daysOfMonth: null, months: null, daysOfWeek: null, timeZone: 'UTC' };
  if (seconds <= 0 || seconds % 60 !== 0) return undefined;
  const minutes = seconds / 60;
  if (minutes < 60) return 60 % minutes === 0 ? { ...all, minutes: steps(minutes, 60), hours: span(0, 23) } : undefined;
  if (minutes % 60 !== 0) return undefined;
  const hours = minutes / 60;
  if (hours < 24) return 24 % hours === 0 ? { ...all, minutes: [0], hours: steps(hours, 24) } : undefined;
  if (hours === 24) return { ...all, minutes: [0], hours: [0] };
  return hours === 168 ? { ...all, minutes: [0], hours: [0], daysOfWeek: [4] } : undefined;
}

const steps = (step: number, below: number): number[] => span(0, below / step - 1).map((i) => i * step);

/** Cron fields of a schedule, or undefined where cron cannot say the same instants. */
export function scheduleAsCron(schedule: Schedule): CronFields | undefined {
  return 'every' in schedule ? everyAsCron(schedule.every) : parseCron(schedule.cron, schedule.timeZone);
}

/** Prints fields as a POSIX line (what Cloud Scheduler takes). */
export function printCron(fields: CronFields): string {
  const print = (values: readonly number[] | null, whole: number): string =>
    values === null || values.length === whole ? '*' : (stepOf(values, whole) ?? values.join(','));
  return [
    print(fields.minutes, 60),
    print(fields.hours, 24),
    fields.daysOfMonth === null ? '*' : fields.daysOfMonth.join(','),
    fields.months === null ? '*' : fields.months.join(','),
    fields.daysOfWeek === null ? '*' : fields.daysOfWeek.join(','),
  ].join(' ');
}

function stepOf(values: readonly number[], whole: number): string | undefined {
  const step = values.length > 1 ? values[1]! - values[0]! : 0;
  const even =
    values[0] === 0 && step > 1 && values.length === Math.ceil(whole / step) && values.every((v, i) => v === i * step);
  return even && whole % step === 0 ? `*/${step}` : undefined;
}

/**
 * The next instants after `after` (exclusive) at which a schedule fires.
 * @returns `count` dates, fewer when the schedule ends
 */
export function nextFireTimes(schedule: Schedule, after: Date, count: number): Date[] {
  if ('every' in schedule) {
    const step = durationSeconds(schedule.every) * 1000;
    const first = (Math.floor(after.getTime() / step) + 1) * step;
    return Array.from({ length: count }, (_, i) => new Date(first + i * step));
  }
  // The library gets our reading of the line: it refuses some steps that POSIX allows, such as */8 in day-of-week.
  const line = printCron(parseCron(schedule.cron, schedule.timeZone));
  return new Cron(line, { timezone: schedule.timeZone, domAndDow: false, paused: true }).nextRuns(count, after);
}

/** Seconds between two firings, of 60 from a fixed date; none where it fires once at most. */
function gapsOf(schedule: Schedule): number[] {
  const fires = nextFireTimes(schedule, new Date('2026-01-01T00:00:00Z'), 60);
  return fires.slice(1).map((fire, before) => (fire.getTime() - fires[before]!.getTime()) / 1000);
}

/** Mean seconds between two firings, over a year from a fixed date; used by findings. */
export function meanPeriodSeconds(schedule: Schedule): number {
  if ('every' in schedule) return durationSeconds(schedule.every);
  const gaps = gapsOf(schedule);
  return gaps.length === 0 ? Number.POSITIVE_INFINITY : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

/** Longest time without a firing, changes of the clock aside: `0 8-18 * * *` is silent for 14 hours each night. */
export function longestGapSeconds(schedule: Schedule): number {
  if ('every' in schedule) return durationSeconds(schedule.every);
  const { minutes, hours } = parseCron(schedule.cron, schedule.timeZone);
  const times = hours.flatMap((hour) => minutes.map((minute) => hour * 3600 + minute * 60));
  const [, , ...days] = schedule.cron.trim().split(/\s+/);
  // From the first firing of a day to that of the next one; the last one of the day is nearer to it.
  const betweenDays = gapsOf({ ...schedule, cron: [minutes[0], hours[0], ...days].join(' ') });
  if (betweenDays.length === 0) return Number.POSITIVE_INFINITY;
  const overnight = Math.max(...betweenDays) - (times.at(-1)! - times[0]!);
  return Math.max(overnight, ...times.slice(1).map((time, before) => time - times[before]!));
}
