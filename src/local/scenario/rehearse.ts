import { parsePlatformOrThrow } from '../../definition/parse';
import { type DrillResult, drillResult } from './drill-result';
import { loadScenario } from './load';
import { parseScenarioOrThrow } from './parse';
import type { DrillOptions, RunDrill } from './run-drill';
import type { ScenarioInput } from './schema';

/**
 * Rehearses a scenario and judges it, for tests: `expect((await rehearse(definition, 'column-rotation')).passed).toBe(true)`.
 *
 * @param definition raw or parsed
 * @param scenario a scenario as people write it, a scenario file, or the name of a shipped scenario
 * @throws DefinitionError when the definition or the scenario is not valid, or do not go together; OperationError
 */
export const rehearse = (
  definition: unknown,
  scenario: ScenarioInput | string,
  options: DrillOptions = {},
): Promise<DrillResult> => rehearseWith(engine, definition, scenario, options);

/** The same by another engine. */
export async function rehearseWith(
  run: RunDrill,
  definition: unknown,
  scenario: ScenarioInput | string,
  options: DrillOptions = {},
): Promise<DrillResult> {
  const platform = parsePlatformOrThrow(definition);
  const parsed =
    typeof scenario === 'string' ? await loadScenario(scenario, platform) : parseScenarioOrThrow(scenario, platform);
  return drillResult(platform, parsed, await run(platform, parsed, options), options.without ?? null);
}

/** Loaded when it is used: DuckDB is needed by no other part of a scenario. */
export const engine: RunDrill = (...drill) =>
  (require('./drill') as { readonly runDrill: RunDrill }).runDrill(...drill);
