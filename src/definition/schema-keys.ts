import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';

interface Def {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Record<string, string | number>;
  readonly options?: readonly z.ZodType[];
}

const defOf = (schema: z.ZodType): Def => (schema as unknown as { def: Def }).def;

/** The keys that an object schema knows at a path; empty where it is no object with fixed keys. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType[] = [schema];
  for (const key of path) at = at.flatMap((one) => children(one, String(key)));
  return [...new Set(at.flatMap((one) => objects(one).flatMap(keysOf)))];
}

const keysOf = (def: Def): string[] =>
  def.type === 'object' ? Object.keys(def.shape ?? {}) : Object.keys((def.keyType && defOf(def.keyType).entries) ?? {});

function objects(schema: z.ZodType): Def[] {
  const def = defOf(schema);
  if (def.type === 'object' || def.type === 'record') return [def];
  if (def.options) return def.options.flatMap(objects);
  const inner = def.innerType ?? def.in;
  return inner ? objects(inner) : [];
}

function children(schema: z.ZodType, key: string): z.ZodType[] {
  const def = defOf(schema);
  if (def.type === 'object') return def.shape?.[key] ? [def.shape[key]] : [];
  if (def.type === 'array' && def.element) return [def.element];
  if (def.type === 'record' && def.valueType) return [def.valueType];
  if (def.options) return def.options.flatMap((option) => children(option, key));
  const inner = def.innerType ?? def.in;
  return inner ? children(inner, key) : [];
}

/** The nearest of `known` to a mistyped word, where it is near enough to be meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) {
      best = candidate;
      bestDistance = d;
    }
  }
  return best;
}
