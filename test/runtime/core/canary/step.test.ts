import { decideByPerson, enterStage, judgeStep, livePercent } from '../../../../src/runtime/core/canary';
import { arm, broken, firstStep, healthy, lastHold, look, release, replay, sample, seen, silent } from './support';

const actions = (decisions: ReturnType<typeof replay>) => decisions.map(({ action }) => action);
const last = <T>(list: readonly T[]): T => list[list.length - 1]!;

describe('a hold, look by look', () => {
  test('a healthy challenger advances when the hold is over, and not before', () => {
    const decisions = replay(release(), 10, healthy);
    expect(actions(decisions)).toEqual([...Array(9).fill('continue'), 'advance']);
    expect(last(decisions).state.status).toBe('advanced');
    expect(last(decisions).reason.text).toContain('on to the next stage');
  });

  test('a failed look is forgiven, the one after it rolls back', () => {
    const [first, second] = replay(release(), 2, broken);
    expect(first).toMatchObject({ action: 'continue', reason: { code: 'forgiven' } });
    expect(second).toMatchObject({ action: 'rollback', reason: { code: 'failed' }, state: { status: 'rolledBack' } });
    expect(livePercent(second!.state)).toBe(0);
    expect(second!.reason.text).toMatch(
      /challenger 30\.0 % errors of 200, champion 1\.0 % of 3,800; limit 0\.5 points; look 2/,
    );
    expect(replay(release({ failureLimit: 0 }), 1, broken)[0]!.action).toBe('rollback');
  });

  test('failed looks are counted over the whole release', () => {
    const [, second] = replay(release({ failureLimit: 5 }), 2, broken);
    const next = enterStage(second!.state, { ...firstStep, percent: 25 }, 120);
    expect(next.failedLooks).toBe(2);
    expect(next.evidence).toBe(second!.state.evidence);
  });

  test('a challenger that was found guilty does not advance on its last look', () => {
    const decisions = replay(release({ failureLimit: 100 }), 12, broken);
    expect(actions(decisions)).not.toContain('advance');
    expect(decisions[10]).toMatchObject({ action: 'extend' });
  });

  test('without traffic the hold is extended to three times its length, then a person is asked, then it is taken back', () => {
    const decisions = replay(release({ pauseTimeout: '10m' }), 41, silent);
    expect(actions(decisions)).toEqual([
      ...Array(9).fill('continue'),
      ...Array(20).fill('extend'),
      'pause',
      ...Array(9).fill('continue'),
      'rollback',
      'rollback',
    ]);
    expect(decisions[29]!.state.status).toBe('paused');
    expect(decisions[39]!.reason.code).toBe('pauseTimeout');
    expect(livePercent(decisions[39]!.state)).toBe(0);
    expect(decisions[40]!.reason.code).toBe('alreadyRolledBack');
  });

  test('onInconclusive rollback asks nobody', () => {
    const decisions = replay(release({ onInconclusive: 'rollback', maxExtension: 0 }), 10, silent);
    expect(last(decisions)).toMatchObject({ action: 'rollback', reason: { code: 'inconclusive' } });
  });

  test('traffic that stops in a later stage does not promote, whatever there was before', () => {
    const before = last(replay(release(), 10, healthy)).state;
    const state = enterStage(before, { ...lastHold, holdSeconds: 60 }, 600);
    const { decision } = look(state, release(), silent(11));
    expect(decision).toMatchObject({ action: 'extend', reason: { code: 'extended' } });
    expect(decision.reason.text).toContain('0 of 500 requests to the challenger in this stage');
  });

  test('a stage in which the champion suddenly has no traffic has nothing to compare with', () => {
    const before = last(replay(release(), 10, healthy)).state;
    const state = enterStage(before, { ...firstStep, percent: 25, holdSeconds: 60 }, 600);
    const { decision } = look(state, release(), seen(11, sample(11, arm(2000, 20), arm(10))));
    expect(decision.action).toBe('extend');
    expect(decision.reason.text).toContain('10 of 500 requests to the champion in this stage');
  });

  test('in the last hold the champion has no traffic, and the challenger may be promoted', () => {
    const before = last(replay(release(), 10, healthy)).state;
    const state = enterStage(before, { ...lastHold, holdSeconds: 60 }, 600);
    const { decision } = look(state, release(), seen(11, sample(11, arm(2000, 20), arm(0))));
    expect(decision).toMatchObject({ action: 'advance', reason: { code: 'passed' } });
    expect(decision.reason.text).toContain('may be promoted');
    // A few stragglers that the champion still answers do not dilute what was known.
    const stragglers = look(state, release(), seen(11, sample(11, arm(2000, 20), arm(3))));
    expect(stragglers.decision.action).toBe('advance');
  });

  test('a stage without a hold rests on the traffic before it', () => {
    const before = last(replay(release(), 10, healthy)).state;
    const { decision } = look(enterStage(before, { ...lastHold, holdSeconds: 0 }, 600), release(), silent(11));
    expect(decision.action).toBe('advance');
    const nothing = look(enterStage(null, { ...lastHold, holdSeconds: 0 }, 0), release(), silent(1));
    expect(nothing.decision.action).toBe('pause');
  });

  test('live traffic after mirrored traffic starts with no evidence', () => {
    const policy = release({}, { shadow: { duration: '10m' } });
    const shadow = last(replay(policy, 3, healthy, { ...firstStep, phase: 'shadow' })).state;
    expect(shadow.evidence.looks).toBe(3);
    expect(livePercent(shadow)).toBe(0);
    expect(enterStage(shadow, firstStep, 600).evidence.looks).toBe(0);
  });
});

describe('what ends a release at any time', () => {
  const alarmed = (number: number) => ({ ...healthy(number), pageAlarms: ['endpoint-availability'] });

  test('a page alarm, also without numbers, also after the stage was passed', () => {
    const first = replay(release(), 1, alarmed)[0]!;
    expect(first).toMatchObject({ action: 'rollback', reason: { code: 'pageAlarm' } });
    expect(first.reason.text).toContain('endpoint-availability');
    expect(replay(release(), 1, (n) => seen(n, null, { pageAlarms: ['x'] }))[0]!.action).toBe('rollback');
    const passed = last(replay(release(), 10, healthy)).state;
    expect(look(passed, release(), alarmed(11)).decision.state.status).toBe('rolledBack');
    expect(look(passed, release(), healthy(11)).decision.action).toBe('advance');
  });

  test('more looks in a row without numbers than allowed; one good look forgives them', () => {
    const blind = replay(release(), 5, (n) => seen(n, null));
    expect(actions(blind)).toEqual(['continue', 'continue', 'continue', 'continue', 'rollback']);
    expect(last(blind).reason).toMatchObject({ code: 'noNumbers' });
    const shaky = replay(release(), 9, (n) => (n === 5 ? healthy(n) : seen(n, null)));
    expect(last(shaky)).toMatchObject({ action: 'continue', state: { errorsInARow: 4 } });
  });

  test('no numbers at the end of the hold do not advance', () => {
    const decisions = replay(release(), 10, (n) => (n === 10 ? seen(n, null) : healthy(n)));
    expect(last(decisions).action).toBe('extend');
  });

  test('a breach while a release is paused still rolls it back', () => {
    const decisions = replay(release({ maxExtension: 0 }), 12, (n) => (n <= 10 ? silent(n) : broken(n)));
    expect(decisions[9]!.state.status).toBe('paused');
    expect(decisions[11]).toMatchObject({ action: 'rollback', reason: { code: 'failed' } });
  });

  test('rollback: manual asks a person once, and takes it back when nobody answers', () => {
    const policy = release({ pauseTimeout: '5m' }, { rollback: 'manual' });
    const decisions = replay(policy, 7, broken);
    expect(actions(decisions)).toEqual([
      'continue',
      'pause',
      'continue',
      'continue',
      'continue',
      'continue',
      'rollback',
    ]);
    expect(decisions[1]).toMatchObject({ state: { status: 'paused' }, reason: { code: 'rollbackAdvised' } });
    expect(last(decisions).reason.code).toBe('pauseTimeout');
  });
});

describe('duplicates, order and people', () => {
  test('the same look twice counts once', () => {
    const once = replay(release(), 1, broken)[0]!;
    const twice = look(once.state, release(), broken(1)).decision;
    expect(twice).toMatchObject({ action: 'continue', reason: { code: 'stale' } });
    expect(twice.state).toEqual(once.state);
  });

  test('a provider that gives the same old window again and again has no numbers', () => {
    const stuck = replay(release(), 6, (n) => ({ ...healthy(1), atSeconds: 60 * n }));
    expect(actions(stuck)).toEqual([...Array(5).fill('continue'), 'rollback']);
    expect(last(stuck).reason.code).toBe('noNumbers');
  });

  test('with rollback: manual a release that already waits is told anew when it turns out to be harmful', () => {
    const policy = release({ maxExtension: 0 }, { rollback: 'manual' });
    const decisions = replay(policy, 13, (n) => (n <= 10 ? silent(n) : broken(n)));
    expect(actions(decisions.slice(9))).toEqual(['pause', 'continue', 'pause', 'continue']);
    expect(decisions[11]!.state.paused).toMatchObject({ sinceSeconds: 600, code: 'rollbackAdvised' });
  });

  test('a clock that runs backwards neither extends nor ends anything', () => {
    const state = last(replay(release(), 5, healthy)).state;
    const { decision } = look(state, release(), { ...healthy(3), atSeconds: 180 });
    expect(decision.state).toEqual(state);
  });

  test('a person advances or takes back a release that waits; a taken back one stays so', () => {
    const paused = last(replay(release({ maxExtension: 0 }), 10, silent)).state;
    const who = { by: 'ada@example.com', reason: 'night, no traffic' };
    const on = decideByPerson(paused, { decision: 'advance', ...who });
    expect(on).toMatchObject({ action: 'advance', state: { status: 'advanced', paused: null } });
    expect(on.reason.text).toBe('ada@example.com decided: night, no traffic');
    const back = decideByPerson(paused, { decision: 'rollback', ...who });
    expect(livePercent(back.state)).toBe(0);
    expect(decideByPerson(back.state, { decision: 'advance', ...who })).toMatchObject({
      action: 'rollback',
      state: { status: 'rolledBack' },
    });
  });

  test('a time that is no number leaves the clock where it was', () => {
    const state = last(replay(release(), 5, healthy)).state;
    const verdict = look(state, release(), { ...healthy(6), atSeconds: Number.NaN }).verdict;
    expect(verdict.status).toBe('error');
    expect(judgeStep(state, verdict, release()).state.lastLookAtSeconds).toBe(300);
  });
});
