import type { PlatformInput, StepsBelow100 } from './input';
import { parsePlatformOrThrow } from './parse';
import type { PlatformDefinition } from './platform';

/**
 * Parses a platform definition.
 *
 * @param input the definition as a TypeScript literal (or what YAML or JSON gave)
 * @returns the definition, deep-frozen, in which no default is left open
 * @throws DefinitionError with every problem at once: path, got, expected, what to do
 */
export function definePlatform<const T extends PlatformInput>(input: T & StepsBelow100<T>): PlatformDefinition {
  return parsePlatformOrThrow(input);
}
