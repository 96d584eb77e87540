import { isDeepStrictEqual } from 'node:util';
import { columnSchema } from '../../definition/data';
import { evaluationSchema } from '../../definition/evaluation';
import { driftSchema } from '../../definition/monitoring';
import { type ParseResult, parsePlatform } from '../../definition/parse';
import type { PlatformDefinition } from '../../definition/platform';
import { asMap, type RawMap } from '../../definition/raw';
import { nearest } from '../../definition/schema-keys';
import { DefinitionError, type Problem, show } from '../../kernel/problem';
import type { Scenario } from './schema';

/** A value with a JSON merge patch applied (RFC 7396): null removes, maps are merged, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  const changes = asMap(patch);
  if (changes === undefined) return patch;
  // A map of entries, because assignment to a key named __proto__ would not be one.
  const merged = new Map(Object.entries(asMap(target) ?? {}));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/**
 * The definition with a patch of one model, parsed again; its own value where the patch is empty.
 *
 * @param definition parsed, or raw input
 * @returns the definition, or all problems; those of the patched model under `with.…`
 */
export function patchModel(
  definition: unknown,
  model: string,
  patch: Scenario['with'],
): ParseResult<PlatformDefinition> {
  const before = parsePlatform(definition);
  if (!before.ok) return before;
  const known = Object.keys(before.value.models);
  if (!known.includes(model)) return { ok: false, problems: [unknownModel(model, known)] };
  if (Object.keys(patch).length === 0) return before;
  // What was parsed already is the value itself.
  const input = before.value === definition ? withoutDerived(before.value, model) : asMap(definition);
  const models = asMap(input?.['models']);
  const after = parsePlatform({ ...input, models: { ...models, [model]: mergePatch(models?.[model], patch) } });
  return after.ok ? after : { ok: false, problems: after.problems.map((one) => underWith(one, model)) };
}

/**
 * The definition that a scenario rehearses: with what its `with` changes.
 * @throws DefinitionError with all problems, each under `with.…` where the patch is what is wrong
 */
export function rehearsedDefinition(
  definition: unknown,
  scenario: Pick<Scenario, 'name' | 'model' | 'with'>,
): PlatformDefinition {
  const platform = parsePlatform(definition);
  if (!platform.ok) throw new DefinitionError('the platform definition is not valid', platform.problems);
  const result = patchModel(definition, rehearsedModel(platform.value, scenario), scenario.with);
  if (result.ok) return result.value;
  throw new DefinitionError(`the definition is not valid with what scenario ${scenario.name} changes`, result.problems);
}

/** The model that a scenario rehearses: the first one where it names none. */
export const rehearsedModel = (definition: PlatformDefinition, { model }: Pick<Scenario, 'model'>): string =>
  model ?? Object.keys(definition.models)[0]!;

export function unknownModel(model: string, known: readonly string[]): Problem {
  const suggestion = nearest(model, known);
  return {
    code: 'noSuchModel',
    path: 'model',
    got: show(model),
    expected: `one of the definition’s models: ${known.join(', ')}`,
    fix: suggestion === undefined ? 'name one of them, or none for the first' : `did you mean ${suggestion}?`,
  };
}

function underWith(problem: Problem, model: string): Problem {
  const prefix = `models.${model}`;
  if (problem.path !== prefix && !problem.path.startsWith(`${prefix}.`)) return problem;
  return { ...problem, path: `with${problem.path.slice(prefix.length)}` };
}

/**
 * A parsed definition as input. A few fields of one follow from others where nobody wrote them: taken as written they would
 * stay when a patch changes what they follow from, such as the limits of one drift method under another method.
 */
function withoutDerived(definition: PlatformDefinition, name: string): RawMap {
  const model = definition.models[name]!;
  const { drift } = model.monitoring;
  const { evaluation } = model;
  return {
    ...definition,
    models: {
      ...definition.models,
      [name]: {
        ...model,
        data: {
          ...model.data,
          columns: Object.fromEntries(
            Object.entries(model.data.columns).map(([column, spec]) => [
              column,
              omitDerived(columnSchema, spec, 'drift'),
            ]),
          ),
        },
        monitoring: {
          ...model.monitoring,
          ...(drift && { drift: omitDerived(driftSchema, omitDerived(driftSchema, drift, 'warning'), 'critical') }),
        },
        ...(evaluation && { evaluation: omitDerived(evaluationSchema, evaluation, 'primary') }),
      },
    },
  };
}

/** A section without a field that parsing it would fill with the same value. */
function omitDerived(
  schema: { safeParse(value: unknown): { data?: unknown } },
  section: RawMap,
  field: string,
): RawMap {
  const { [field]: value, ...rest } = section;
  return isDeepStrictEqual(asMap(schema.safeParse(rest).data)?.[field], value) ? rest : section;
}
