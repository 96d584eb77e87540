import {
  applyRetrainingDecision,
  applyRunEnded,
  decideRetraining,
  NEVER_TRAINED,
  type RetrainingState,
  runningRun,
  type Trigger,
} from '../../../../src/runtime/core/retraining';
import { DAY, decide, HOUR, policy, signals, started, T0, trigger } from './support';

const code = ({ action, reason }: { action: string; reason: { code: string } }) => [action, reason.code];
const ended = (state: RetrainingState, outcome: 'succeeded' | 'rejected' | 'failed', atSeconds: number) =>
  applyRunEnded(state, { id: runningRun(state)!.id, outcome, atSeconds });

describe('one decision', () => {
  test('a reason that the definition names starts a run, named by its request', () => {
    const { decision, state } = started();
    expect(code(decision)).toEqual(['retrain', 'start']);
    expect(decision.id).toMatch(/^quality-[0-9a-f]{16}$/);
    expect(decision.reason.text).toBe(`quality: quality at ${T0}`);
    expect(runningRun(state)).toMatchObject({ id: decision.id, startedAtSeconds: T0, outcome: 'running' });
  });

  test('another policy version, kind or window is another request', () => {
    const ids = [
      decideRetraining(NEVER_TRAINED, signals([trigger('quality')]), policy(), T0),
      decideRetraining(NEVER_TRAINED, signals([trigger('quality')]), { ...policy(), version: 'v2' }, T0),
      decideRetraining(NEVER_TRAINED, signals([trigger('conceptDrift')]), policy(), T0),
      decideRetraining(NEVER_TRAINED, signals([trigger('quality', T0 + 1)]), policy(), T0),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });

  test('what the definition does not name starts nothing', () => {
    expect(code(decide(NEVER_TRAINED, signals([trigger('freshness')]), T0).decision)).toEqual(['skip', 'notAsked']);
    expect(code(decide(NEVER_TRAINED, signals([trigger('schedule')]), T0).decision)).toEqual(['skip', 'notAsked']);
    expect(code(decide(NEVER_TRAINED, signals([]), T0).decision)).toEqual(['skip', 'noReason']);
  });

  test('of several reasons the strongest leads and the others are named', () => {
    const all = [trigger('conceptDrift'), trigger('quality'), trigger('drift')];
    const { decision } = decide(NEVER_TRAINED, signals(all), T0);
    expect(decision.trigger?.kind).toBe('quality');
    expect(decision.reason.text).toContain('also conceptDrift, drift');
  });

  test('drift alone tells people, with another reason it does not stand in the way, and the definition may retrain on it', () => {
    const drift = signals([trigger('drift')]);
    expect(decide(NEVER_TRAINED, drift, T0).decision).toMatchObject({
      action: 'escalate',
      reason: { code: 'driftAlone' },
      severity: 'ticket',
    });
    expect(decide(NEVER_TRAINED, drift, T0, policy({ onDriftAlone: 'retrain' })).decision.action).toBe('retrain');
    expect(decide(NEVER_TRAINED, signals([trigger('drift'), trigger('quality')]), T0).decision.action).toBe('retrain');
    const both = signals([trigger('drift'), trigger('freshness')]);
    expect(decide(NEVER_TRAINED, both, T0, policy({ on: ['freshness'] })).decision.action).toBe('retrain');
  });

  test('never on data that failed their checks, not even by hand; afterwards the reason is still there', () => {
    const bad = { data: 'invalid' as const, dataText: 'range: 40 rows of amount' };
    for (const kind of ['quality', 'manual'] as const) {
      const { decision, state } = decide(NEVER_TRAINED, signals([trigger(kind)], bad), T0);
      expect(decision).toMatchObject({ action: 'escalate', severity: 'page', reason: { code: 'dataInvalid' } });
      expect(decision.reason.text).toContain('range: 40 rows of amount');
      expect(state.runs).toEqual([]);
      expect(decide(state, signals([]), T0 + HOUR).decision).toMatchObject({ action: 'retrain', trigger: { kind } });
    }
  });

  test('too few new labels defer until there are enough', () => {
    const { decision, state } = decide(NEVER_TRAINED, signals([trigger('quality')], { newLabels: 999 }), T0);
    expect(code(decision)).toEqual(['defer', 'tooFewLabels']);
    expect(decision.reason.text).toContain('999 new labels, 1000 are needed');
    expect(decide(state, signals([], { newLabels: 1000 }), T0 + HOUR).decision.action).toBe('retrain');
    for (const newLabels of [null, Number.NaN, -1]) {
      const unknown = decide(NEVER_TRAINED, signals([trigger('quality')], { newLabels }), T0).decision;
      expect(code(unknown)).toEqual(['defer', 'labelsUnknown']);
    }
  });

  test('the age of the model and enough new labels are reasons of their own', () => {
    const old = decide(NEVER_TRAINED, signals([]), T0, policy({ maxModelAge: '10d' })).decision;
    expect(old).toMatchObject({ action: 'retrain', trigger: { kind: 'modelAge', windowEndSeconds: T0 } });
    expect(old.reason.text).toContain('the model is 10 days old, limit 10d');
    expect(decide(NEVER_TRAINED, signals([]), T0 - 1, policy({ maxModelAge: '10d' })).decision.action).toBe('skip');
    const data = policy({ on: ['newData'] });
    expect(decide(NEVER_TRAINED, signals([]), T0, data).decision.trigger?.kind).toBe('newData');
    expect(decide(NEVER_TRAINED, signals([], { newLabels: 999 }), T0, data).decision.action).toBe('skip');
  });

  test('an old model whose successor failed its gate is tried again after the cooldown', () => {
    const aged = policy({ maxModelAge: '10d' });
    const first = decide(NEVER_TRAINED, signals([]), T0, aged);
    const rejected = ended(first.state, 'rejected', T0 + HOUR);
    expect(decide(rejected, signals([]), T0 + 6 * DAY, aged).decision.action).toBe('skip');
    expect(decide(rejected, signals([]), T0 + 7 * DAY, aged).decision.action).toBe('retrain');
  });

  test('an instant that is no number is an error with a name', () => {
    expect(() => decideRetraining(NEVER_TRAINED, signals([]), policy(), Number.NaN)).toThrow(/invalidRetrainingInput/);
    const broken = signals([trigger('quality', Number.POSITIVE_INFINITY)]);
    expect(() => decideRetraining(NEVER_TRAINED, broken, policy(), T0)).toThrow(/triggers\.0\.windowEndSeconds/);
  });
});

describe('duplicates and runs under way', () => {
  test('the same request twice starts one run, during it and after it', () => {
    const { state } = started();
    const again = decide(state, signals([trigger('quality')]), T0 + 60);
    expect(code(again.decision)).toEqual(['skip', 'duplicate']);
    expect(again.state).toEqual(state);
    const after = ended(state, 'succeeded', T0 + HOUR);
    expect(code(decide(after, signals([trigger('quality')]), T0 + 30 * DAY).decision)).toEqual(['skip', 'duplicate']);
  });

  test('during a run the newest reason is kept; a success answers what came before its end', () => {
    const one = decide(started().state, signals([trigger('quality', T0 + 60)]), T0 + 60);
    const two = decide(one.state, signals([trigger('conceptDrift', T0 + 120)]), T0 + 120);
    expect(code(two.decision)).toEqual(['skip', 'inFlight']);
    expect(two.state.pending).toEqual(trigger('conceptDrift', T0 + 120));
    expect(decide(two.state, signals([trigger('quality', T0 + 90)]), T0 + 130).state.pending).toEqual(
      two.state.pending,
    );
    expect(ended(two.state, 'succeeded', T0 + HOUR).pending).toBeNull();
    expect(ended(two.state, 'succeeded', T0 + 119).pending).toEqual(trigger('conceptDrift', T0 + 120));
    expect(ended(two.state, 'rejected', T0 + HOUR).pending).toEqual(trigger('conceptDrift', T0 + 120));
  });

  test('a person’s request that has to wait is not pushed out by an alarm', () => {
    const bad = { data: 'invalid' as const };
    const asked = decide(NEVER_TRAINED, signals([trigger('manual')], bad), T0);
    const alarmed = decide(asked.state, signals([trigger('quality', T0 + HOUR)], bad), T0 + HOUR);
    expect(alarmed.state.pending).toEqual(trigger('manual'));
  });

  test('the end of a run is counted once, and of an unknown one not at all', () => {
    const { state } = started();
    const failed = ended(state, 'failed', T0 + HOUR);
    expect(failed.failuresInARow).toBe(1);
    const report = { id: state.runs[0]!.id, outcome: 'failed' as const, atSeconds: T0 + 2 * HOUR };
    expect(applyRunEnded(failed, report)).toBe(failed);
    expect(applyRunEnded(failed, { ...report, id: 'quality-0' })).toBe(failed);
  });
});

describe('what holds a run back', () => {
  test('the cooldown counts from the start of the last run', () => {
    const done = ended(started().state, 'succeeded', T0 + 10 * HOUR);
    const early = decide(done, signals([trigger('quality', T0 + 7 * DAY - 1)]), T0 + 7 * DAY - 1);
    expect(code(early.decision)).toEqual(['skip', 'cooldown']);
    expect(early.decision.reason.text).toContain('not before 2026-11-08T00:00:00Z');
    expect(decide(done, signals([trigger('quality', T0 + 7 * DAY)]), T0 + 7 * DAY).decision.action).toBe('retrain');
    expect(decide(early.state, signals([]), T0 + 7 * DAY).decision.trigger).toEqual(
      trigger('quality', T0 + 7 * DAY - 1),
    );
  });

  test('a person passes the cooldown, not a run under way', () => {
    const done = ended(started().state, 'succeeded', T0 + HOUR);
    expect(decide(done, signals([trigger('manual', T0 + DAY)]), T0 + DAY).decision.action).toBe('retrain');
    expect(code(decide(started().state, signals([trigger('manual', T0 + 60)]), T0 + 60).decision)).toEqual([
      'skip',
      'inFlight',
    ]);
  });

  test('a weekly schedule and a cooldown of a week agree, though events come a little early or late', () => {
    const weekly = policy({ schedule: { every: '7d' } });
    let state = NEVER_TRAINED;
    [40, 2, 31, 5].forEach((late, week) => {
      const fired = T0 + week * 7 * DAY;
      const step = decide(state, signals([trigger('schedule', fired)]), fired + late, weekly);
      expect(step.decision.action).toBe('retrain');
      state = ended(step.state, 'succeeded', fired + HOUR);
    });
  });

  test('failures back off 1 h, 4 h, 24 h from their end, then it stops and pages once a day, until a person starts it', () => {
    let state = started().state;
    let at = T0;
    for (const [hours, attempt] of [
      [1, 2],
      [4, 3],
      [24, 4],
    ] as const) {
      at += 600;
      state = ended(state, 'failed', at);
      const early = decide(state, signals([]), at + hours * HOUR - 1);
      expect(code(early.decision)).toEqual(['skip', 'backoff']);
      at += hours * HOUR;
      const next = decide(early.state, signals([]), at);
      expect(next.decision.action).toBe('retrain');
      expect(next.decision.id).toMatch(new RegExp(`^quality-[0-9a-f]{16}-${attempt}$`));
      state = next.state;
    }
    state = ended(state, 'failed', at + 600);
    const stopped = decide(state, signals([trigger('quality', at + 600)]), at + 60 * DAY);
    expect(stopped.decision).toMatchObject({ action: 'escalate', severity: 'page', reason: { code: 'circuitOpen' } });
    const quiet = decide(stopped.state, signals([trigger('quality', at + 700)]), at + 60 * DAY + HOUR);
    expect(quiet.decision).toMatchObject({ action: 'skip', severity: 'info', reason: { code: 'circuitOpen' } });
    expect(decide(quiet.state, signals([]), at + 61 * DAY).decision.action).toBe('escalate');
    const byHand = decide(quiet.state, signals([trigger('manual', at + 61 * DAY)]), at + 61 * DAY);
    expect(byHand.decision.action).toBe('retrain');
    expect(ended(byHand.state, 'succeeded', at + 62 * DAY).failuresInARow).toBe(0);
  });

  test('a failed run does not cool down, a gate failure is no failure', () => {
    const failed = ended(started().state, 'failed', T0 + 600);
    expect(decide(failed, signals([trigger('quality', T0 + 2 * HOUR)]), T0 + 2 * HOUR).decision.action).toBe('retrain');
    const rejected = ended(started().state, 'rejected', T0 + 600);
    expect(rejected.failuresInARow).toBe(0);
    expect(code(decide(rejected, signals([trigger('quality', T0 + HOUR)]), T0 + HOUR).decision)).toEqual([
      'skip',
      'cooldown',
    ]);
  });

  test('maxRuns counts starts in its window, failed ones too', () => {
    const few = policy({ cooldown: '1h', maxRuns: { count: 2, per: '30d' } });
    let state = NEVER_TRAINED;
    for (const day of [0, 1]) {
      const step = decide(state, signals([trigger('quality', T0 + day * DAY)]), T0 + day * DAY, few);
      expect(step.decision.action).toBe('retrain');
      state = ended(step.state, day === 0 ? 'failed' : 'succeeded', T0 + day * DAY + HOUR);
    }
    const third = signals([trigger('quality', T0 + 2 * DAY)]);
    expect(code(decide(state, third, T0 + 2 * DAY, few).decision)).toEqual(['skip', 'maxRuns']);
    expect(decide(state, third, T0 + 30 * DAY, few).decision.action).toBe('retrain');
  });

  test('a run that costs too much is for a person; an unknown cost waits', () => {
    const dear = policy({ maxCostPerRun: 10 });
    expect(code(decide(NEVER_TRAINED, signals([trigger('quality')]), T0, dear).decision)).toEqual([
      'escalate',
      'costPerRun',
    ]);
    const unknown = signals([trigger('quality')], { estimatedRunCost: null });
    expect(code(decide(NEVER_TRAINED, unknown, T0, dear).decision)).toEqual(['defer', 'costUnknown']);
    expect(decide(NEVER_TRAINED, unknown, T0).decision.action).toBe('retrain');
    expect(
      decide(NEVER_TRAINED, signals([trigger('quality')]), T0, policy({ maxCostPerRun: 12 })).decision.action,
    ).toBe('retrain');
  });

  test('a spent budget blocks training where the definition says so, by hand too, and else warns', () => {
    const budget = { monthly: 110, onExceeded: 'blockTraining' as const };
    for (const kind of ['quality', 'manual'] as const) {
      const blocked = decide(NEVER_TRAINED, signals([trigger(kind)]), T0, policy({}, budget)).decision;
      expect(code(blocked)).toEqual(['escalate', 'budgetExceeded']);
    }
    const alerted = decide(
      NEVER_TRAINED,
      signals([trigger('quality')]),
      T0,
      policy({}, { ...budget, onExceeded: 'alert' }),
    );
    expect(alerted.decision).toMatchObject({
      action: 'retrain',
      warnings: ['this month comes to 112 with the run, budget 110'],
    });
    expect(
      decide(NEVER_TRAINED, signals([trigger('quality')]), T0, policy({}, { ...budget, monthly: 112 })).decision.action,
    ).toBe('retrain');
  });

  test('what was really spent blocks training where the definition says so, by hand too', () => {
    const trainingBlock = { cost: 905, budget: 900, currency: 'EUR', untilSeconds: T0 + 5 * DAY };
    const budget = { monthly: 900, onExceeded: 'blockTraining' as const };
    for (const kind of ['quality', 'manual'] as const) {
      const asked = signals([trigger(kind)], { trainingBlock });
      const blocked = decide(NEVER_TRAINED, asked, T0, policy({}, budget));
      expect(code(blocked.decision)).toEqual(['escalate', 'budgetExceeded']);
      expect(blocked.decision.reason.text).toContain('905 of 900 EUR');
      // The reason waits, and is answered when the month is over.
      const free = decide(blocked.state, signals([]), T0 + 6 * DAY, policy({}, budget));
      expect(free.decision.action).toBe('retrain');
    }
  });

  test('a clock that runs backwards starts nothing', () => {
    const done = ended(started().state, 'succeeded', T0 + HOUR);
    expect(decide(done, signals([trigger('quality', T0 - DAY)]), T0 - DAY).decision.action).toBe('skip');
  });
});

test('the order of triggers changes nothing', () => {
  const triggers: Trigger[] = [
    trigger('drift'),
    trigger('quality', T0 - 5),
    trigger('quality', T0),
    trigger('manual', T0 - 9),
  ];
  const straight = decideRetraining(NEVER_TRAINED, signals(triggers), policy(), T0);
  expect(decideRetraining(NEVER_TRAINED, signals([...triggers].reverse()), policy(), T0)).toEqual(straight);
});

describe('quality that stays bad', () => {
  const bad = (since: number | null) => signals([], { qualityCriticalSinceSeconds: since });

  it('asks anew with every cooldown, although its alarm rang once and the run before was rejected', () => {
    const rules = policy({ cooldown: '7d' });
    const first = decideRetraining(NEVER_TRAINED, bad(T0), rules, T0);
    expect(first).toMatchObject({ action: 'retrain', trigger: { kind: 'quality', windowEndSeconds: T0 } });
    const started = applyRetrainingDecision(NEVER_TRAINED, first, T0);
    const rejected = applyRunEnded(started, { id: first.id!, outcome: 'rejected', atSeconds: T0 + HOUR });
    expect(decideRetraining(rejected, bad(T0), rules, T0 + 6 * DAY).action).toBe('skip');
    const second = decideRetraining(rejected, bad(T0), rules, T0 + 7 * DAY);
    expect(second).toMatchObject({ action: 'retrain', trigger: { windowEndSeconds: T0 + 7 * DAY } });
    expect(second.id).not.toBe(first.id);
  });

  it('is no reason where the definition does not retrain on it, before it began, or when it is over', () => {
    expect(decideRetraining(NEVER_TRAINED, bad(T0), policy({ on: ['newData'], minNewLabels: 9999 }), T0).action).toBe(
      'skip',
    );
    expect(decideRetraining(NEVER_TRAINED, bad(T0 + 1), policy(), T0).reason.code).toBe('noReason');
    expect(decideRetraining(NEVER_TRAINED, bad(null), policy(), T0).reason.code).toBe('noReason');
  });
});
