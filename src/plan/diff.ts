import { parsePlatformOrThrow } from '../definition/parse';
import { type Json, toJson } from '../kernel/json';
import { harmOfNeighbour } from './diff-environments';
import { type ChangeClass, DIFF_RULES } from './diff-rules';

export type { ChangeClass } from './diff-rules';

/** One field (or whole section) that differs between two definitions. */
export interface Change {
  readonly path: string;
  /** Null where it was or is absent. */
  readonly before: Json;
  readonly after: Json;
  readonly class: ChangeClass;
  /** What the class follows from. */
  readonly why: string;
}

/**
 * What changes between two definitions, defaults included, in the order of paths.
 *
 * @param before parsed, or raw input
 * @param after parsed, or raw input
 * @returns one change a field; a section that comes or goes as a whole is one change
 * @throws DefinitionError when one of them is not valid
 */
export function diffPlatforms(before: unknown, after: unknown): Change[] {
  const [old, next] = [
    parsePlatformOrThrow(before, 'the old definition is not valid'),
    parsePlatformOrThrow(after, 'the new definition is not valid'),
  ];
  const harm = harmOfNeighbour(old.environments, next.environments);
  return leaves(byName(toJson(old)), byName(toJson(next)), '')
    .map((change) =>
      harm !== null && isEnvironment(change.path) ? { ...change, class: 'replaces' as const, why: harm } : change,
    )
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** One that comes or goes as a whole. */
const isEnvironment = (path: string): boolean => /^environments\.[^.]+$/.test(path);

type Tree = Json | undefined;

function leaves(before: Tree, after: Tree, path: string): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [a, b] = [mapOf(before), mapOf(after)];
  if (a && b) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => leaves(a[key], b[key], path === '' ? key : `${path}.${key}`));
  }
  return [{ path, before: before ?? null, after: after ?? null, ...judge(path, before, after) }];
}

function judge(path: string, before: Tree, after: Tree): Pick<Change, 'class' | 'why'> {
  for (const rule of DIFF_RULES) {
    const verdict = rule.path.test(path) ? rule.judge(before, after) : undefined;
    if (verdict) return verdict;
  }
  return { class: 'harmless', why: 'nothing is loosened, replaced or dearer by it' };
}

/** Lists whose places have a meaning (steps) are compared by place; lists of named things by name; others as a whole. */
function mapOf(value: Tree): Record<string, Json> | undefined {
  if (Array.isArray(value))
    return value.every((one) => mapOf(one as Json) !== undefined)
      ? Object.fromEntries(value.map((one, index) => [String(index), one as Json]))
      : undefined;
  return typeof value === 'object' && value !== null ? (value as Record<string, Json>) : undefined;
}

/** Environments are known by name, so that adding one before another moves nothing. */
function byName(platform: Json): Json {
  const map = platform as Record<string, Json>;
  const environments = (map['environments'] as readonly { name: string }[]).map((one) => [one.name, one] as const);
  return { ...map, environments: Object.fromEntries(environments) as unknown as Json };
}
