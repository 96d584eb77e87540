import { DRIFT_DEFAULTS, DRIFT_METHODS, type DriftMethod } from '../../../../src/kernel/drift-defaults';
import {
  buildReferenceProfile,
  buildWindowProfile,
  measure,
  pairOf,
  type Rows,
} from '../../../../src/runtime/core/drift';
import { binnedChanceBound, PSI } from '../../../../src/runtime/core/drift/chance';
import { chiSquaredQuantile } from '../../../../src/runtime/core/statistics/distributions';
import { createRandom, type Random } from '../../../../src/runtime/core/statistics/random';

const origin = { dataDigest: 'simulated', source: 'training' } as const;
const span = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
const sample = (rows: number, draw: () => unknown): Rows => Array.from({ length: rows }, () => ({ x: draw() }));

/** Shares of windows without drift (or with the one that `window` draws) above the thresholds and the chance bound. */
function rates(
  method: DriftMethod,
  rows: number,
  windows: number,
  reference: (random: Random) => unknown,
  window: (random: Random) => unknown = reference,
) {
  const random = createRandom(`${method}/${rows}`);
  const type = typeof reference(random) === 'number' ? 'number' : 'category';
  const profile = buildReferenceProfile(
    sample(10_000, () => reference(random)),
    [{ name: 'x', type }],
    { bins: 10, origin },
  );
  const tally = { aboveWarning: 0, beyondChance: 0, alarms: 0 };
  for (let run = 0; run < windows; run++) {
    const counted = buildWindowProfile(
      sample(rows, () => window(random)),
      profile,
      span,
    );
    const { statistic, chanceBound } = measure(pairOf(profile.columns[0]!, counted.columns[0]!)!, method, 0.01);
    tally.aboveWarning += Number(statistic >= DRIFT_DEFAULTS[method].warning) / windows;
    tally.beyondChance += Number(statistic >= chanceBound) / windows;
    tally.alarms += Number(statistic >= Math.max(DRIFT_DEFAULTS[method].critical, chanceBound)) / windows;
  }
  return tally;
}

it('is Yurdakul’s (1/n + 1/m) χ² for well-filled bins', () => {
  const bins = Array.from({ length: 10 }, (_, index) => ({ label: `${index}`, reference: 1000, window: 100 }));
  const expected = (1 / 10_000 + 1 / 1_000) * chiSquaredQuantile(0.99, 9);
  expect(binnedChanceBound(bins, PSI, 0.01)).toBeGreaterThanOrEqual(expected);
  expect(binnedChanceBound(bins, PSI, 0.01)).toBeLessThan(expected * 1.05);
});

it('is wider where a bin may happen to be empty', () => {
  const bins = [
    { label: 'common', reference: 9_900, window: 198 },
    { label: 'rare', reference: 100, window: 2 },
  ];
  expect(binnedChanceBound(bins, PSI, 0.01)).toBeGreaterThan(2 * (1 / 10_000 + 1 / 200) * chiSquaredQuantile(0.99, 1));
});

it('is nothing for one bin, and finite for rows by the million', () => {
  expect(binnedChanceBound([{ label: 'all', reference: 5, window: 5 }], PSI, 0.01)).toBe(0);
  const many = [
    { label: 'a', reference: 1e9, window: 1e9 },
    { label: 'b', reference: 3, window: 0 },
  ];
  expect(Number.isFinite(binnedChanceBound(many, PSI, 1e-9))).toBe(true);
});

describe.each(DRIFT_METHODS.map((method) => [method]))('%s without drift', (method) => {
  it('alarms in at most 1 % of windows of 200 rows, and leaves chance in about 1 %', () => {
    const { alarms, beyondChance } = rates(method, 200, 400, (random) => random.normal());
    expect(alarms).toBeLessThanOrEqual(0.01);
    expect(beyondChance).toBeLessThanOrEqual(0.03);
  });

  it('sees a mean that moved by 0.75 deviations in 500 rows', () => {
    const { alarms } = rates(
      method,
      500,
      40,
      (random) => random.normal(),
      (random) => random.normal() + 0.75,
    );
    expect(alarms).toBeCloseTo(1);
  });
});

it('keeps the bound for 20 categories in 200 rows, where the bare threshold of PSI warns in half of the windows', () => {
  const { aboveWarning, alarms, beyondChance } = rates('psi', 200, 400, (random) => `c${random.integer(20)}`);
  expect(aboveWarning).toBeGreaterThan(0.3);
  expect(beyondChance).toBeLessThanOrEqual(0.03);
  expect(alarms).toBeLessThanOrEqual(0.02);
});

it('does not take new rare categories for drift when the reference has as many', () => {
  const draw = (random: Random): string => `c${Math.floor(1 / (random.next() + 1e-3))}`;
  const { alarms } = rates('psi', 500, 200, draw);
  expect(alarms).toBeLessThanOrEqual(0.01);
  // One value in twenty is there once in the reference: a window of 1,000 rows brings 50 new ones, which are no drift.
  const seldom = (random: Random): string => `c${random.next() < 0.05 ? random.integer(1e6) : random.integer(15)}`;
  expect(rates('psi', 1000, 50, seldom).alarms).toBe(0);
});
