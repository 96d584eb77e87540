import fc from 'fast-check';
import {
  applyPromotionEvent,
  emptyRegistry,
  type PromotionEvent,
  type PromotionPolicy,
  type RegistryState,
} from '../../../../src/runtime/core/promotion';
import { digestOf, POLICY } from './events';

const version = fc.constantFrom('v1', 'v2', 'v3', 'v4');
const person = fc.constantFrom('ada', 'grace', 'mallory', '');
const base = { id: fc.integer({ min: 0, max: 60 }).map(String), version, by: person };
const digest = fc.oneof(
  { weight: 4, arbitrary: version.map(digestOf) },
  { weight: 1, arbitrary: fc.constant('sha256:no') },
);
const maybeVersion = fc.option(version);

const anyEvent: fc.Arbitrary<PromotionEvent> = fc.oneof(
  fc.record({ ...base, kind: fc.constant('register' as const), artifactDigest: digest, startedBy: person }),
  fc.record({
    ...base,
    kind: fc.constant('gate' as const),
    verdict: fc.constantFrom('pass' as const, 'fail', 'inconclusive'),
  }),
  fc.record({ ...base, kind: fc.constant('approve' as const), automatic: fc.boolean() }),
  fc.record({ ...base, kind: fc.constant('reject' as const), reason: fc.string() }),
  fc.record({ ...base, kind: fc.constant('challenge' as const), observedDigest: digest }),
  fc.record({ ...base, kind: fc.constant('promote' as const), observedDigest: digest, replaces: maybeVersion }),
  fc.record({
    ...base,
    kind: fc.constant('rollback' as const),
    reason: fc.string(),
    observedDigest: fc.option(digest),
  }),
  fc.record({ ...base, kind: fc.constant('archive' as const) }),
);

/** Part of a history: any event, or what a healthy platform would do next, which depends on the state that is reached. */
type Step = (state: RegistryState, nextId: () => string) => PromotionEvent[];

const release = fc.tuple(version, fc.integer({ min: 1, max: 5 })).map(
  ([name, length]): Step =>
    (state, nextId) => {
      const by = 'grace';
      const observedDigest = digestOf(name);
      const all: PromotionEvent[] = [
        { kind: 'register', id: nextId(), version: name, by, artifactDigest: observedDigest, startedBy: 'ada' },
        { kind: 'gate', id: nextId(), version: name, by, verdict: 'pass' },
        { kind: 'approve', id: nextId(), version: name, by, automatic: false },
        { kind: 'challenge', id: nextId(), version: name, by, observedDigest },
        { kind: 'promote', id: nextId(), version: name, by, observedDigest, replaces: state.aliases.champion },
      ];
      return all.slice(0, length);
    },
);
const fallBack = fc.constant<Step>((state, nextId) => {
  const { champion, previous } = state.aliases;
  if (champion === null || previous === null) return [];
  const observedDigest = digestOf(previous);
  return [{ kind: 'rollback', id: nextId(), version: champion, by: 'release', reason: 'errors', observedDigest }];
});
const anything = anyEvent.map(
  (event): Step =>
    () => [event],
);
const step = fc.oneof(
  { weight: 4, arbitrary: release },
  { weight: 1, arbitrary: fallBack },
  { weight: 4, arbitrary: anything },
);

const histories = fc.array(step, { maxLength: 20, size: 'max' }).map((steps) => {
  const events: PromotionEvent[] = [];
  let count = 0;
  const nextId = (): string => `step-${++count}`;
  let state = emptyRegistry('churn');
  for (const next of steps) {
    for (const event of next(state, nextId)) {
      events.push(event);
      state = applyPromotionEvent(state, event, POLICY).state;
    }
  }
  return events;
});

const anyPolicy: fc.Arbitrary<PromotionPolicy> = fc.record({
  approval: fc.constantFrom('automatic' as const, 'manual'),
  approvers: fc.constantFrom([], ['grace']),
  separationOfDuties: fc.boolean(),
  modelIntegrity: fc.boolean(),
});

function states(events: readonly PromotionEvent[], policy: PromotionPolicy): RegistryState[] {
  let state = emptyRegistry('churn');
  return events.map((event) => {
    state = applyPromotionEvent(state, event, policy).state;
    return state;
  });
}

describe('any history of events', () => {
  it('is a fair sample: some have champions, fallbacks and rollbacks', () => {
    const seen = fc.sample(histories, { numRuns: 300, seed: 7 }).flatMap((events) => states(events, POLICY));
    expect(seen.filter((state) => state.aliases.champion !== null).length).toBeGreaterThan(300);
    expect(seen.filter((state) => state.aliases.previous !== null).length).toBeGreaterThan(30);
    const rolledBack = seen.filter((state) => Object.values(state.versions).some((one) => one.state === 'rolledBack'));
    expect(rolledBack.length).toBeGreaterThan(100);
  });

  it('leaves at most one champion, which was approved and released, and three aliases on three versions', () => {
    fc.assert(
      fc.property(histories, anyPolicy, (events, policy) => {
        for (const state of states(events, policy)) {
          const { champion, challenger, previous } = state.aliases;
          const pointed = [champion, challenger, previous, ...state.earlierChampions].filter((one) => one !== null);
          expect(new Set(pointed).size).toBe(pointed.length);
          for (const serving of [champion, previous, ...state.earlierChampions]) {
            if (serving !== null) expect(state.versions[serving]!.state).toBe('released');
          }
          if (challenger !== null) expect(state.versions[challenger]!.state).toBe('approved');
          if (champion === null) expect([previous, ...state.earlierChampions]).toEqual([null]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets a trainer approve their own version while duties are separated', () => {
    fc.assert(
      fc.property(histories, (events) => {
        for (const state of states(events, POLICY)) {
          for (const one of Object.values(state.versions)) expect(one.approvedBy).not.toBe(one.startedBy);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same when any event that was applied comes again, at any later time', () => {
    fc.assert(
      fc.property(histories, anyPolicy, fc.nat(), (events, policy, at) => {
        const all = states(events, policy);
        const last = all.at(-1) ?? emptyRegistry('churn');
        if (events.length === 0) return;
        const index = at % events.length;
        const before = index === 0 ? emptyRegistry('churn') : all[index - 1]!;
        const outcome = applyPromotionEvent(before, events[index]!, policy);
        if (!outcome.ok || !outcome.changed) return;
        const again = applyPromotionEvent(last, events[index]!, policy);
        expect(again).toEqual({ ok: true, changed: false, state: last });
        expect(again.state).toBe(last);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses with a problem that says what was found, what was expected and what to do, and changes nothing', () => {
    fc.assert(
      fc.property(histories, anyPolicy, (events, policy) => {
        let state = emptyRegistry('churn');
        for (const event of events) {
          const frozen = JSON.stringify(state);
          const outcome = applyPromotionEvent(state, event, policy);
          expect(JSON.stringify(state)).toBe(frozen);
          if (!outcome.ok) {
            expect(outcome.state).toBe(state);
            for (const field of ['code', 'path', 'got', 'expected', 'fix'] as const)
              expect(outcome.problem[field]).not.toBe('');
          }
          state = outcome.state;
        }
      }),
      { numRuns: 150 },
    );
  });
});
