/** `34960` → `34,960`; fractions are rounded away. */
export function wholeNumber(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A number with at most `digits` digits after the point and at least one, without trailing zeros: 1 → `1.0`. */
export function decimal(value: number, digits = 2): string {
  const text = value.toFixed(digits).replace(/0+$/, '');
  return text.endsWith('.') ? `${text}0` : text;
}

/** A limit as the definition has it: 20 → `20`, 0.5 → `0.5`. */
export function limitText(value: number): string {
  return decimal(value, 3).replace(/\.0$/, '');
}

/** A share as a percent with one digit after the point, two below 1 % where one would hide the value: `2.1 %`, `0.04 %`. */
export function percentOf(events: number, trials: number): string {
  const percent = trials === 0 ? 0 : (100 * events) / trials;
  return `${decimal(percent, percent > 0 && percent < 0.1 ? 3 : percent < 1 ? 2 : 1)} %`;
}

/** A duration of milliseconds: `153 ms`, `1.25 s` from one second on. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${limitText(ms / 1000)} s`;
  return `${ms >= 10 ? Math.round(ms) : limitText(ms)} ms`;
}

/** A probability: `0.0031`, or `< 0.0001`. */
export function probability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : decimal(p, 4);
}

/** Seconds for people: `90 s`, `15 min`, `24 h`. */
export function seconds(value: number): string {
  if (value >= 7200) return `${limitText(Math.round(value / 360) / 10)} h`;
  return value >= 120 ? `${limitText(Math.round(value / 6) / 10)} min` : `${Math.round(value)} s`;
}
