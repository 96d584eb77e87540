import type { Problems } from '../problems';

/** A threshold of the definition and the values that it is given, one after the other. */
export interface Sweep {
  /** Dotted, such as `models.demand.monitoring.drift.critical`. */
  readonly path: string;
  readonly values: readonly (number | string)[];
}

const MOST_POINTS = 100;
const RANGE = /^(-?[\d.]+(?:e-?\d+)?)\.\.(-?[\d.]+(?:e-?\d+)?):(\d+)$/i;

/** Reads `PATH=FROM..TO:POINTS` or `PATH=VALUE,VALUE,…`; null, and a problem, where it is neither. */
export function parseSweep(text: string, problems: Problems): Sweep | null {
  const place = text.indexOf('=');
  const values = place > 0 ? valuesOf(text.slice(place + 1).trim()) : null;
  if (values !== null) return { path: text.slice(0, place).trim(), values };
  problems.add({
    code: 'badSweep',
    path: 'sweep',
    got: text,
    expected: `PATH=FROM..TO:POINTS with 2 to ${MOST_POINTS} points, or PATH=VALUE,VALUE,…`,
    fix: 'write, for example, models.demand.monitoring.drift.critical=0.05..0.5:10',
  });
  return null;
}

function valuesOf(text: string): readonly (number | string)[] | null {
  const range = RANGE.exec(text);
  if (range === null) {
    const values = text.split(',').map((value) => value.trim());
    const sound = !text.includes('..') && values.length <= MOST_POINTS && values.every((value) => value !== '');
    return sound ? values.map((value) => (Number.isFinite(Number(value)) ? Number(value) : value)) : null;
  }
  const [from, to, points] = range.slice(1).map(Number) as [number, number, number];
  if (!Number.isFinite(from) || !Number.isFinite(to) || points < 2 || points > MOST_POINTS) return null;
  // 0.1 + 0.2: thresholds are read by people.
  return Array.from({ length: points }, (_, i) => Number((from + ((to - from) * i) / (points - 1)).toPrecision(6)));
}
