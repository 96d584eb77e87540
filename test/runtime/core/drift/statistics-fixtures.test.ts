import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildReferenceProfile,
  buildWindowProfile,
  chiSquaredTest,
  jensenShannonDistance,
  kolmogorovSmirnovOfSamples,
  measure,
  type NumericReference,
  pairOf,
  populationStabilityIndex,
  type Rows,
  wassersteinOfSamples,
} from '../../../../src/runtime/core/drift';
import { alignNumeric } from '../../../../src/runtime/core/drift/aligned-bins';

interface Binned {
  referenceCounts: number[];
  windowCounts: number[];
  psi: number;
  jensenShannonBase2: number;
  chiSquared: number;
  degreesOfFreedom: number;
  statsmodelsChiSquared: number;
  cramersV: number;
  balancedCramersV: number;
}
interface NumericCase {
  name: string;
  reference: number[];
  window: number[];
  edges: number[];
  heavy: number[];
  quantiles: number[];
  mean: number;
  standardDeviation: number;
  kolmogorovSmirnov: number;
  wasserstein: number;
  binned: Binned;
  evidently: { psi: number; psiWithOutlier: number; wassersteinOverDeviation: number };
}
interface CategoricalCase {
  name: string;
  labels: string[];
  reference: number[];
  window: number[];
  binned: Binned;
  evidently: { psi: number; jensenShannonNatural: number };
}

const fixture = JSON.parse(readFileSync(join(__dirname, '../../../fixtures/drift/statistics.json'), 'utf8')) as {
  numeric: NumericCase[];
  categorical: CategoricalCase[];
};

const numericCases = fixture.numeric.map((entry) => [entry.name, entry] as const);
const categoricalCases = fixture.categorical.map((entry) => [entry.name, entry] as const);
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
const column = (values: readonly unknown[]): Rows => values.map((x) => ({ x }));

function numericPair(reference: readonly number[], window: readonly number[]) {
  const profile = buildReferenceProfile(column(reference), [{ name: 'x', type: 'number' }], {
    bins: 10,
    origin: { dataDigest: 'fixture', source: 'training' },
  });
  const pair = pairOf(profile.columns[0]!, buildWindowProfile(column(window), profile, span).columns[0]!);
  if (pair?.kind !== 'numeric') throw new Error('expected a numeric pair');
  return pair;
}

function expectNear(got: number, expected: number): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

function expectBinned(bins: Parameters<typeof populationStabilityIndex>[0], expected: Binned): void {
  expect(bins.map((bin) => bin.reference)).toEqual(expected.referenceCounts);
  expect(bins.map((bin) => bin.window)).toEqual(expected.windowCounts);
  expectNear(populationStabilityIndex(bins), expected.psi);
  expectNear(jensenShannonDistance(bins), expected.jensenShannonBase2);
  const test = chiSquaredTest(bins);
  expectNear(test.chiSquared, expected.chiSquared);
  expectNear(test.chiSquared, expected.statsmodelsChiSquared);
  expect(test.degreesOfFreedom).toBe(expected.degreesOfFreedom);
  expectNear(test.cramersV, expected.cramersV);
  expectNear(test.balancedCramersV, expected.balancedCramersV);
}

describe.each(numericCases)('numbers: %s', (_, expected) => {
  const pair = numericPair(expected.reference, expected.window);

  it('has the edges, heavy values, quantiles and moments of numpy', () => {
    const reference: NumericReference = pair.reference;
    expect(reference.edges).toHaveLength(expected.edges.length);
    for (const [index, edge] of reference.edges.entries()) expectNear(edge, expected.edges[index]!);
    expect(reference.heavy.map(({ value }) => value)).toEqual(expected.heavy);
    for (const [index, quantile] of reference.quantiles!.entries()) expectNear(quantile, expected.quantiles[index]!);
    expectNear(reference.moments!.mean, expected.mean);
    expectNear(reference.moments!.standardDeviation, expected.standardDeviation);
  });

  it('has the bins, PSI, Jensen–Shannon distance, chi-squared and V of numpy, scipy and statsmodels', () => {
    expectBinned(alignNumeric(pair.reference, pair.window), expected.binned);
  });

  it('has the Kolmogorov–Smirnov and Wasserstein distances of scipy on the samples', () => {
    expectNear(kolmogorovSmirnovOfSamples(expected.reference, expected.window), expected.kolmogorovSmirnov);
    expectNear(wassersteinOfSamples(expected.reference, expected.window), expected.wasserstein);
  });

  it('has nearly the same Kolmogorov–Smirnov distance from the sketches: within one step of each', () => {
    const { statistic } = measure(pair, 'kolmogorovSmirnov', 0.01);
    expect(Math.abs(statistic - expected.kolmogorovSmirnov)).toBeLessThanOrEqual(0.02);
  });

  it('does not let one outlier of 1e6 hide the drift, as it does in Evidently', () => {
    const spoiled = [1e6, ...expected.window.slice(1)];
    const move = (method: 'psi' | 'jensenShannon' | 'kolmogorovSmirnov' | 'chiSquared' | 'wasserstein'): number =>
      Math.abs(
        measure(numericPair(expected.reference, spoiled), method, 0.01).statistic -
          measure(pair, method, 0.01).statistic,
      );
    // One row of the window changes its bin, so a window of 200 rows moves more than one of 1,000.
    const rows = expected.window.length;
    expect(move('jensenShannon')).toBeLessThan(0.01);
    expect(move('kolmogorovSmirnov')).toBeLessThan(0.0101);
    expect(move('chiSquared')).toBeLessThan(0.01);
    expect(move('wasserstein')).toBeLessThan(0.05);
    if (expected.name !== 'disjoint') expect(move('psi')).toBeLessThan(rows < 300 ? 0.02 : 0.01);
  });
});

it('differs from Evidently on purpose: its PSI has equal-width bins over both samples, which one outlier empties', () => {
  const half = fixture.numeric.find(({ name }) => name === 'moved by half a deviation')!;
  expect(half.evidently.psi).toBeGreaterThan(0.2);
  expect(half.evidently.psiWithOutlier).toBeLessThan(0.02);
  const spoiled = numericPair(half.reference, [1e6, ...half.window.slice(1)]);
  expect(measure(spoiled, 'psi', 0.01).statistic).toBeGreaterThan(0.2);
});

it('has a Wasserstein distance in deviations like Evidently where there are no tails', () => {
  for (const { reference, window, name, evidently } of fixture.numeric) {
    if (name === 'lognormal doubled' || name === 'disjoint') continue;
    const { statistic } = measure(numericPair(reference, window), 'wasserstein', 0.01);
    expect(Math.abs(statistic - evidently.wassersteinOverDeviation)).toBeLessThan(0.05);
  }
});

describe.each(categoricalCases)('categories: %s', (_, expected) => {
  const bins = expected.labels.map((label, index) => ({
    label,
    reference: expected.reference[index]!,
    window: expected.window[index]!,
  }));

  it('has the PSI, Jensen–Shannon distance, chi-squared and V of numpy, scipy and statsmodels', () => {
    expectBinned(bins, expected.binned);
  });

  it("has Evidently's Jensen–Shannon distance, which is in nats", () => {
    const emptied = expected.window.includes(0);
    const nats = jensenShannonDistance(bins) * Math.sqrt(Math.LN2);
    if (emptied) expect(Math.abs(nats - expected.evidently.jensenShannonNatural)).toBeLessThan(1e-3);
    else expectNear(nats, expected.evidently.jensenShannonNatural);
  });

  it("has Evidently's PSI where no bin is empty; an empty one it does not renormalise", () => {
    const emptied = expected.window.includes(0);
    const difference = Math.abs(populationStabilityIndex(bins) - expected.evidently.psi);
    expect(difference).toBeLessThan(emptied ? 1e-3 : 1e-9);
  });
});
