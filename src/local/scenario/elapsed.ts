import type { DrillRecord } from './drill-record';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** A length of time for people, rounded down to its greatest units: 100 000 s → `1d 3h`; all of them: `1d 3h 46m 40s`. */
export function elapsed(seconds: number, units = 2): string {
  let rest = Math.round(Math.abs(seconds));
  const parts = UNITS.map(([name, length]) => {
    const times = Math.floor(rest / length);
    rest -= times * length;
    return times === 0 ? null : `${times}${name}`;
  });
  const first = parts.findIndex((part) => part !== null);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + units)
    .filter((part) => part !== null)
    .join(' ');
}

/** From when times of a drill count: the begin of the first fault, or of the scenario without one. Epoch seconds. */
export const baseOf = ({ faultAt, start }: Pick<DrillRecord, 'faultAt' | 'start'>): number => faultAt ?? start;

/** A moment of a drill, from its first fault: `after 1d 4h`, `at once`, `2h before`. */
export function relative(record: Pick<DrillRecord, 'faultAt' | 'start'>, at: number): string {
  const after = at - baseOf(record);
  if (Math.round(after) === 0) return 'at once';
  return after > 0 ? `after ${elapsed(after)}` : `${elapsed(after)} before`;
}

/** Epoch seconds as ISO 8601 in UTC. */
export const iso = (at: number): string => new Date(at * 1000).toISOString();
