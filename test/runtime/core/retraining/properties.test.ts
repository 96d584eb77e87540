import fc from 'fast-check';
import {
  applyRunEnded,
  NEVER_TRAINED,
  type RetrainingSignals,
  runningRun,
  type Trigger,
} from '../../../../src/runtime/core/retraining';
import { DAY, decide, HOUR, policy, signals, T0 } from './support';

const anyTrigger: fc.Arbitrary<Trigger> = fc.record({
  kind: fc.constantFrom('drift', 'conceptDrift', 'quality', 'newData', 'freshness', 'schedule', 'manual'),
  windowEndSeconds: fc.integer({ min: 0, max: 40 }).map((hours) => T0 + hours * 6 * HOUR),
  text: fc.constantFrom('a', 'b'),
});

const anySignals: fc.Arbitrary<RetrainingSignals> = fc
  .record({
    triggers: fc.array(anyTrigger, { maxLength: 3 }),
    data: fc.constantFrom('valid', 'valid', 'invalid', 'unchecked'),
    newLabels: fc.option(fc.nat({ max: 3000 })),
    qualityCriticalSinceSeconds: fc.option(fc.integer({ min: -60, max: 60 }).map((days) => T0 + days * DAY)),
    estimatedRunCost: fc.option(fc.nat({ max: 20 })),
    spentThisMonth: fc.option(fc.nat({ max: 200 })),
    modelTrainedAtSeconds: fc.option(fc.integer({ min: T0 - 60 * DAY, max: T0 })),
  })
  .map((changes) => signals([], changes));

const anyPolicy = fc
  .record({
    on: fc.subarray(['drift', 'conceptDrift', 'quality', 'newData', 'freshness']),
    onDriftAlone: fc.constantFrom('notify', 'retrain'),
    cooldown: fc.constantFrom('1h', '1d', '7d'),
    minNewLabels: fc.constantFrom(0, 1000),
    block: fc.boolean(),
    count: fc.integer({ min: 1, max: 4 }),
    aged: fc.boolean(),
  })
  .map(({ block, count, aged, ...rest }) =>
    policy(
      {
        ...rest,
        maxRuns: { count, per: '30d' },
        schedule: { every: '1d' },
        ...(aged ? { maxModelAge: '30d' } : {}),
        ...(block ? { maxCostPerRun: 15 } : {}),
      },
      block ? { monthly: 150, onExceeded: 'blockTraining' } : null,
    ),
  );

type Happening = { readonly seen: RetrainingSignals } | { readonly outcome: 'succeeded' | 'rejected' | 'failed' };
const happening: fc.Arbitrary<Happening> = fc.oneof(
  anySignals.map((seen) => ({ seen })),
  fc.constantFrom('succeeded' as const, 'rejected' as const, 'failed' as const).map((outcome) => ({ outcome })),
);

test('any history: total, explained, never two runs at once, never on bad data, never beyond maxRuns', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(happening, { maxLength: 40 }), (rules, history) => {
      let state = NEVER_TRAINED;
      let at = T0;
      const ids: string[] = [];
      for (const one of history) {
        at += 6 * HOUR;
        if ('outcome' in one) {
          const running = runningRun(state);
          if (running !== null) state = applyRunEnded(state, { id: running.id, outcome: one.outcome, atSeconds: at });
          continue;
        }
        const wasRunning = runningRun(state) !== null;
        const { decision, state: next } = decide(state, one.seen, at, rules);
        expect(decision.reason.text.length).toBeGreaterThan(3);
        expect(decision.reason.text).not.toMatch(/NaN|undefined|Infinity/);
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
        if (decision.action === 'retrain') {
          expect(wasRunning).toBe(false);
          expect(one.seen.data).not.toBe('invalid');
          ids.push(decision.id!);
          const recent = next.runs.filter(({ startedAtSeconds }) => startedAtSeconds > at - 30 * DAY);
          expect(recent.length).toBeLessThanOrEqual(rules.retraining.maxRuns.count);
        }
        expect(next.runs.filter(({ outcome }) => outcome === 'running').length).toBeLessThanOrEqual(1);
        state = next;
      }
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 300 },
  );
});

test('the same event any number of times, at the same moment, starts one run at most', () => {
  fc.assert(
    fc.property(
      anyPolicy,
      anySignals,
      fc.array(anyTrigger, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 2, max: 5 }),
      (rules, seen, triggers, times) => {
        let state = NEVER_TRAINED;
        let starts = 0;
        for (let i = 0; i < times; i += 1) {
          const step = decide(state, { ...seen, triggers }, T0, rules);
          state = step.state;
          if (step.decision.action === 'retrain') starts += 1;
        }
        expect(starts).toBeLessThanOrEqual(1);
        expect(state.runs).toHaveLength(starts);
      },
    ),
  );
});
