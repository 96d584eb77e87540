import { show } from '../../kernel/problem';
import { badQuery } from './api-error';

/** What a route takes after `?`; the value of a parameter that is not given is its default, or undefined. */
export interface QueryReader {
  text(name: string): string | undefined;
  /** A whole number from `min` to `max`. */
  whole(name: string, min: number, max: number, otherwise: number): number;
  /** An ISO 8601 day or instant, as epoch seconds. */
  instant(name: string): number | undefined;
}

const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * Reads a query of a route that takes the parameters `known`.
 * @throws ApiError `badQuery` for a parameter that it does not take, or that is there twice
 */
export function readQuery(url: string, known: readonly string[]): QueryReader {
  const given = new URL(url).searchParams;
  for (const name of given.keys()) {
    if (!known.includes(name)) {
      const expected = known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`;
      throw badQuery(name, show(name), expected, 'leave the parameter out');
    }
    if (given.getAll(name).length > 1) throw badQuery(name, show(given.getAll(name)), 'one value', 'give it once');
  }
  const text = (name: string): string | undefined => given.get(name) ?? undefined;
  return {
    text,
    whole(name, min, max, otherwise) {
      const found = text(name);
      if (found === undefined) return otherwise;
      const value = /^\d{1,15}$/.test(found) ? Number(found) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw badQuery(name, show(found), `a whole number from ${min} to ${max}`, `leave it out for ${otherwise}`);
    },
    instant(name) {
      const found = text(name);
      if (found === undefined) return undefined;
      const value = INSTANT.test(found) ? Date.parse(found) / 1000 : Number.NaN;
      if (Number.isFinite(value)) return value;
      const expected = 'an instant such as 2011-04-01 or 2011-04-01T12:00:00Z';
      throw badQuery(name, show(found), expected, 'write the instant in ISO 8601, with its zone (a + is %2B)');
    },
  };
}
