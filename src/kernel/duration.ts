/** A length of time as people write it: a positive integer and a unit. `"0s"` is allowed where a field says that zero has a meaning. */
export type Duration = `${number}${DurationUnit}`;
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd';

const SECONDS: Record<DurationUnit, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const FORM = /^(\d+)(ms|s|m|h|d)$/;

/** True for `"250ms" | "30s" | "15m" | "2h" | "7d"`: an integer without leading zeros that is exact in milliseconds, and a unit. */
export function isDuration(value: unknown): value is Duration {
  if (typeof value !== 'string' || !FORM.test(value)) return false;
  if (value.startsWith('0') && !/^0[a-z]+$/.test(value)) return false;
  return Number.isSafeInteger(durationMs(value));
}

/**
 * Length in seconds (a fraction for `ms`).
 * @throws RangeError when the text is not a duration
 */
export function durationSeconds(duration: string): number {
  const match = FORM.exec(duration);
  if (!match) throw new RangeError(`got '${duration}', expected a duration such as 30s, 15m, 2h or 7d`);
  return Number(match[1]) * SECONDS[match[2] as DurationUnit];
}

/** Length in milliseconds. @throws RangeError when the text is not a duration */
export function durationMs(duration: string): number {
  return Math.round(durationSeconds(duration) * 1000);
}

/** The shortest exact way to write a number of whole seconds: 900 → `"15m"`. */
export function formatSeconds(seconds: number): Duration {
  if (!Number.isInteger(seconds)) return `${Math.round(seconds * 1000)}ms`;
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds !== 0 && seconds % SECONDS[unit] === 0) return `${seconds / SECONDS[unit]}${unit}`;
  }
  return `${seconds}s`;
}
