import { Cron } from 'croner';
import { awsSchedules } from '../../src/aws/support/schedule';
import { nextFireTimes, type Schedule } from '../../src/kernel/schedule';

/** The next instants at which EventBridge fires, read independently: `?` is any day, Sunday is 1. */
function eventBridgeFires(expression: string, timeZone: string, after: Date, count: number): number[] {
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = expression.slice('cron('.length, -1).split(' ');
  expect(year).toBe('*');
  expect([dayOfMonth, dayOfWeek].filter((field) => field === '?')).toHaveLength(1);
  const week =
    dayOfWeek === '?' || dayOfWeek === '*'
      ? '*'
      : dayOfWeek!
          .split(',')
          .map((day) => Number(day) - 1)
          .join(',');
  const posix = [minutes, hours, dayOfMonth === '?' ? '*' : dayOfMonth, month, week].join(' ');
  return new Cron(posix, { timezone: timeZone, paused: true }).nextRuns(count, after).map(Number);
}

const schedules: Schedule[] = [
  { every: '1m' },
  { every: '15m' },
  { every: '1h' },
  { every: '6h' },
  { every: '1d' },
  { every: '7d' },
  { cron: '0 3 * * 1', timeZone: 'Europe/Berlin' },
  { cron: '30 2 29 2 *', timeZone: 'UTC' },
  { cron: '*/20 8-18 * * mon-fri', timeZone: 'America/New_York' },
  { cron: '0 0 1 jan,jul *', timeZone: 'UTC' },
  { cron: '0 12 13 * 5', timeZone: 'UTC' },
  { cron: '5 4 * * 0,7', timeZone: 'Asia/Kolkata' },
];

test.each(schedules)('fires at the instants of the definition: %j', (schedule) => {
  for (const start of ['2026-01-01T00:00:00Z', '2026-03-28T22:00:00Z', '2026-10-24T22:30:00Z']) {
    const after = new Date(start);
    const printed = awsSchedules(schedule, 'a.schedule');
    const fires = printed.flatMap(({ expression, timeZone }) => eventBridgeFires(expression, timeZone, after, 20));
    const once = [...new Set(fires)].sort((a, b) => a - b).slice(0, 20);
    expect(once).toEqual(nextFireTimes(schedule, after, 20).map(Number));
  }
});

test('both day fields restricted are two schedules', () => {
  expect(awsSchedules({ cron: '0 12 13 * 5', timeZone: 'UTC' }, 'x')).toEqual([
    { expression: 'cron(0 12 13 * ? *)', timeZone: 'UTC' },
    { expression: 'cron(0 12 ? * 6 *)', timeZone: 'UTC' },
  ]);
});

test.each(['45m', '90m', '5h', '36h', '30s'] as const)('%s cannot be kept and is refused', (every) => {
  expect(() => awsSchedules({ every }, 'models.churn.monitoring.drift.schedule')).toThrow(
    /models\.churn\.monitoring\.drift\.schedule: got \{"every":"\w+"\}, expected whole minutes/,
  );
});
