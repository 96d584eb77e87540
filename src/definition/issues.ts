import type { z } from 'zod';
import { kebabCase, NAME_PATTERN } from '../kernel/names';
import { type Problem, show } from '../kernel/problem';
import { knownKeys, nearest } from './schema-keys';
import { EXPECTED } from './values';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Turns zod's issues into problems: unknown keys one by one with a suggestion, unions by their nearest branch. */
export function problemsOf(error: z.ZodError, schema: z.ZodType, input: unknown, base: Path = []): Problem[] {
  const flat = error.issues.flatMap((issue) => flatten(issue, [], input));
  return flat.flatMap(({ issue, path }) => toProblems(issue, path, schema, input, base));
}

/** `['models', 'churn', 'release', 'steps', 2]` → `models.churn.release.steps.2`. */
export const dotted = (path: Path): string => path.map(String).join('.');

export function valueAt(input: unknown, path: Path): unknown {
  let at: unknown = input;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

interface Located {
  readonly issue: Issue;
  readonly path: Path;
}

function flatten(issue: Issue, base: Path, input: unknown): Located[] {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }];
  const value = valueAt(input, path);
  const branches = issue.errors
    .map((issues) => issues.flatMap((one) => flatten(one, path, input)))
    // A branch of another JSON type than the value is not what was meant.
    .filter((located) => !located.some((one) => one.issue.code === 'invalid_type' && one.path.length === path.length));
  if (typeof value !== 'object' || value === null || branches.length === 0) return [{ issue, path }];
  // The branch that recognises most of the keys, then the one with the fewest issues.
  const score = (located: Located[]): number =>
    located.reduce((sum, one) => sum + (one.issue.code === 'unrecognized_keys' ? 10 * one.issue.keys.length : 1), 0);
  return branches.reduce((best, next) => (score(next) < score(best) ? next : best));
}

function toProblems(issue: Issue, path: Path, schema: z.ZodType, input: unknown, base: Path): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => unknownKey([...base, ...path, key], key, known));
  }
  const got = valueAt(input, path);
  const at = dotted([...base, ...path]);
  if (issue.code === 'invalid_key') {
    return [
      {
        code: 'invalidKey',
        path: at,
        got: show(path.at(-1)),
        expected: keyExpectation(issue),
        fix: keyFix(path, issue),
      },
    ];
  }
  const expected = expectation(issue);
  if (got === undefined) {
    return [{ code: 'missing', path: at, got: 'nothing', expected, fix: `add ${String(path.at(-1) ?? 'a document')}` }];
  }
  return [{ code: codeOf(issue), path: at, got: show(got), expected, fix: fixOf(issue, got) }];
}

/** The problem of a key that nobody knows. */
export function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  // Of another form of the same section: `cron` beside `every`, `values` of a column of type number.
  if (known.includes(key)) {
    return {
      code: 'unknownKey',
      path: dotted(path),
      got: `key ${show(key)}, which does not go with the other keys here`,
      expected: 'keys of one form or type',
      fix: `remove ${key}, or change what it does not fit`,
    };
  }
  const suggestion = nearest(key, known);
  return {
    code: 'unknownKey',
    path: dotted(path),
    got: `unknown key ${show(key)}`,
    expected: known.length > 0 ? `one of ${known.join(', ')}` : 'no further key',
    fix: suggestion === undefined ? 'remove it' : `did you mean ${suggestion}?`,
  };
}

function keyExpectation(issue: Extract<Issue, { code: 'invalid_key' }>): string {
  return issue.issues.map((one) => expectation(one)).join('; ');
}

function keyFix(path: Path, issue: Extract<Issue, { code: 'invalid_key' }>): string {
  const options = issue.issues.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []));
  const suggestion = nearest(String(path.at(-1)), options);
  return suggestion === undefined ? 'rename it' : `did you mean ${suggestion}?`;
}

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return 'wrongType';
  if (issue.code === 'invalid_value' || issue.code === 'invalid_union') return 'notAllowed';
  return issue.code === 'too_small' || issue.code === 'too_big' ? 'outOfRange' : 'invalid';
}

const TYPE_WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a finite number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  record: 'a map of names',
  array: 'a list',
};

function expectation(issue: Issue): string {
  // Messages of zod itself start in upper case; ours say what is expected.
  const own = issue.message !== '' && !/^(Invalid|Too|Unrecognized|Expected)/.test(issue.message);
  if (own) return issue.message;
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return TYPE_WORDS[issue.expected] ?? issue.expected;
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'invalid_union') return unionExpectation(issue);
  return issue.message.toLowerCase();
}

function unionExpectation(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const branches = issue.errors.flatMap((issues) => issues.slice(0, 1).map((one) => expectation(one)));
  const unique = [...new Set(branches)];
  const discriminator =
    'discriminator' in issue && typeof issue.discriminator === 'string' ? issue.discriminator : undefined;
  if (unique.length > 0) return unique.join(', or ');
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (options.length > 0) return `one of ${options.join(', ')}`;
  return discriminator === undefined ? 'another value' : `a known ${discriminator}`;
}

function fixOf(issue: Issue, got: unknown): string {
  if (issue.code === 'invalid_value' && typeof got === 'string') {
    const suggestion = nearest(got, issue.values.map(String));
    if (suggestion !== undefined) return `did you mean ${suggestion}?`;
  }
  if (got === null) return 'fill it in, or remove the key';
  const expected = expectation(issue);
  if (expected === EXPECTED.duration && /^\d+$/.test(String(got))) return `add the unit, such as "${got}s"`;
  if (expected.startsWith(EXPECTED.name) && typeof got === 'string') return nameFix(got);
  const number = typeof got === 'string' && /^(-?\d+(\.\d+)?) ?%?$/.exec(got)?.[1];
  if (number && issue.code === 'invalid_type' && ['number', 'int'].includes(issue.expected))
    return `write ${number}, without quotes and sign`;
  return 'change the value';
}

/** A name that is near what was written: `Starter_App` → `starter-app`. */
function nameFix(got: string): string {
  const near = kebabCase(got).replace(/^[^a-z]+|-+$/g, '');
  return NAME_PATTERN.test(near) && near !== got ? `rename it, for instance to ${near}` : 'rename it';
}
