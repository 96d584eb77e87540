import { type Problem, show } from '../../../kernel/problem';
import type { VersionState } from './registry-state';

/** Codes of everything that can be wrong with a promotion event. */
export type PromotionProblemCode =
  | 'unknownVersion'
  | 'versionExists'
  | 'invalidDigest'
  | 'invalidTransition'
  | 'separationOfDuties'
  | 'notAnApprover'
  | 'manualApprovalRequired'
  | 'nobody'
  | 'digestMismatch'
  | 'challengerBusy'
  | 'staleChampion'
  | 'notInTraffic'
  | 'noPrevious'
  | 'versionInUse';

function problem(code: PromotionProblemCode, path: string, got: string, expected: string, fix: string): Problem {
  return { code, path, got, expected, fix };
}

const at = (version: string): string => `versions.${version}`;

export function unknownVersion(version: string, known: readonly string[]): Problem {
  const list =
    known.length === 0 ? 'a registered version (there is none yet)' : `one of ${known.slice(-10).join(', ')}`;
  return problem('unknownVersion', at(version), show(version), list, 'register the version first');
}

export function versionExists(version: string, got: string, expected: string): Problem {
  return problem(
    'versionExists',
    at(version),
    got,
    expected,
    'a version never changes: register the artifact as a new one',
  );
}

export function invalidDigest(version: string, digest: string): Problem {
  const fix = 'compute SHA-256 over the stored artifact';
  return problem(
    'invalidDigest',
    `${at(version)}.artifactDigest`,
    show(digest),
    'sha256: and 64 lower-case hex digits',
    fix,
  );
}

export function invalidTransition(
  version: string,
  event: string,
  state: VersionState,
  from: readonly VersionState[],
): Problem {
  const fix = `${event} is for versions in ${from.join(' or ')}: bring the version there, or choose another`;
  return problem('invalidTransition', `${at(version)}.state`, state, from.join(' or '), fix);
}

export function separationOfDuties(version: string, approver: string): Problem {
  const fix = 'ask somebody else to approve it';
  return problem(
    'separationOfDuties',
    `${at(version)}.startedBy`,
    approver,
    'an approver who did not start the training',
    fix,
  );
}

export function notAnApprover(version: string, approver: string, approvers: readonly string[]): Problem {
  const fix = 'ask one of them, or add the person to governance.approvers';
  return problem('notAnApprover', at(version), show(approver), `one of ${approvers.join(', ')}`, fix);
}

export function manualApprovalRequired(version: string): Problem {
  const fix = 'ask a person to approve it, or set evaluation.approval to automatic';
  return problem('manualApprovalRequired', at(version), 'an automatic approval', 'the approval of a person', fix);
}

export function nobody(path: string): Problem {
  return problem('nobody', path, 'an empty name', 'who did it', 'pass the principal that the cloud authenticated');
}

export function digestMismatch(version: string, observed: string | null, recorded: string): Problem {
  const fix =
    'do not serve it: the artifact is not the one that was evaluated; find out who replaced it, and train again';
  return problem('digestMismatch', `${at(version)}.artifactDigest`, observed ?? 'no digest', recorded, fix);
}

export function challengerBusy(version: string, challenger: string): Problem {
  const fix = 'wait until its release is over, or roll it back';
  return problem('challengerBusy', 'aliases.challenger', challenger, `no challenger beside ${version}`, fix);
}

export function staleChampion(champion: string | null, replaces: string | null): Problem {
  const fix = 'compare the version with the champion that is there now, and release it anew';
  return problem('staleChampion', 'aliases.champion', champion ?? 'none', replaces ?? 'none', fix);
}

export function notInTraffic(version: string): Problem {
  const fix = 'roll back the version that has traffic';
  return problem('notInTraffic', at(version), version, 'the champion or the challenger', fix);
}

export function noPrevious(champion: string): Problem {
  const fix = 'keep it and mend forward, or take the endpoint down: there is no version to go back to';
  return problem('noPrevious', 'aliases.previous', 'none', `a version that served before ${champion}`, fix);
}

export function versionInUse(version: string, alias: string): Problem {
  return problem(
    'versionInUse',
    `aliases.${alias}`,
    version,
    'a version without alias',
    'promote another version first',
  );
}
