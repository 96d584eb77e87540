import { activeFaults, faultSpan, togetherPercent } from '../../../src/local/stand-in/faults';
import { DAY, START, scenario } from './support/definitions';

describe('faults of a scenario', () => {
  const one = scenario({
    faults: [
      { kind: 'serviceErrors', at: '1d', for: '2d', percent: 10 },
      { kind: 'staleFeed' },
      { kind: 'serviceErrors', at: '2d', percent: 50 },
    ],
  });

  test.each([
    [0, []],
    [DAY - 1, []],
    [DAY, [10]],
    [2 * DAY, [10, 50]],
    [3 * DAY, [50]],
    [1000 * DAY, [50]],
  ])('are there from their begin to their end: after %d s', (after, percents) => {
    const active = activeFaults(one, START, START + after, 'serviceErrors');
    expect(active.map(({ percent }) => percent)).toEqual(percents);
  });

  test('have a span', () => {
    expect(faultSpan(one.faults[0]!, START)).toEqual({ from: START + DAY, to: START + 3 * DAY });
    expect(faultSpan(one.faults[1]!, START)).toEqual({ from: START, to: Number.POSITIVE_INFINITY });
    expect(activeFaults(one, START, START - 1, 'staleFeed')).toEqual([]);
  });

  test('that strike independently add up to less than their sum', () => {
    expect(togetherPercent([10, 50])).toBeCloseTo(55, 9);
    expect(togetherPercent([])).toBe(0);
    expect(togetherPercent([100, 3])).toBe(100);
  });
});
