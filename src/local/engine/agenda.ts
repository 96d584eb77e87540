import { nextFireTimes, type Schedule } from '../../kernel/schedule';

/** Something that happens by a schedule. */
export interface AgendaEntry<T> {
  readonly schedule: Schedule;
  readonly what: T;
}

/** What is due at one instant, in the order of the agenda. */
export interface Due<T> {
  /** Epoch seconds. */
  readonly at: number;
  readonly what: readonly T[];
}

/** The instants of all schedules after `from` and up to `to`, in order. */
export function* agenda<T>(entries: readonly AgendaEntry<T>[], from: number, to: number): Generator<Due<T>> {
  const after = (schedule: Schedule, seconds: number): number => {
    const [next] = nextFireTimes(schedule, new Date(seconds * 1000), 1);
    return next === undefined ? Number.POSITIVE_INFINITY : next.getTime() / 1000;
  };
  const upcoming = entries.map((entry) => ({ entry, at: after(entry.schedule, from) }));
  for (;;) {
    const at = Math.min(Number.POSITIVE_INFINITY, ...upcoming.map((one) => one.at));
    if (at > to) return;
    const due = upcoming.filter((one) => one.at === at);
    yield { at, what: due.map(({ entry }) => entry.what) };
    for (const one of due) one.at = after(one.entry.schedule, at);
  }
}
