import { applyPromotionEvent, emptyRegistry, type PromotionEvent } from '../../../../src/runtime/core/promotion';
import {
  approved,
  challenged,
  digestOf,
  gated,
  POLICY,
  promoted,
  registered,
  rolledBack,
  stateAfter,
  wholeRelease,
} from './events';

const twoReleases = [...wholeRelease('v1', null), ...wholeRelease('v2', 'v1')];
const empty = emptyRegistry('churn');

function problemOf(before: readonly PromotionEvent[], event: PromotionEvent, policy = POLICY): unknown {
  const state = stateAfter(before);
  const outcome = applyPromotionEvent(state, event, policy);
  expect(outcome.ok).toBe(false);
  expect(outcome.state).toBe(state);
  return outcome.ok ? undefined : outcome.problem;
}

describe('promotion', () => {
  it('takes a first version from registration to champion and stamps it', () => {
    const state = stateAfter(wholeRelease('v1', null));
    expect(state.aliases).toEqual({ champion: 'v1', challenger: null, previous: null });
    expect(state.versions['v1']).toMatchObject({ state: 'released', firstVersion: true, approvedBy: 'grace' });
  });

  it('keeps the champion before as previous, and does not stamp the second', () => {
    const state = stateAfter(twoReleases);
    expect(state.aliases).toEqual({ champion: 'v2', challenger: null, previous: 'v1' });
    expect(state.versions['v2']!.firstVersion).toBe(false);
  });

  it('leaves the champion alone while there is a challenger', () => {
    const state = stateAfter([
      ...wholeRelease('v1', null),
      registered('v2'),
      gated('v2'),
      approved('v2'),
      challenged('v2'),
    ]);
    expect(state.aliases).toEqual({ champion: 'v1', challenger: 'v2', previous: null });
  });

  it('stops a version that fails its gate, and keeps one that is inconclusive where it is', () => {
    expect(stateAfter([registered('v1'), gated('v1', 'fail')]).versions['v1']!.state).toBe('rejected');
    expect(stateAfter([registered('v1'), gated('v1', 'inconclusive')]).versions['v1']!.state).toBe('registered');
    expect(problemOf([registered('v1'), gated('v1', 'fail')], approved('v1'))).toMatchObject({
      code: 'invalidTransition',
    });
    expect(problemOf([registered('v1'), gated('v1', 'inconclusive')], approved('v1'))).toMatchObject({
      code: 'invalidTransition',
      got: 'registered',
    });
  });
});

describe('approval', () => {
  const candidate = [registered('v1', 'Ada@Example.com'), gated('v1')];

  it('is not for who started the training, however the name is written', () => {
    for (const by of ['Ada@Example.com', 'ada@example.com', ' ADA@example.com ']) {
      expect(problemOf(candidate, approved('v1', by))).toMatchObject({ code: 'separationOfDuties', got: by });
    }
    const relaxed = { ...POLICY, separationOfDuties: false };
    expect(applyPromotionEvent(stateAfter(candidate), approved('v1', 'ada@example.com'), relaxed).ok).toBe(true);
  });

  it('is for approvers alone, where there is a list', () => {
    const policy = { ...POLICY, approvers: ['grace@example.com'] };
    expect(problemOf(candidate, approved('v1', 'mallory'), policy)).toEqual({
      code: 'notAnApprover',
      path: 'versions.v1',
      got: '"mallory"',
      expected: 'one of grace@example.com',
      fix: 'ask one of them, or add the person to governance.approvers',
    });
    expect(applyPromotionEvent(stateAfter(candidate), approved('v1', 'Grace@example.com'), policy).ok).toBe(true);
    const both = { ...policy, approvers: ['ada@example.com'] };
    expect(problemOf(candidate, approved('v1', 'ada@example.com'), both)).toMatchObject({ code: 'separationOfDuties' });
  });

  it('comes from a policy where approval is automatic, and only there', () => {
    const byPolicy: PromotionEvent = { kind: 'approve', id: 'auto', version: 'v1', by: 'gate', automatic: true };
    expect(problemOf(candidate, byPolicy)).toMatchObject({ code: 'manualApprovalRequired' });
    const outcome = applyPromotionEvent(stateAfter(candidate), byPolicy, {
      ...POLICY,
      approval: 'automatic',
      approvers: ['x'],
    });
    expect(outcome.state.versions['v1']).toMatchObject({ state: 'approved', approvedBy: null });
  });

  it('needs somebody', () => {
    expect(problemOf(candidate, approved('v1', '  '))).toMatchObject({ code: 'nobody' });
  });

  it('of a version that was rolled back takes a person', () => {
    const state = stateAfter([...twoReleases, rolledBack('v2', 'v1')]);
    const automatic: PromotionEvent = { kind: 'approve', id: 'again', version: 'v2', by: 'gate', automatic: true };
    expect(applyPromotionEvent(state, automatic, { ...POLICY, approval: 'automatic' })).toMatchObject({ ok: false });
    const back = stateAfter([approved('v2'), challenged('v2'), promoted('v2', 'v1')], state);
    expect(back.aliases).toEqual({ champion: 'v2', challenger: null, previous: 'v1' });
  });
});

describe('artifact digests', () => {
  const ready = [registered('v1'), gated('v1'), approved('v1')];

  it('are compared before a challenger and before a champion gets traffic', () => {
    const other = digestOf('v9');
    expect(problemOf(ready, challenged('v1', other))).toMatchObject({
      code: 'digestMismatch',
      got: other,
      expected: digestOf('v1'),
    });
    expect(problemOf([...ready, challenged('v1')], promoted('v1', null, other))).toMatchObject({
      code: 'digestMismatch',
    });
  });

  it('are compared before the previous version gets its traffic back', () => {
    expect(problemOf(twoReleases, rolledBack('v2', 'v9'))).toMatchObject({
      code: 'digestMismatch',
      path: 'versions.v1.artifactDigest',
    });
    expect(problemOf(twoReleases, rolledBack('v2', null))).toMatchObject({ code: 'digestMismatch', got: 'no digest' });
  });

  it('are not asked for where integrity is switched off', () => {
    const policy = { ...POLICY, modelIntegrity: false };
    expect(applyPromotionEvent(stateAfter(ready), challenged('v1', ''), policy).ok).toBe(true);
  });

  it('have one form, and belong to one version for ever', () => {
    expect(problemOf([], { ...registered('v1'), artifactDigest: 'md5:1' } as PromotionEvent)).toMatchObject({
      code: 'invalidDigest',
    });
    const again = { ...registered('v1'), artifactDigest: digestOf('v2') } as PromotionEvent;
    expect(problemOf(ready, again)).toMatchObject({
      code: 'versionExists',
      got: digestOf('v2'),
      expected: digestOf('v1'),
    });
    expect(problemOf(ready, registered('v1', 'mallory'))).toMatchObject({ code: 'versionExists', got: 'mallory' });
  });
});

describe('rollback', () => {
  it('moves the champion to the previous version, and that to the one before', () => {
    const three = stateAfter([...twoReleases, ...wholeRelease('v3', 'v2')]);
    const once = stateAfter([rolledBack('v3', 'v2')], three);
    expect(once.aliases).toEqual({ champion: 'v2', challenger: null, previous: 'v1' });
    expect(once.versions['v3']!.state).toBe('rolledBack');
    const twice = stateAfter([rolledBack('v2', 'v1')], once);
    expect(twice.aliases).toEqual({ champion: 'v1', challenger: null, previous: null });
  });

  it('of a challenger leaves the champion all traffic', () => {
    const canary = stateAfter([
      ...wholeRelease('v1', null),
      registered('v2'),
      gated('v2'),
      approved('v2'),
      challenged('v2'),
    ]);
    const state = stateAfter([rolledBack('v2', null)], canary);
    expect(state.aliases).toEqual({ champion: 'v1', challenger: null, previous: null });
    expect(state.versions['v1']!.state).toBe('released');
  });

  it('of the only champion is refused: there is nothing to go back to', () => {
    expect(problemOf(wholeRelease('v1', null), rolledBack('v1', null))).toMatchObject({ code: 'noPrevious' });
  });

  it('twice, even under another id, moves the champion once', () => {
    const state = stateAfter([...twoReleases, ...wholeRelease('v3', 'v2'), rolledBack('v3', 'v2')]);
    expect(stateAfter([rolledBack('v3', 'v2')], state)).toBe(state);
  });

  it('of a version without traffic is refused', () => {
    expect(problemOf([registered('v1')], rolledBack('v1', null))).toMatchObject({ code: 'notInTraffic' });
  });
});

describe('two releases at a time', () => {
  const champion = wholeRelease('v1', null);
  const both = [
    ...champion,
    registered('v2'),
    gated('v2'),
    approved('v2'),
    registered('v3'),
    gated('v3'),
    approved('v3'),
  ];

  it('have one challenger', () => {
    expect(problemOf([...both, challenged('v2')], challenged('v3'))).toMatchObject({
      code: 'challengerBusy',
      got: 'v2',
    });
    expect(problemOf([...both, challenged('v2')], promoted('v3', 'v1'))).toMatchObject({ code: 'challengerBusy' });
  });

  it('do not replace a champion that they have not been compared with', () => {
    expect(problemOf([...both, promoted('v2', 'v1')], promoted('v3', 'v1'))).toMatchObject({
      code: 'staleChampion',
      got: 'v2',
      expected: 'v1',
    });
  });
});

describe('unknown and finished versions', () => {
  it('are named, with those that there are', () => {
    expect(problemOf([registered('v1')], approved('v2'))).toMatchObject({
      code: 'unknownVersion',
      expected: 'one of v1',
    });
    expect(applyPromotionEvent(empty, approved('constructor'), POLICY).ok).toBe(false);
  });

  it('are archived when no alias needs them, and then are no fallback', () => {
    const archive = (version: string): PromotionEvent => ({
      kind: 'archive',
      id: `archive-${version}`,
      version,
      by: 'ada',
    });
    expect(problemOf(twoReleases, archive('v1'))).toMatchObject({ code: 'versionInUse', path: 'aliases.previous' });
    const three = stateAfter([...twoReleases, ...wholeRelease('v3', 'v2'), archive('v1')]);
    expect(three.versions['v1']!.state).toBe('archived');
    expect(stateAfter([rolledBack('v3', 'v2')], three).aliases.previous).toBeNull();
  });

  it('are rejected for good by a person, but not in the middle of a release', () => {
    const no: PromotionEvent = { kind: 'reject', id: 'no', version: 'v1', by: 'grace', reason: 'unfair' };
    const ready = [registered('v1'), gated('v1'), approved('v1')];
    expect(stateAfter([...ready, no]).versions['v1']!.state).toBe('rejected');
    expect(problemOf([...ready, challenged('v1')], no)).toMatchObject({ code: 'versionInUse' });
    expect(problemOf([...ready, no], challenged('v1'))).toMatchObject({ code: 'invalidTransition', got: 'rejected' });
  });
});
