import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as distributions from '../../../../src/runtime/core/statistics/distributions';

const fixtures = JSON.parse(
  readFileSync(join(__dirname, '../../../fixtures/gate/distributions.json'), 'utf8'),
) as Record<keyof typeof distributions, number[][]>;

const functions: Record<string, (...args: number[]) => number> = { ...distributions };

describe('distributions equal SciPy to 1e-9', () => {
  test.each(Object.keys(fixtures) as (keyof typeof distributions)[])('%s', (name) => {
    const wrapped = functions[name]!;
    expect(fixtures[name].length).toBeGreaterThan(8);
    for (const row of fixtures[name]) {
      const expected = row.at(-1)!;
      const got = wrapped(...row.slice(0, -1));
      const scale = Math.max(Math.abs(expected), 1e-3);
      // The library's normal quantile has nine digits in the far tail.
      const tolerance = name === 'normalQuantile' && row[0]! < 1e-9 ? 1e-8 : 1e-9;
      expect({ row, relative: Math.abs(got - expected) / scale < tolerance ? 0 : got }).toEqual({ row, relative: 0 });
    }
  });

  test('every wrapped function has a fixture', () => {
    expect(Object.keys(fixtures).sort()).toEqual(Object.keys(distributions).sort());
  });

  test('quantiles reach infinity at the ends', () => {
    expect(distributions.normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(distributions.normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
  });
});
