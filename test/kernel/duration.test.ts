import * as fc from 'fast-check';
import { durationMs, durationSeconds, formatSeconds, isDuration } from '../../src/kernel/duration';

test.each([
  ['250ms', 0.25],
  ['30s', 30],
  ['15m', 900],
  ['2h', 7200],
  ['7d', 604_800],
  ['0s', 0],
])('%s is %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
  expect(durationMs(text)).toBe(seconds * 1000);
});

test.each(['', '5', 'm', '1.5h', '-5m', '05m', '5 m', '5M', '1w', '1h30m', null, 5])('%p is no duration', (value) => {
  expect(isDuration(value)).toBe(false);
});

test('what is printed means the same', () => {
  fc.assert(
    fc.property(fc.nat(10_000_000), (seconds) => expect(durationSeconds(formatSeconds(seconds))).toBe(seconds)),
  );
});
