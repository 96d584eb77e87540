import type { Release } from '../../../definition/release';
import { durationSeconds } from '../../../kernel/duration';
import { NO_EVIDENCE, type ReleaseEvidence } from './evidence';
import type { LookVerdict } from './look';
import type { ReleasePhase } from './policy';
import { seconds, wholeNumber } from './words';

/** Where a release stands: mirrored traffic, a percent of live traffic, or all of it for the last hold. */
export interface ReleaseStage {
  readonly phase: ReleasePhase;
  /** Percent of live (or mirrored) requests that the challenger gets. */
  readonly percent: number;
  readonly holdSeconds: number;
  /** After it the challenger is promoted. */
  readonly last: boolean;
}

/** State of a release's analysis; JSON-safe, so a workflow can carry it between looks. */
export interface CanaryState {
  readonly stage: ReleaseStage;
  /** When the stage's traffic was in force, epoch seconds. */
  readonly stageStartedAtSeconds: number;
  /** Requests before the stage, so that a stage is judged on traffic of its own. */
  readonly requestsBefore: { readonly challenger: number; readonly champion: number };
  readonly status: 'holding' | 'paused' | 'advanced' | 'rolledBack';
  /** Failed looks of the whole release. */
  readonly failedLooks: number;
  /** Looks in a row without usable numbers. */
  readonly errorsInARow: number;
  /** Greatest time of a look, epoch seconds. */
  readonly lastLookAtSeconds: number;
  readonly paused: { readonly sinceSeconds: number; readonly code: PauseCode; readonly text: string } | null;
  readonly evidence: ReleaseEvidence;
}

export type PauseCode = 'inconclusive' | 'rollbackAdvised';
export type RollbackCode =
  | 'pageAlarm'
  | 'failed'
  | 'noNumbers'
  | 'inconclusive'
  | 'pauseTimeout'
  | 'person'
  | 'alreadyRolledBack';
export type CanaryCode =
  | 'stale'
  | 'holding'
  | 'forgiven'
  | 'extended'
  | 'passed'
  | 'alreadyAdvanced'
  | PauseCode
  | RollbackCode;

export interface CanaryDecision {
  readonly state: CanaryState;
  /** `continue`, `extend` and `pause` leave the traffic as it is; `pause` is said once, when a person is needed. */
  readonly action: 'continue' | 'extend' | 'pause' | 'advance' | 'rollback';
  readonly reason: { readonly code: CanaryCode; readonly text: string };
}

/**
 * The state at the moment when a stage's traffic is in force: of a new release without `before`, otherwise of the same
 * one. Live traffic after mirrored traffic starts with no evidence; failed looks stay counted.
 */
export function enterStage(before: CanaryState | null, stage: ReleaseStage, atSeconds: number): CanaryState {
  const evidence = before !== null && before.stage.phase === stage.phase ? before.evidence : NO_EVIDENCE;
  return {
    stage,
    stageStartedAtSeconds: atSeconds,
    requestsBefore: { challenger: evidence.challenger.requests, champion: evidence.champion.requests },
    status: 'holding',
    failedLooks: before?.failedLooks ?? 0,
    errorsInARow: 0,
    lastLookAtSeconds: atSeconds,
    paused: null,
    evidence,
  };
}

/** Live percent of the challenger that a state stands for. */
export function livePercent({ stage, status }: CanaryState): number {
  return status === 'rolledBack' || stage.phase === 'shadow' ? 0 : stage.percent;
}

/**
 * What to do after a look. Total; time is the look's, and never runs backwards.
 *
 * 1. A page alarm rolls back, at any time. 2. More looks in a row without numbers than `providerErrorLimit` roll back.
 * 3. More failed looks than `failureLimit` in the whole release roll back, also while it is paused. 4. Before the hold is
 * over: go on. 5. After it: advance when the look passes on enough requests of this stage, otherwise extend the hold up to
 * `maxExtension` times its length, then pause or roll back. 6. A pause ends by a person, by 1–3, or by `pauseTimeout`,
 * which rolls back. With `rollback: manual` 1–3 pause and ask for a person.
 */
export function judgeStep(before: CanaryState, look: LookVerdict, release: Release): CanaryDecision {
  if (before.status === 'rolledBack')
    return decide(before, 'rollback', 'alreadyRolledBack', 'the champion has all traffic');
  const [alarm] = look.pageAlarms;
  if (before.status === 'advanced' && alarm === undefined) {
    return decide(before, 'advance', 'alreadyAdvanced', 'this stage was passed before');
  }
  const at = Number.isFinite(look.atSeconds)
    ? Math.max(look.atSeconds, before.lastLookAtSeconds)
    : before.lastLookAtSeconds;
  const state = count({ ...before, lastLookAtSeconds: at }, look, isRepeated(look, before));
  if (alarm !== undefined)
    return undo(state, release, at, 'pageAlarm', `page alarm ${look.pageAlarms.join(', ')} fires`);
  if (isRepeated(look, before)) return decide(state, 'continue', 'stale', look.text);
  const { failureLimit, providerErrorLimit } = release.analysis;
  if (state.errorsInARow > providerErrorLimit) {
    return undo(state, release, at, 'noNumbers', `${state.errorsInARow} looks in a row without numbers; ${look.text}`);
  }
  if (look.status === 'fail' && state.failedLooks > failureLimit) return undo(state, release, at, 'failed', look.text);
  return state.paused === null ? whileHolding(state, look, release, at) : whilePaused(state, look, release, at);
}

/** The same look delivered again. An old window at a later time is something else: a provider that has stopped. */
function isRepeated(look: LookVerdict, { lastLookAtSeconds }: CanaryState): boolean {
  return look.status === 'stale' && !(look.atSeconds > lastLookAtSeconds);
}

function count(state: CanaryState, look: LookVerdict, repeated: boolean): CanaryState {
  if (repeated) return state;
  if (look.status === 'error' || look.status === 'stale') return { ...state, errorsInARow: state.errorsInARow + 1 };
  const failedLooks = state.failedLooks + (look.status === 'fail' ? 1 : 0);
  return { ...state, evidence: look.evidence, failedLooks, errorsInARow: 0 };
}

function whileHolding(state: CanaryState, look: LookVerdict, release: Release, at: number): CanaryDecision {
  const { holdSeconds, last } = state.stage;
  const elapsed = at - state.stageStartedAtSeconds;
  if (elapsed < holdSeconds) {
    const left = `${seconds(holdSeconds - elapsed)} of the hold left`;
    const code = look.status === 'fail' ? 'forgiven' : 'holding';
    return decide(state, 'continue', code, `${look.text}; ${left}`);
  }
  const missing = look.status === 'pass' ? missingRequests(state, release.analysis.minRequests) : null;
  if (look.status === 'pass' && missing === null) {
    const next = last ? 'the challenger may be promoted' : 'on to the next stage';
    return decide({ ...state, status: 'advanced' }, 'advance', 'passed', `${look.text}; hold is over, ${next}`);
  }
  const why = missing ?? look.text;
  const longest = holdSeconds * (1 + release.analysis.maxExtension);
  if (elapsed < longest) {
    return decide(state, 'extend', 'extended', `${why}; hold extended, ${seconds(longest - elapsed)} left`);
  }
  if (release.analysis.onInconclusive === 'rollback') return undo(state, release, at, 'inconclusive', why);
  return pause(state, at, 'inconclusive', `${why}; not decided in ${seconds(elapsed)}, a person has to decide`);
}

/**
 * Why the stage itself has too little traffic; null when it has enough. A stage without a hold is judged on the traffic
 * of the stages before it.
 */
function missingRequests({ stage, requestsBefore, evidence }: CanaryState, minRequests: number): string | null {
  const since = stage.holdSeconds === 0 ? { challenger: 0, champion: 0 } : requestsBefore;
  const challenger = evidence.challenger.requests - since.challenger;
  const champion = evidence.champion.requests - since.champion;
  const needsChampion = stage.phase === 'shadow' || stage.percent < 100;
  if (challenger >= minRequests && (!needsChampion || champion >= minRequests)) return null;
  const arm = challenger < minRequests ? 'challenger' : 'champion';
  const have = challenger < minRequests ? challenger : champion;
  return `too few to say: ${wholeNumber(have)} of ${wholeNumber(minRequests)} requests to the ${arm} in this stage`;
}

function whilePaused(state: CanaryState, look: LookVerdict, release: Release, at: number): CanaryDecision {
  const { paused } = state;
  if (paused === null) return decide(state, 'continue', 'holding', look.text);
  const waited = at - paused.sinceSeconds;
  if (waited >= durationSeconds(release.analysis.pauseTimeout)) {
    const text = `nobody decided in ${seconds(waited)}; paused because: ${paused.text}`;
    return decide(rolledBack(state), 'rollback', 'pauseTimeout', text);
  }
  return decide(state, 'continue', paused.code, `waiting for a person since ${seconds(waited)}; now: ${look.text}`);
}

/** Rolls back, or asks a person to where the definition wants that. */
function undo(
  state: CanaryState,
  release: Release,
  at: number,
  code: 'pageAlarm' | 'failed' | 'noNumbers' | 'inconclusive',
  text: string,
): CanaryDecision {
  if (release.rollback === 'automatic') return decide(rolledBack(state), 'rollback', code, text);
  // A release that waits for another reason is told anew, and its time to answer goes on.
  if (state.paused?.code !== 'rollbackAdvised') {
    const since = state.paused?.sinceSeconds ?? at;
    return pause(state, since, 'rollbackAdvised', `${text}; a rollback is advised, a person decides`);
  }
  const waited = at - state.paused.sinceSeconds;
  if (waited >= durationSeconds(release.analysis.pauseTimeout)) {
    return decide(rolledBack(state), 'rollback', 'pauseTimeout', `nobody decided in ${seconds(waited)}; ${text}`);
  }
  return decide(state, 'continue', 'rollbackAdvised', `waiting for a person since ${seconds(waited)}; ${text}`);
}

const rolledBack = (state: CanaryState): CanaryState => ({ ...state, status: 'rolledBack', paused: null });

function pause(state: CanaryState, sinceSeconds: number, code: PauseCode, text: string): CanaryDecision {
  return decide({ ...state, status: 'paused', paused: { sinceSeconds, code, text } }, 'pause', code, text);
}

function decide(state: CanaryState, action: CanaryDecision['action'], code: CanaryCode, text: string): CanaryDecision {
  return { state, action, reason: { code, text } };
}

/** What a person decides about a release that waits, or goes on: both are possible at any time before its end. */
export interface PersonsDecision {
  readonly decision: 'advance' | 'rollback';
  readonly by: string;
  readonly reason: string;
}

/** Carries out a person's decision; a release that has been rolled back stays so. Failed looks are forgiven by `advance`. */
export function decideByPerson(state: CanaryState, { decision, by, reason }: PersonsDecision): CanaryDecision {
  if (state.status === 'rolledBack')
    return decide(state, 'rollback', 'alreadyRolledBack', 'the champion has all traffic');
  const text = `${by} decided: ${reason}`;
  if (decision === 'rollback') return decide(rolledBack(state), 'rollback', 'person', text);
  return decide(
    { ...state, status: 'advanced', paused: null, failedLooks: 0, errorsInARow: 0 },
    'advance',
    'passed',
    text,
  );
}
