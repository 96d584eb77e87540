import { Cron } from 'croner';
import * as fc from 'fast-check';
import type { Duration } from '../../src/kernel/duration';
import {
  everyAsCron,
  longestGapSeconds,
  nextFireTimes,
  parseCron,
  printCron,
  scheduleAsCron,
} from '../../src/kernel/schedule';

const iso = (dates: readonly Date[]) => dates.map((date) => date.toISOString());
const AFTER = new Date('2026-03-28T12:00:00Z');

describe('cron', () => {
  test.each([
    ['0 3 * * 1', '0 3 * * 1'],
    ['*/15 * * * *', '*/15 * * * *'],
    ['0 0 1,15 * mon-fri', '0 0 1,15 * 1,2,3,4,5'],
    ['5/20 0-23/6 * jan,jul 7', '5,25,45 */6 * 1,7 0'],
    ['0-59 * * * *', '* * * * *'],
  ])('%s is printed as %s', (cron, printed) => {
    expect(printCron(parseCron(cron))).toBe(printed);
  });

  test.each([
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '*/0 * * * *',
    '5-1 * * * *',
    '1-2-3 * * * *',
    'a * * * *',
    '* * * *',
    '0 0 30 2 *',
  ])('%s is refused', (cron) => {
    expect(() => parseCron(cron)).toThrow(RangeError);
  });

  test('both day fields restricted means either', () => {
    expect(iso(nextFireTimes({ cron: '0 0 1 * 1', timeZone: 'UTC' }, AFTER, 4))).toEqual([
      '2026-03-30T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
      '2026-04-06T00:00:00.000Z',
      '2026-04-13T00:00:00.000Z',
    ]);
  });

  test('keeps local time over the change to summer time', () => {
    expect(iso(nextFireTimes({ cron: '0 3 * * *', timeZone: 'Europe/Berlin' }, AFTER, 2))).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T01:00:00.000Z',
    ]);
  });
});

describe('every', () => {
  test('counts from 1970, not from when it was made', () => {
    expect(iso(nextFireTimes({ every: '6h' }, AFTER, 2))).toEqual([
      '2026-03-28T18:00:00.000Z',
      '2026-03-29T00:00:00.000Z',
    ]);
    expect(iso(nextFireTimes({ every: '7d' }, AFTER, 1))).toEqual(['2026-04-02T00:00:00.000Z']);
  });

  test.each(['7m', '90m', '5h', '2d', '14d', '30s', '250ms'] as Duration[])(
    '%s is not rounded: there is no cron line for it',
    (every) => {
      expect(everyAsCron(every)).toBeUndefined();
    },
  );

  test.each(['1m', '5m', '15m', '30m', '1h', '2h', '6h', '12h', '1d', '24h', '7d'] as Duration[])(
    '%s as cron fires at the same instants',
    (every) => {
      const fields = scheduleAsCron({ every });
      const cron = { cron: printCron(fields!), timeZone: 'UTC' };
      expect(iso(nextFireTimes(cron, AFTER, 50))).toEqual(iso(nextFireTimes({ every }, AFTER, 50)));
    },
  );
});

test('our reading of a line fires at the instants of the line itself', () => {
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
      fc.integer({ min: 1, max: 6 }).map((step) => `*/${step}`),
    );
  fc.assert(
    fc.property(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6), (...parts) => {
      const cron = parts.join(' ');
      const a = iso(new Cron(cron, { timezone: 'UTC', domAndDow: false, paused: true }).nextRuns(5, AFTER));
      const b = iso(nextFireTimes({ cron, timeZone: 'UTC' }, AFTER, 5));
      expect(b).toEqual(a);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['0 * * * *', 3600],
  ['0 0 * * *', 86_400],
  ['*/5 8-18 * * *', 13 * 3600 + 300],
  ['0 8,20 * * *', 12 * 3600],
  ['0 6 * * 1-5', 3 * 86_400],
  ['30 8-18 * * 1-5', 2 * 86_400 + 14 * 3600],
  ['0 0 1 * *', 31 * 86_400],
])('%s is silent for %i seconds at the longest', (cron, seconds) => {
  expect(longestGapSeconds({ cron, timeZone: 'UTC' })).toBe(seconds);
});

test('what runs every so often is silent for as long', () => {
  expect(longestGapSeconds({ every: '6h' })).toBe(6 * 3600);
});
