import type { Json } from '../../kernel/json';
import { toJson } from '../../kernel/json';
import type { LocalEvent } from '../report/progress-events';

/** Fields of events that are epoch seconds. */
const TIMES = new Set(['at', 'from', 'to', 'since', 'start', 'end']);

/** An event as clients see it: without its kind, which is the name of the message, and with times in ISO 8601. */
export function publicEvent({ kind: _kind, ...fields }: LocalEvent): Json {
  return Object.fromEntries(
    Object.entries(toJson(fields) as { readonly [key: string]: Json }).map(([name, value]) => [
      name,
      TIMES.has(name) && typeof value === 'number' ? new Date(value * 1000).toISOString() : value,
    ]),
  );
}
