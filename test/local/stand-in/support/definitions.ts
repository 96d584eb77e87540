import { join } from 'node:path';
import { loadPlatform } from '../../../../src/definition/load';
import { parsePlatformOrThrow } from '../../../../src/definition/parse';
import type { ModelDefinition } from '../../../../src/definition/platform';
import { type Scenario, type ScenarioInput, scenarioSchema } from '../../../../src/local/scenario/schema';
import { foundation, scale } from '../../../support/definitions';

/** Begin of a scenario: 2026-01-01. */
export const START = Date.UTC(2026, 0, 1) / 1000;
export const DAY = 86_400;

export const modelOf = (input: unknown): ModelDefinition => Object.values(parsePlatformOrThrow(input).models)[0]!;

/** The bike-share regression with bounds; changes by dotted path below the model. */
export const bikes = (changes: Readonly<Record<string, unknown>> = {}): ModelDefinition =>
  modelOf(scale(below('demand', changes)));

/** The churn classification without bounds. */
export const churn = (changes: Readonly<Record<string, unknown>> = {}): ModelDefinition =>
  modelOf(foundation(below('churn', changes)));

export const exampleModel = async (): Promise<ModelDefinition> => {
  const platform = await loadPlatform(join(__dirname, '../../../../examples/bike-share/platform.yaml'));
  return Object.values(platform.models)[0]!;
};

/** The parts of an evaluated and monitored classification. */
export const judged = (metrics: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  evaluation: { metrics },
  'monitoring.quality': { metrics },
});

export const scenario = (changes: Partial<ScenarioInput> = {}): Scenario =>
  scenarioSchema.parse({
    name: 'a-rehearsal',
    title: 'something goes wrong',
    history: '10d',
    duration: '10d',
    expect: [{ kind: 'pages', max: 0 }],
    ...changes,
  });

const below = (model: string, changes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [`models.${model}.${path}`, value]));
