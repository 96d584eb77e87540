import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DOCUMENT_EXTENSIONS, type DocumentKind, readTextDocument } from '../../definition/read-document';
import { nearest } from '../../definition/schema-keys';
import { DefinitionError, show } from '../../kernel/problem';
import type { Mechanism } from './mechanisms';
import { parseScenarioOrThrow } from './parse';

/** Scenarios that come with the package; beside this folder in src/ and in lib/. */
const FOLDER = join(__dirname, '..', 'scenarios');

export const SCENARIO_FILE: DocumentKind = {
  name: 'scenario',
  noun: 'scenario',
  start: 'start from docs/drills.md or `mlp schema --scenario`',
};

export interface ShippedScenario {
  readonly name: string;
  readonly title: string;
  /** The mechanism that it shows to work; null for none. */
  readonly tests: Mechanism | null;
  readonly file: string;
}

/** The scenarios that come with the package, by name. @throws DefinitionError when one of them is not valid */
export function shippedScenarios(folder = FOLDER): ShippedScenario[] {
  return filesOf(folder).map((file) => {
    const { input } = readTextDocument(file, SCENARIO_FILE);
    const { name, title, tests } = parseScenarioOrThrow(input, undefined, `${file} is not a valid scenario`);
    return { name, title, tests: tests ?? null, file };
  });
}

/**
 * The file of a scenario: the file itself, or the shipped scenario of that name.
 * @throws DefinitionError for a name that no shipped scenario has
 */
export function findScenario(nameOrFile: string, folder = FOLDER): string {
  const files = filesOf(folder);
  const shipped = files.find((file) => nameOf(file) === nameOrFile);
  if (shipped !== undefined) return shipped;
  const isFile =
    /[\\/]/.test(nameOrFile) || DOCUMENT_EXTENSIONS.some((one) => nameOrFile.endsWith(one)) || existsSync(nameOrFile);
  if (isFile) return nameOrFile;
  const known = files.map(nameOf);
  const suggestion = nearest(nameOrFile, known);
  throw new DefinitionError(`there is no scenario ${show(nameOrFile)}`, [
    {
      code: 'noSuchScenario',
      path: 'scenario',
      got: show(nameOrFile),
      expected: `a scenario file (${DOCUMENT_EXTENSIONS.join(', ')})${known.length > 0 ? `, or one of ${known.join(', ')}` : ''}`,
      fix: suggestion === undefined ? '`mlp drill --list` says what each of them does' : `did you mean ${suggestion}?`,
    },
  ]);
}

const nameOf = (file: string): string => basename(file, '.yaml');

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));
}
