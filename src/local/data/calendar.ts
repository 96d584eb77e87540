const DAY = 86_400;

/** `2011-04` of an instant, in UTC. */
export const monthOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 7);

/** The first instant of the month after the one an instant is in, epoch seconds. */
export function nextMonth(seconds: number): number {
  const date = new Date(seconds * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
}

/** The first midnight (UTC) at or after an instant. */
export const midnightFrom = (seconds: number): number => Math.ceil(seconds / DAY) * DAY;

/** The first begin of a month (UTC) at or after an instant. */
export function monthFrom(seconds: number): number {
  const date = new Date(seconds * 1000);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
  return first === seconds ? first : nextMonth(seconds);
}

/** Every midnight (UTC) after an instant, and every `step` seconds in between; without end. */
export function* midnightsFrom(from: number, step = Number.POSITIVE_INFINITY): Generator<number> {
  for (let at = from; ; ) {
    at = Math.min(midnightFrom(at + 1), at + step);
    yield at;
  }
}
