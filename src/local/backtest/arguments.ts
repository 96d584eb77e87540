import { durationSeconds, formatSeconds, isDuration } from '../../kernel/duration';
import { show } from '../../kernel/problem';
import type { Problems } from './problems';

const DEFAULT_TRAINING_TIME = '1h';

/** An instant as epoch seconds; null, and a problem, for what is none. */
export function instantOf(name: string, value: number | string | undefined, problems: Problems): number | null {
  if (value === undefined) return null;
  const seconds = typeof value === 'number' ? value : /^\d{4}/.test(value) ? Date.parse(value) / 1000 : Number.NaN;
  if (Number.isFinite(seconds)) return seconds;
  problems.add({
    code: 'badInstant',
    path: name,
    got: show(value),
    expected: 'an instant such as 2011-03-01 or 2011-03-01T06:00:00Z',
    fix: 'write the instant in ISO 8601',
  });
  return null;
}

/** A duration as seconds; null, and a problem where it is none. */
export function secondsOf(name: string, value: string | undefined, problems: Problems): number | null {
  if (value === undefined) return null;
  if (isDuration(value)) return durationSeconds(value);
  problems.add({
    code: 'badDuration',
    path: name,
    got: show(value),
    expected: 'a duration such as 30m, 12h or 7d',
    fix: 'write a whole number and a unit: ms, s, m, h or d',
  });
  return null;
}

export const trainingSeconds = (value: string | undefined, problems: Problems): number =>
  secondsOf('trainingTime', value ?? DEFAULT_TRAINING_TIME, problems) ?? 0;

/** An instant as people write it, to the second. */
export const isoOf = (seconds: number): string =>
  new Date(Math.round(seconds) * 1000).toISOString().replace('.000Z', 'Z');

/** A length of time for people, to two of the greatest unit's digits: `2d`, `36h`, `90s`. */
export function lengthOf(seconds: number): string {
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
  ] as const) {
    if (seconds >= 2 * size) return `${Number((seconds / size).toPrecision(2))}${unit}`;
  }
  return formatSeconds(Math.round(seconds));
}
