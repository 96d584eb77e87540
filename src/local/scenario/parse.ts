import { problemsOf, unknownKey } from '../../definition/issues';
import type { ParseResult } from '../../definition/parse';
import type { PlatformDefinition } from '../../definition/platform';
import { asList, asMap, asText } from '../../definition/raw';
import { nearest } from '../../definition/schema-keys';
import { DefinitionError, type Problem } from '../../kernel/problem';
import { definitionRules } from './definition-rules';
import { draftOf } from './draft';
import { scenarioRules } from './rules';
import { expectationSchema, faultSchema, type Scenario, scenarioSchema } from './schema';

/**
 * Checks a scenario and fills its defaults.
 * @param definition whether it can be rehearsed with this definition is checked too, where one is given
 * @returns the scenario, or all problems at once
 */
export function parseScenario(input: unknown, definition?: PlatformDefinition): ParseResult<Scenario> {
  const result = scenarioSchema.safeParse(input);
  const draft = draftOf(input);
  const problems = inOrder([
    ...(result.success ? [] : problemsOf(result.error, scenarioSchema, input).map((one) => ofItsKind(one, input))),
    ...scenarioRules(draft),
    ...(definition === undefined ? [] : definitionRules(draft, definition)),
  ]);
  return result.success && problems.length === 0
    ? { ok: true, value: result.data as Scenario }
    : { ok: false, problems };
}

/** The same. @throws DefinitionError with all problems at once */
export function parseScenarioOrThrow(
  input: unknown,
  definition?: PlatformDefinition,
  title = 'the scenario is not valid',
): Scenario {
  const result = parseScenario(input, definition);
  if (!result.ok) throw new DefinitionError(title, result.problems);
  return result.value;
}

interface Variant {
  readonly shape: { readonly [key: string]: unknown; readonly kind: { readonly value: string } };
}

/** Keys of each kind of an entry, by the list that it stands in. */
const KEYS_BY_KIND: Readonly<Record<string, ReadonlyMap<string, readonly string[]>>> = {
  faults: keysByKind(faultSchema.options),
  expect: keysByKind(expectationSchema.options),
};

function keysByKind(variants: readonly Variant[]): ReadonlyMap<string, readonly string[]> {
  return new Map(variants.map(({ shape }) => [shape.kind.value, Object.keys(shape)]));
}

/** Says what is known of a fault or expectation of this kind, instead of what is known of all kinds. */
function ofItsKind(problem: Problem, input: unknown): Problem {
  const [list = '', index = '', key, ...deeper] = problem.path.split('.');
  const kinds = KEYS_BY_KIND[list];
  if (kinds === undefined || key === undefined || deeper.length > 0) return problem;
  const kind = asText(asMap(asList(asMap(input)?.[list])?.[Number(index)])?.['kind']);
  if (key === 'kind' && kind !== undefined) {
    const known = [...kinds.keys()];
    const suggestion = nearest(kind, known);
    return {
      ...problem,
      expected: `one of ${known.join(', ')}`,
      fix: suggestion === undefined ? 'name one of them' : `did you mean ${suggestion}?`,
    };
  }
  const known = kind === undefined ? undefined : kinds.get(kind);
  return problem.code === 'unknownKey' && known !== undefined ? unknownKey([list, index, key], key, known) : problem;
}

/** In the order of the paths, numbers by their size, so that the same input gives the same text. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const byPath = new Map(problems.map((one) => [`${one.path}\n${one.code}`, one]));
  return [...byPath.values()].sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}
