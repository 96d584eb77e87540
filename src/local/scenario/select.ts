import type { PlatformDefinition } from '../../definition/platform';
import { DefinitionError, formatProblem, ProblemsError } from '../../kernel/problem';
import { checkScenario } from './definition-rules';
import { loadScenario } from './load';
import type { Scenario } from './schema';
import { shippedScenarios } from './shipped';

/** Scenarios that a definition can run, and those that it cannot, each with the reason. */
export interface Selection {
  readonly scenarios: readonly Scenario[];
  readonly skipped: readonly { readonly scenario: string; readonly reason: string }[];
}

/** Scenarios by name or file, each once. @throws DefinitionError with the problems of all of them */
export async function selectScenarios(names: readonly string[], definition: PlatformDefinition): Promise<Selection> {
  const scenarios: Scenario[] = [];
  const wrong: ProblemsError[] = [];
  for (const name of new Set(names)) {
    try {
      scenarios.push(await loadScenario(name, definition));
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      wrong.push(error);
    }
  }
  if (wrong.length === 1) throw wrong[0];
  if (wrong.length > 1) {
    throw new DefinitionError(
      wrong.map(({ title }) => title).join('; '),
      wrong.flatMap(({ problems }) => problems),
    );
  }
  return { scenarios, skipped: [] };
}

/** All shipped scenarios. */
export async function selectShipped(definition: PlatformDefinition, folder?: string): Promise<Selection> {
  const scenarios = await Promise.all(shippedScenarios(folder).map(({ file }) => loadScenario(file)));
  const checked = scenarios.map((scenario) => ({ scenario, problems: checkScenario(scenario, definition) }));
  return {
    scenarios: checked.flatMap(({ scenario, problems }) => (problems.length === 0 ? [scenario] : [])),
    skipped: checked.flatMap(({ scenario, problems }) =>
      problems.length === 0
        ? []
        : [
            {
              scenario: scenario.name,
              reason: problems.map((one) => formatProblem(one).replace(/\s*\n\s*/g, ': ')).join('; '),
            },
          ],
    ),
  };
}
