import { SCENARIOS, simulate } from '../../../../bench/decisions/canary';

/** A smaller run of the benchmark with a fixed seed. */
function outcome(name: string, runs: number) {
  const scenario = SCENARIOS.find((one) => one.name.startsWith(name));
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return simulate(scenario, runs, 'test');
}

describe('error rates of the whole analysis, 30 looks', () => {
  test('a healthy challenger is rarely taken back; the z-test that is read at every look takes back a quarter', () => {
    const { advanced, peeking, rolledBack } = outcome('errors 1.0 → 1.0 %', 400);
    expect(rolledBack).toBeLessThanOrEqual(1);
    expect(advanced).toBeGreaterThanOrEqual(98);
    expect(peeking).toBeGreaterThanOrEqual(20);
  });

  test('1 % → 2 % errors are caught, by the relative check alone', () => {
    expect(outcome('errors 1.0 → 2.0 %, relative check only', 200).rolledBack).toBeGreaterThanOrEqual(95);
  });

  test('a target that counts errors and nothing else keeps the same rates', () => {
    expect(outcome('healthy at 1.0 %, counts of errors alone', 2000).rolledBack).toBeLessThanOrEqual(1);
    expect(outcome('errors 1.0 → 2.0 %, counts of errors alone', 300).rolledBack).toBeGreaterThanOrEqual(95);
  });

  test('5 % of traffic and rare errors: where the normal approximation takes back healthy challengers', () => {
    const { normalMixture, rolledBack } = outcome('healthy at 0.1 %', 150);
    expect(rolledBack).toBeLessThanOrEqual(1);
    expect(normalMixture).toBeGreaterThanOrEqual(2);
  });

  test('an incident of both arms is not laid at the challenger’s door', () => {
    const { advanced, peeking } = outcome('both arms', 60);
    expect(advanced).toBeGreaterThanOrEqual(97);
    expect(peeking).toBe(100);
  });

  test('p99 half as long again is caught, 10 % more is allowed', () => {
    expect(outcome('latency p99 + 50 %, 5/25/50', 60).rolledBack).toBeGreaterThanOrEqual(95);
    expect(outcome('latency p99 + 10 %', 100).rolledBack).toBeLessThanOrEqual(1);
  });
});
