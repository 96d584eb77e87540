import { accuracyPair, simulateFairness, simulatePair, simulateSlices } from '../../../../bench/decisions/gate';

/* Smaller runs of bench/decisions/gate.ts, with the same seeds every time: a count is a fact, not a chance. */
describe('error rates of the gate by simulation', () => {
  test('a candidate one point worse passes in at most 3 % of runs at 1,000 rows, where the point rule passes one in six', () => {
    const { verdicts, pointRulePasses, runs } = simulatePair(accuracyPair(-1), 1000, 100, 'test');
    expect(verdicts.pass / runs).toBeLessThanOrEqual(0.03);
    expect(pointRulePasses / runs).toBeGreaterThan(0.1);
  });

  test('a candidate two points better passes at 1,000 rows as often as the sample size says, and never fails', () => {
    const { verdicts, runs } = simulatePair(accuracyPair(2), 1000, 60, 'test');
    expect(verdicts.pass / runs).toBeGreaterThan(0.65);
    expect(verdicts.fail).toBe(0);
  });

  test('20 automatic slices of equal models do not fail, where the point rule finds a drop in most runs', () => {
    const { verdicts, pointRulePasses, runs } = simulateSlices(20, 50, 20, 'test');
    expect(verdicts.fail / runs).toBeLessThanOrEqual(0.05);
    expect((runs - pointRulePasses) / runs).toBeGreaterThan(0.8);
  });

  test('three groups with a gap of the largest allowed size pass in at most 5 % of runs', () => {
    const { verdicts, pointRulePasses, runs } = simulateFairness(200, 0.1, 0.1, 40, 'test');
    expect(verdicts.pass / runs).toBeLessThanOrEqual(0.05);
    expect(pointRulePasses / runs).toBeGreaterThan(0.3);
  });
});
