import { z } from 'zod';
import { DATA_RULES } from '../kernel/data-rules';
import { DRIFT_METHODS } from '../kernel/drift-defaults';
import type { DeepReadonly } from '../kernel/readonly';
import { column, count, duration, durationOrZero, finite, locationSchema, percent, scalar, text } from './values';

/** Types of which the distribution is watched unless a column says otherwise. */
const DRIFTING_TYPES = new Set(['number', 'integer', 'category', 'boolean']);

const shared = {
  maxMissingPercent: percent.default(0),
  unique: z.boolean().default(false),
  /** One critical column that drifts is enough for an alarm. */
  critical: z.boolean().default(false),
  drift: z
    .union([
      z.boolean(),
      z.strictObject({
        method: z.enum(DRIFT_METHODS).optional(),
        warning: finite.min(0).optional(),
        critical: finite.min(0).optional(),
      }),
    ])
    .optional(),
  /** False: not an input of the model (keys, times). The label is never an input. */
  feature: z.boolean().default(true),
};

const numeric = <T extends 'number' | 'integer'>(type: T) =>
  z.strictObject({ type: z.literal(type), min: finite.optional(), max: finite.optional(), ...shared });
const pattern = text
  .refine(
    (source) => {
      try {
        new RegExp(source);
        return true;
      } catch {
        return false;
      }
    },
    { error: 'a regular expression' },
  )
  .optional();
const plain = <T extends 'boolean' | 'string' | 'timestamp'>(type: T) =>
  z.strictObject({ type: z.literal(type), pattern, ...shared });

export const columnSchema = z
  .discriminatedUnion('type', [
    numeric('number'),
    numeric('integer'),
    z.strictObject({
      type: z.literal('category'),
      values: z.array(scalar).min(1, 'at least one value').optional(),
      maxUnseenPercent: percent.default(1),
      ...shared,
    }),
    plain('boolean'),
    plain('string'),
    plain('timestamp'),
  ])
  .transform((parsed) => ({ ...parsed, drift: parsed.drift ?? DRIFTING_TYPES.has(parsed.type) }));
export type Column = DeepReadonly<z.output<typeof columnSchema>>;

const action = z.enum(['fail', 'quarantine', 'warn', 'off']);

/** What the data is, where it is, and when it is good enough to train on. */
export const dataSchema = z.strictObject({
  source: locationSchema,
  format: z.enum(['csv', 'parquet', 'jsonl']),
  key: column.optional(),
  /** Column with the time of the event. */
  timestamp: column,
  label: z.strictObject({
    column,
    /** The value that counts as positive; binary classification. */
    positive: scalar.optional(),
    /** Truth that arrives apart, joined on `key`. */
    source: locationSchema.optional(),
    /** How long after the event its label is known. */
    delay: durationOrZero.default('0s'),
    /** How much later than `delay` a label may still come. */
    lateness: durationOrZero.default('7d'),
  }),
  columns: z
    .record(column, columnSchema)
    .refine((columns) => Object.keys(columns).length > 0, { error: 'at least one column' }),
  minRows: count(0).default(1),
  /** Against the trailing median of accepted snapshots. */
  maxRowChangePercent: finite.min(0, 'a percent of 0 or more').optional(),
  /** Greatest age of the newest event. */
  freshness: duration.optional(),
  /** Overrides of what a built-in rule does when it is violated. */
  checks: z.partialRecord(z.enum(DATA_RULES), action).default({}),
  onViolation: z.enum(['fail', 'quarantine', 'warn']).default('fail'),
  /** Rules across columns: one boolean expression of portable SQL each; NULL passes, as in SQL's CHECK. */
  expressions: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name such as night-is-quiet'), sql: text }))
    .optional(),
});
export type Data = DeepReadonly<z.output<typeof dataSchema>>;
