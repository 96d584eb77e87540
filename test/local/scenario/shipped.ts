import { resolve } from 'node:path';
import { loadPlatform } from '../../../src/definition/load';
import type { PlatformDefinition } from '../../../src/definition/platform';
import { rehearse } from '../../../src/local/scenario/rehearse';
import { shippedScenarios } from '../../../src/local/scenario/shipped';

const EXAMPLE = resolve(__dirname, '../../../examples/bike-share/platform.yaml');

/** Parts of the shipped scenarios, so that two workers share them. */
export const PARTS = 4;

/** Every shipped scenario of a part on the main example: it passes, and without the mechanism that it tests it does not. */
export function describeShipped(part: number): void {
  const scenarios = shippedScenarios().filter((_, place) => place % PARTS === part);

  describe(`shipped scenarios, part ${part + 1} of ${PARTS}`, () => {
    let definition: PlatformDefinition;
    beforeAll(async () => {
      definition = await loadPlatform(EXAMPLE);
    });

    it.each(scenarios)(
      '$name passes, and fails without $tests',
      async ({ file, tests }) => {
        const whole = await rehearse(definition, file);
        const missed = [...whole.expectations, ...whole.invariants].filter(({ passed }) => !passed);
        expect(missed.map(({ text, got }) => `${text}: ${got}`)).toEqual([]);
        expect(tests).not.toBeNull();
        const without = await rehearse(definition, file, { without: tests! });
        expect(without.expectations.filter(({ passed }) => !passed)).not.toEqual([]);
      },
      180_000,
    );
  });
}
