import { parsePlatform } from '../../../definition/parse';
import type { PlatformDefinition } from '../../../definition/platform';
import { platformSchema } from '../../../definition/platform';
import { knownKeys, nearest } from '../../../definition/schema-keys';
import { show } from '../../../kernel/problem';
import { listed } from '../history/columns';
import type { Problems } from '../problems';

type Tree = { [key: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/**
 * A definition with one field changed; every rule of definitions holds for it too.
 * @returns null where there is no such field, or the definition would not be valid; the problems are collected
 */
export function withValue(
  definition: PlatformDefinition,
  path: string,
  value: number | string,
  problems: Problems,
): PlatformDefinition | null {
  const copy = structuredClone(definition) as unknown as Tree;
  const keys = path.split('.');
  let at: Tree = copy;
  for (const [place, key] of keys.entries()) {
    const known = [...new Set([...Object.keys(at), ...knownKeys(platformSchema, keys.slice(0, place))])];
    if (!known.includes(key)) {
      problems.add(unknownPath(definition, path, keys.slice(0, place), key, known));
      return null;
    }
    const last = place === keys.length - 1;
    if (last && isTree(at[key])) {
      problems.add(notAField(path, Object.keys(at[key])));
      return null;
    }
    if (last) at[key] = value;
    else {
      if (!isTree(at[key])) at[key] = {};
      at = at[key] as Tree;
    }
  }
  const result = parsePlatform(copy);
  if (result.ok) return result.value;
  problems.add(...result.problems.map((one) => ({ ...one, path: `${path}=${value}: ${one.path}` })));
  return null;
}

function unknownPath(
  definition: PlatformDefinition,
  path: string,
  before: readonly string[],
  key: string,
  known: readonly string[],
) {
  const fields = fieldsOf(definition);
  const rest = path.split('.').slice(before.length + 1);
  const sibling = nearest(key, known);
  const mended = sibling === undefined ? undefined : [...before, sibling, ...rest].join('.');
  const meant = fields.find((one) => one.endsWith(`.${path}`)) ?? mended ?? nearest(path, fields);
  return {
    code: 'unknownPath',
    path: 'sweep',
    got: path,
    expected: `a field of the definition${before.length === 0 ? '' : ` below ${before.join('.')}`}: ${listed(known)}`,
    fix: meant === undefined ? 'name the field by its whole path from the top' : `did you mean ${meant}?`,
  };
}

const notAField = (path: string, keys: readonly string[]) => ({
  code: 'notAThreshold',
  path: 'sweep',
  got: `${path}, which has ${listed(keys)}`,
  expected: 'a field with one value',
  fix: `name one of its fields, such as ${path}.${keys[0] ?? show(path)}`,
});

/** Paths of all fields that hold one value. */
function fieldsOf(value: unknown, prefix = ''): string[] {
  if (!isTree(value)) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, prefix === '' ? key : `${prefix}.${key}`));
}
