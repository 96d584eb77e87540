import { binomialCdf, chiSquaredCdf, normalCdf } from '../../../../src/runtime/core/statistics/distributions';
import { createRandom, randomFromState } from '../../../../src/runtime/core/statistics/random';

const DRAWS = 20_000;

describe('the seeded generator', () => {
  test('gives the numbers of the reference implementation of xoshiro128** 1.1', () => {
    const random = randomFromState([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, () => random.integer(2 ** 32))).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('repeats itself for a seed, whether number or text, and differs for another', () => {
    const draw = (seed: number | string) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draw(7)).toEqual(draw('7'));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw('')).not.toEqual(draw('0'));
  });

  test('keeps its numbers from version to version', () => {
    const random = createRandom('frozen');
    expect([random.next(), random.integer(1000), random.normal()]).toMatchInlineSnapshot(`
[
  0.20030840606194733,
  847,
  1.1668490450032862,
]
`);
  });

  test('whole numbers are equally likely, also where 2^32 is no multiple', () => {
    const random = createRandom('uniform');
    const cells = new Array<number>(7).fill(0);
    for (let draw = 0; draw < DRAWS; draw++) cells[random.integer(7)]!++;
    const chiSquared = cells.reduce((sum, count) => sum + (count - DRAWS / 7) ** 2 / (DRAWS / 7), 0);
    expect(chiSquaredCdf(chiSquared, 6)).toBeLessThan(0.999);

    const upper = Array.from({ length: DRAWS }, () => random.integer(3 * 2 ** 30)).filter(
      (value) => value >= 2 ** 31,
    ).length;
    const p = binomialCdf(upper, DRAWS, 1 / 3);
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.999);
  });

  test('normal draws follow the normal distribution (Kolmogorov–Smirnov)', () => {
    const random = createRandom('normal');
    const draws = Array.from({ length: DRAWS }, () => random.normal()).sort((left, right) => left - right);
    const distance = Math.max(...draws.map((value, index) => Math.abs(normalCdf(value) - (index + 0.5) / DRAWS)));
    expect(distance * Math.sqrt(DRAWS)).toBeLessThan(1.95);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 33])('refuses integer(%p)', (n) => {
    expect(() => createRandom(1).integer(n)).toThrow(RangeError);
  });
});
