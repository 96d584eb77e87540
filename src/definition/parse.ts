import type { z } from 'zod';
import { DefinitionError, type Problem } from '../kernel/problem';
import { crossRules } from './cross-rules';
import { problemsOf } from './issues';
import { type PlatformDefinition, platformSchema } from './platform';
import { asMap } from './raw';
import type { RuleContext, SectionRule } from './rules/context';

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks a definition and fills its defaults; reports every problem at once instead of throwing. */
export function parsePlatform(input: unknown): ParseResult<PlatformDefinition> {
  if (isParsed(input)) return { ok: true, value: input };
  const result = platformSchema.safeParse(input);
  const problems = inOrder([
    ...(result.success ? [] : problemsOf(result.error, platformSchema, input)),
    ...crossRules(input),
  ]);
  if (!result.success || problems.length > 0) return { ok: false, problems };
  const models = Object.fromEntries(
    Object.entries(result.data.models).map(([name, model]) => [
      name,
      { ...model, owner: model.owner ?? result.data.owner },
    ]),
  );
  const value = deepFreeze({ ...result.data, models }) as PlatformDefinition;
  PARSED.add(value);
  return { ok: true, value };
}

/** Definitions that came out of `parsePlatform`; they are frozen, so that they need no second parse. */
const PARSED = new WeakSet<object>();

const isParsed = (input: unknown): input is PlatformDefinition =>
  typeof input === 'object' && input !== null && PARSED.has(input);

/**
 * Parses a definition.
 * @returns the definition, deep-frozen, with every default filled
 * @throws DefinitionError with all problems at once
 */
export function parsePlatformOrThrow(
  input: unknown,
  title = 'the platform definition is not valid',
): PlatformDefinition {
  const result = parsePlatform(input);
  if (!result.ok) throw new DefinitionError(title, result.problems);
  return result.value;
}

/**
 * Parses one section on its own, by the schema and the rules that the whole definition uses.
 * @param path where the section stands, for errors
 */
export function parseSection<S extends z.ZodType>(
  schema: S,
  input: unknown,
  path: readonly PropertyKey[],
  rule?: SectionRule,
  context: RuleContext = {},
): ParseResult<z.output<S>> {
  const result = schema.safeParse(input);
  const map = asMap(input);
  const problems = inOrder([
    ...(result.success ? [] : problemsOf(result.error, schema, input, path)),
    ...(rule && map ? rule(map, path, context) : []),
  ]);
  return result.success && problems.length === 0
    ? { ok: true, value: deepFreeze(result.data) }
    : { ok: false, problems };
}

/** One problem a path and code, in the order of the paths, so that the same input gives the same text. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const byPath = new Map(problems.map((one) => [`${one.path}\n${one.code}`, one]));
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
