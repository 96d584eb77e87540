import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { forEachResample, resampledBounds } from '../../../../src/runtime/core/statistics/bootstrap';
import { holmAdjusted } from '../../../../src/runtime/core/statistics/holm';
import { pairedDifferenceBounds, proportionBounds } from '../../../../src/runtime/core/statistics/proportions';
import { createRandom } from '../../../../src/runtime/core/statistics/random';

const fixtures = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/gate/intervals.json'), 'utf8')) as {
  clopperPearson: [number, number, number, number, number][];
  holm: { p: number[]; adjusted: number[] }[];
};

describe('bounds of proportions', () => {
  test.each(fixtures.clopperPearson)('%d of %d at α %d equal SciPy', (successes, trials, alpha, lower, upper) => {
    const bounds = proportionBounds(successes, trials, alpha);
    expect(Math.abs(bounds.lower - lower)).toBeLessThan(1e-9);
    expect(Math.abs(bounds.upper - upper)).toBeLessThan(1e-9);
  });

  test('nothing is known without trials', () => {
    expect(proportionBounds(0, 0, 0.05)).toEqual({ lower: 0, upper: 1 });
  });

  test("a paired difference equals the published example of statpsych's ci.prop.ps(.05, 12, 26, 4, 6)", () => {
    const bounds = pairedDifferenceBounds(26, 4, 48, 0.025);
    expect(bounds.lower).toBeCloseTo(0.2548067, 7);
    expect(bounds.upper).toBeCloseTo(0.6251933, 7);
  });

  test('without any disagreement the difference is still not known exactly', () => {
    expect(pairedDifferenceBounds(0, 0, 200, 0.05).lower).toBeLessThan(-0.01);
  });
});

describe("Holm's correction", () => {
  test.each(fixtures.holm)('equals statsmodels: $p', ({ p, adjusted }) => {
    for (const [index, value] of holmAdjusted(p).entries())
      expect(Math.abs(value - adjusted[index]!)).toBeLessThan(1e-12);
  });

  test('an empty family has nothing to adjust', () => {
    expect(holmAdjusted([])).toEqual([]);
  });
});

describe('resampled bounds', () => {
  const thousand = Float64Array.from({ length: 1000 }, (_, index) => index + 1);

  test('are the order statistics of rank α (B + 1) from either end', () => {
    const bounds = resampledBounds(thousand, 500);
    expect(bounds.lower(0.05)).toBe(50);
    expect(bounds.upper(0.05)).toBe(951);
    expect(bounds.lower(0.01)).toBe(10);
  });

  test('beyond the fifth value the normal tail is used, and never lies further in', () => {
    const bounds = resampledBounds(thousand, 500);
    expect(bounds.lower(0.0001)).toBeCloseTo(500 - 3.719016 * bounds.standardError, 3);
    expect(resampledBounds(thousand, 2000).lower(0.004)).toBe(5);
  });

  test('resamples without a value count against both bounds', () => {
    const some = Float64Array.from(thousand, (value) => (value <= 20 ? Number.NaN : value));
    expect(resampledBounds(some, 500).lower(0.05)).toBe(50);
    expect(resampledBounds(some, 500).upper(0.05)).toBe(971);
    const many = Float64Array.from(thousand, (value) => (value <= 60 ? Number.NaN : value));
    expect(resampledBounds(many, 500).lower(0.05)).toBe(Number.NEGATIVE_INFINITY);
    expect(resampledBounds(many, 500).upper(0.05)).toBe(Number.POSITIVE_INFINITY);
    expect(resampledBounds(new Float64Array(10).fill(Number.NaN), 0).upper(0.05)).toBe(Number.POSITIVE_INFINITY);
  });

  test('move outwards as α falls', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
        fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
        (values, one, other) => {
          const bounds = resampledBounds(Float64Array.from(values), values[0]!);
          const [small, large] = [Math.min(one, other), Math.max(one, other)];
          return bounds.lower(small) <= bounds.lower(large) && bounds.upper(small) >= bounds.upper(large);
        },
      ),
    );
  });

  test('every resample draws as many rows as there are', () => {
    let draws = 0;
    forEachResample(37, createRandom(1), 50, (counts) => {
      draws++;
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(37);
    });
    expect(draws).toBe(50);
  });
});
