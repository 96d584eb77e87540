import { DefinitionError } from '../kernel/problem';
import { type ParseResult, parsePlatform } from './parse';
import type { PlatformDefinition } from './platform';
import { DOCUMENT_EXTENSIONS, type DocumentKind, readDocument, withLine } from './read-document';

/** Extensions of definition files, and how each is read. */
export const DEFINITION_EXTENSIONS = DOCUMENT_EXTENSIONS;

const DEFINITION_FILE: DocumentKind = {
  name: 'platform definition',
  noun: 'definition',
  start: 'start from the README’s example or `mlp schema`',
};

/**
 * Reads a definition file: YAML, JSON, or the default export of a TypeScript or JavaScript module.
 * @throws DefinitionError with all problems, each with its line where the format has lines
 */
export async function loadPlatform(file: string): Promise<PlatformDefinition> {
  const read = await readDocument(file, DEFINITION_FILE);
  const result: ParseResult<PlatformDefinition> = parsePlatform(read.input);
  if (result.ok) return result.value;
  throw new DefinitionError(
    `${file} is not a valid platform definition`,
    result.problems.map((one) => withLine(one, read)),
  );
}
