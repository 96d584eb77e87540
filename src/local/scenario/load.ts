import type { PlatformDefinition } from '../../definition/platform';
import { readDocument, withLine } from '../../definition/read-document';
import { DefinitionError } from '../../kernel/problem';
import { parseScenario } from './parse';
import type { Scenario } from './schema';
import { findScenario, SCENARIO_FILE } from './shipped';

/**
 * Reads a scenario: a YAML or JSON file, the default export of a module, or a shipped scenario by its name.
 *
 * @param definition whether it can be rehearsed with this definition is checked too, where one is given
 * @throws DefinitionError with all problems, each with its line where the format has lines
 */
export async function loadScenario(nameOrFile: string, definition?: PlatformDefinition): Promise<Scenario> {
  const file = findScenario(nameOrFile);
  const read = await readDocument(file, SCENARIO_FILE);
  const result = parseScenario(read.input, definition);
  if (result.ok) return result.value;
  const { ok: valid } = parseScenario(read.input);
  throw new DefinitionError(
    valid ? `${file} cannot be rehearsed with this definition` : `${file} is not a valid scenario`,
    result.problems.map((one) => withLine(one, read)),
  );
}
