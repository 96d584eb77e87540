import { zOf } from '../../../../bench/decisions/canary';
import { addSample, NO_EVIDENCE } from '../../../../src/runtime/core/canary/evidence';
import { exceedanceEdges, histogramQuantile } from '../../../../src/runtime/core/canary/latency';
import { distancePValue, predictionDistance } from '../../../../src/runtime/core/canary/prediction-drift';
import { logEvidenceAbove } from '../../../../src/runtime/core/canary/rate-limit';
import {
  addWindow,
  logMixture,
  NO_RATE_EVIDENCE,
  PROOF,
  rateDifference,
} from '../../../../src/runtime/core/canary/rate-ratio';
import { addHistograms, NOTHING_STANDARDISED } from '../../../../src/runtime/core/canary/standardised';
import expected from '../../../fixtures/canary/expected.json';
import { arm, sample } from './support';

/** Equal to 1e-9, relative to the size of the number. */
function expectEqual(got: number, want: number): void {
  expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(want)));
}

describe('the formulas, beside scipy and statsmodels', () => {
  test.each(expected.twoArms)('evidence of two arms, window by window (%#)', (one) => {
    let evidence = NO_RATE_EVIDENCE;
    one.windows.forEach(([x1, n1, x0, n0], i) => {
      evidence = addWindow(evidence, { events: x1!, trials: n1! }, { events: x0!, trials: n0! });
      expectEqual(logMixture(evidence.logLikelihoodRatios), one.mixtures[i]!);
    });
    one.logLikelihoodRatios.forEach((want, i) => {
      expectEqual(evidence.logLikelihoodRatios[i]!, want);
    });
    expectEqual(evidence.peak, one.peak);
    expectEqual(rateDifference(evidence), one.difference);
    expectEqual(evidence.excess ** 2 / one.hypergeometricVariance, one.mantelHaenszel);
  });

  test.each(expected.limits)('evidence that a rate is above $limit: $events of $trials', (one) => {
    expectEqual(logEvidenceAbove(one.limit, one), one.log);
  });

  test.each(expected.predictions)('chi-squared and PSI of one window (%#)', (one) => {
    const distance = predictionDistance(addHistograms(NOTHING_STANDARDISED, one.challenger, one.champion));
    expectEqual(distance.chiSquared, one.chiSquared);
    expect(distance.degreesOfFreedom).toBe(one.degreesOfFreedom);
    expectEqual(distance.psi, one.psi);
    expectEqual(distancePValue(distance, 1), Math.min(1, 2 * one.pValue));
  });

  test.each(expected.quantiles)('quantile $quantile of a histogram', ({ edges, counts, quantile, ms }) => {
    expectEqual(histogramQuantile(edges, counts, quantile)!.ms, ms);
  });

  test.each(expected.zTests)('the z-test that the benchmark compares with (%#)', ({ z, ...counts }) => {
    expectEqual(zOf(counts).z, z);
  });

  test('limits of 0 and 100 percent', () => {
    expect(logEvidenceAbove(0, { events: 0, trials: 1000 })).toBe(0);
    expect(logEvidenceAbove(0, { events: 1, trials: 1000 })).toBe(PROOF);
    expect(logEvidenceAbove(1, { events: 1000, trials: 1000 })).toBe(0);
  });

  test('a window with one empty arm says nothing', () => {
    expect(addWindow(NO_RATE_EVIDENCE, { events: 5, trials: 10 }, { events: 0, trials: 0 })).toBe(NO_RATE_EVIDENCE);
    expect(addHistograms(NOTHING_STANDARDISED, [0, 0], [5, 5])).toBe(NOTHING_STANDARDISED);
  });

  test('a quantile beyond the last edge is said to be at least that', () => {
    expect(histogramQuantile([10, 20], [1, 1, 98], 0.99)).toEqual({ ms: 20, atLeast: true });
    expect(histogramQuantile([10, 20], [0, 0, 0], 0.99)).toBeNull();
  });

  test('the edges that compare the tails: at the champion’s p99, and that much above it', () => {
    const edges = [10, 12, 15, 20, 30];
    const counts = [900, 80, 12, 8, 0, 0];
    expect(exceedanceEdges(edges, counts, 0)).toEqual({ champion: 1, challenger: 1 });
    expect(exceedanceEdges(edges, counts, 0.2)).toEqual({ champion: 1, challenger: 2 });
    expect(exceedanceEdges(edges, counts, 0.5)).toEqual({ champion: 1, challenger: 3 });
    expect(exceedanceEdges(edges, counts, 2)).toBeUndefined();
    expect(exceedanceEdges(edges, [1000, 0, 0, 0, 0, 0], 0.2)).toBeUndefined();
    expect(exceedanceEdges(edges, [0, 0, 0, 0, 0, 0], 0.2)).toBeUndefined();
  });

  test('a window is compared at the edges of the windows before it', () => {
    const limits = { errorShare: 1, latencyIncrease: 0.2, latencyMs: null, disagreementShare: null, minRequests: 1 };
    const edgesMs = [10, 12, 15, 20, 30];
    const window = (look: number, champion: number[], challenger: number[]) => {
      const side = (counts: number[]) => ({ ...arm(1000), latency: { edgesMs, counts } });
      return sample(look, side(challenger), side(champion));
    };
    const calm = [900, 80, 12, 8, 0, 0];
    const slow = [100, 100, 100, 100, 300, 300];
    const first = addSample(NO_EVIDENCE, window(1, calm, calm), limits, 0.01);
    const second = addSample(first, window(2, slow, slow), limits, 0.01);
    // From 12 ms on for the champion, from 15 ms (12 · 1.2, rounded up to an edge) on for the challenger.
    const want = addWindow(first.latency.tail, { events: 700, trials: 1000 }, { events: 800, trials: 1000 });
    expect(second.latency.tail).toEqual(want);
  });

  test('the same rate in both arms of each window is no difference, whatever the rate and the split do', () => {
    const first = addWindow(NO_RATE_EVIDENCE, { events: 1, trials: 100 }, { events: 19, trials: 1900 });
    const incident = addWindow(first, { events: 100, trials: 1000 }, { events: 100, trials: 1000 });
    expect(rateDifference(incident)).toBeCloseTo(0, 12);
    expect(incident.peak).toBe(0);
  });
});
