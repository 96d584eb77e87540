import type { z } from 'zod';

/** Views on input that is not yet known to be valid: rules across sections run even where other fields are wrong. */
export type RawMap = Readonly<Record<string, unknown>>;

export const asMap = (value: unknown): RawMap | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawMap) : undefined;
export const asList = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined);
export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** What a field would be after parsing (its default included), or undefined where it is invalid. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> | undefined {
  const result = schema.safeParse(value);
  return result.success ? result.data : undefined;
}
