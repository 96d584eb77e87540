import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const read = (name: string): unknown =>
  parse(readFileSync(join(__dirname, '..', 'fixtures', 'definitions', `${name}.yaml`), 'utf8'));

type Tree = { [key: string]: Tree } & unknown[];

/** A fresh copy of an example definition as raw input, changed at dotted paths; `undefined` removes. */
export function definition(
  name: 'valid-scale' | 'valid-foundation',
  changes: Readonly<Record<string, unknown>> = {},
): unknown {
  const input = read(name) as Tree;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce((at: Tree, key) => (at[key] ??= {} as Tree), input);
    if (value === undefined) delete parent[last];
    else parent[last] = value as Tree;
  }
  return input;
}

/** `definition('valid-scale')`: everything in use. */
export const scale = (changes?: Readonly<Record<string, unknown>>): unknown => definition('valid-scale', changes);
export const foundation = (changes?: Readonly<Record<string, unknown>>): unknown =>
  definition('valid-foundation', changes);
