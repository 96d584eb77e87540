import fc from 'fast-check';
import {
  type ArmSample,
  analyseLook,
  enterStage,
  judgeStep,
  NO_EVIDENCE,
  type Observation,
  type ReleaseSample,
} from '../../../../src/runtime/core/canary';
import { firstStep, release, sample, seen } from './support';

const count = fc.nat({ max: 3000 });

const anyArm: fc.Arbitrary<ArmSample> = fc
  .record({
    requests: count,
    errorShare: fc.double({ min: 0, max: 1, noNaN: true }),
    latency: fc.option(fc.array(count, { minLength: 4, maxLength: 4 })),
    predictions: fc.option(fc.dictionary(fc.string({ maxLength: 3 }), count, { maxKeys: 5 })),
  })
  .map(({ requests, errorShare, latency, predictions }) => ({
    requests,
    errors: Math.floor(requests * errorShare),
    latency: latency === null ? null : { edgesMs: [10, 50, 100], counts: latency },
    predictions:
      predictions === null
        ? null
        : { kind: 'classes', classes: Object.entries(predictions).map(([value, n]) => ({ value, count: n })) },
  }));

const anyObservation = (look: number): fc.Arbitrary<Observation> =>
  fc
    .tuple(anyArm, anyArm, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 19 }))
    .map(([challenger, champion, blind, alarm]) => ({
      ...seen(look, blind === 0 ? null : sample(look, challenger, champion)),
      pageAlarms: alarm === 0 ? ['page'] : [],
    }));

const anyPolicy = fc
  .record({
    minRequests: fc.integer({ min: 1, max: 1000 }),
    maxErrorPercent: fc.double({ min: 0, max: 100, noNaN: true }),
    maxErrorIncreasePercent: fc.double({ min: 0, max: 100, noNaN: true }),
    maxLatencyIncreasePercent: fc.double({ min: 0, max: 200, noNaN: true }),
    maxPredictionDrift: fc.double({ min: 0, max: 1, noNaN: true }),
    failureLimit: fc.nat({ max: 2 }),
    maxExtension: fc.integer({ min: 0, max: 1 }),
    onInconclusive: fc.constantFrom('pause', 'rollback'),
    rollback: fc.constantFrom('automatic', 'manual'),
  })
  .map(({ rollback, ...analysis }) => release({ ...analysis, maxLatencyP99: '50ms' }, { rollback }));

const judge = (one: ReleaseSample, policy = release()) =>
  analyseLook({ evidence: NO_EVIDENCE, observation: seen(1, one), release: policy, phase: 'live' });

const scaled = (one: ArmSample, by: number): ArmSample => ({
  requests: one.requests * by,
  errors: one.errors * by,
  latency: one.latency && { ...one.latency, counts: one.latency.counts.map((n) => n * by) },
  predictions:
    one.predictions?.kind === 'classes'
      ? { kind: 'classes', classes: one.predictions.classes.map(({ value, count: n }) => ({ value, count: n * by })) }
      : null,
});

describe('for any numbers', () => {
  test('a look and a step are total, explain themselves, and are JSON without loss', () => {
    const looks = fc.tuple(...Array.from({ length: 15 }, (_, i) => anyObservation(i + 1)));
    fc.assert(
      fc.property(anyPolicy, looks, (policy, observations) => {
        let state = enterStage(null, firstStep, 0);
        for (const observation of observations) {
          const verdict = analyseLook({ evidence: state.evidence, observation, release: policy, phase: 'live' });
          const decision = judgeStep(state, verdict, policy);
          expect(verdict.text.length).toBeGreaterThan(0);
          expect(decision.reason.text).not.toMatch(/NaN|Infinity|undefined/);
          expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
          for (const { alpha, pValue, status } of verdict.checks) {
            expect(pValue >= 0 && pValue <= 1).toBe(true);
            if (status === 'fail') expect(pValue).toBeLessThanOrEqual(alpha);
          }
          // Once it is taken back it stays so.
          if (state.status === 'rolledBack') expect(decision.state.status).toBe('rolledBack');
          state = decision.state;
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the order of classes changes nothing', () => {
    fc.assert(
      fc.property(anyArm, anyArm, (challenger, champion) => {
        const turned = (one: ArmSample): ArmSample =>
          one.predictions?.kind === 'classes'
            ? { ...one, predictions: { kind: 'classes', classes: [...one.predictions.classes].reverse() } }
            : one;
        const straight = judge(sample(1, challenger, champion));
        const reversed = judge(sample(1, turned(challenger), turned(champion)));
        expect(reversed.checks.map(({ status }) => status)).toEqual(straight.checks.map(({ status }) => status));
        expect(reversed.text).toBe(straight.text);
      }),
    );
  });

  test('the order of looks does not change the estimate and the evidence of the end', () => {
    const pair = fc.tuple(anyArm, anyArm);
    const rounded = (values: readonly number[]) => values.map((value) => Number(value.toFixed(6)));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 6 }), (pairs) => {
        const evidenceOf = (list: typeof pairs) =>
          list.reduce(
            (evidence, [challenger, champion], i) =>
              analyseLook({
                evidence,
                observation: seen(i + 1, sample(i + 1, challenger, champion)),
                release: release(),
                phase: 'live',
              }).evidence,
            NO_EVIDENCE,
          );
        const a = evidenceOf(pairs);
        const b = evidenceOf([...pairs].reverse());
        expect(rounded(b.errors.logLikelihoodRatios)).toEqual(rounded(a.errors.logLikelihoodRatios));
        expect(rounded([b.errors.excess, b.predictions.compared.spread.champion])).toEqual(
          rounded([a.errors.excess, a.predictions.compared.spread.champion]),
        );
        expect(b.challenger).toEqual(a.challenger);
      }),
    );
  });

  test('more of the same data never turns a fail into anything else', () => {
    fc.assert(
      fc.property(anyPolicy, anyArm, anyArm, fc.integer({ min: 2, max: 20 }), (policy, challenger, champion, by) => {
        const few = judge(sample(1, challenger, champion), policy);
        const many = judge(sample(1, scaled(challenger, by), scaled(champion, by)), policy);
        few.checks.forEach((check, i) => {
          if (check.status === 'fail') expect(many.checks[i]!.status).toBe('fail');
        });
      }),
      { numRuns: 300 },
    );
  });

  test('an arm without traffic never passes', () => {
    const none = fc.constant<ArmSample>({ requests: 0, errors: 0, latency: null, predictions: null });
    fc.assert(
      fc.property(
        fc.oneof(fc.tuple(none, anyArm), fc.tuple(anyArm, none)),
        anyPolicy,
        ([challenger, champion], policy) => {
          expect(judge(sample(1, challenger, champion), policy).status).not.toBe('pass');
        },
      ),
    );
  });
});
