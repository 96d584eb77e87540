import * as errors from './errors';
import type { ApproveEvent, GateEvent, PromotionPolicy, RegisterEvent, RejectEvent } from './events';
import { changedVersion, type PromotionOutcome, refused, unchanged, wrongState } from './outcome';
import { type RegistryState, type VersionRecord, versionOf, withVersion } from './registry-state';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Names of people are compared as mail addresses are read: case and surrounding blanks do not make another person. */
function samePerson(a: string, b: string): boolean {
  const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();
  return plain(a) === plain(b);
}

/** Records a version once; the same version with another artifact or another trainer is an error. */
export function register(state: RegistryState, event: RegisterEvent): PromotionOutcome {
  if (!DIGEST.test(event.artifactDigest))
    return refused(state, errors.invalidDigest(event.version, event.artifactDigest));
  if (event.startedBy.trim() === '') return refused(state, errors.nobody(`versions.${event.version}.startedBy`));
  const known = versionOf(state, event.version);
  if (known !== undefined) {
    if (known.artifactDigest !== event.artifactDigest) {
      return refused(state, errors.versionExists(event.version, event.artifactDigest, known.artifactDigest));
    }
    if (!samePerson(known.startedBy, event.startedBy)) {
      return refused(state, errors.versionExists(event.version, event.startedBy, known.startedBy));
    }
    return unchanged(state);
  }
  const version: VersionRecord = {
    version: event.version,
    state: 'registered',
    artifactDigest: event.artifactDigest,
    startedBy: event.startedBy,
    approvedBy: null,
    firstVersion: false,
    appliedEvents: [event.id],
  };
  return { ok: true, changed: true, state: withVersion(state, version) };
}

/** Pass lets the version on, fail rejects it, inconclusive leaves it where it is: more rows may still decide. */
export function gate(state: RegistryState, version: VersionRecord, event: GateEvent): PromotionOutcome {
  const wrong = wrongState(version, event, ['registered']);
  if (wrong !== undefined) return refused(state, wrong);
  if (event.verdict === 'inconclusive') return changedVersion(state, version, event, {});
  if (event.verdict === 'fail') return changedVersion(state, version, event, { state: 'rejected' });
  return changedVersion(state, version, event, { state: 'passedGate', firstVersion: state.aliases.champion === null });
}

/**
 * Lets a version that passed its gate get traffic. A person may do so who did not start its training (when duties are
 * separated) and is an approver (when there is a list); a policy may where approval is automatic. A version that was rolled
 * back comes back by a person alone.
 */
export function approve(
  state: RegistryState,
  version: VersionRecord,
  event: ApproveEvent,
  policy: PromotionPolicy,
): PromotionOutcome {
  const wrong = wrongState(version, event, event.automatic ? ['passedGate'] : ['passedGate', 'rolledBack']);
  if (wrong !== undefined) return refused(state, wrong);
  if (event.automatic) {
    if (policy.approval === 'manual') return refused(state, errors.manualApprovalRequired(event.version));
    return changedVersion(state, version, event, { state: 'approved', approvedBy: null });
  }
  if (policy.separationOfDuties && samePerson(event.by, version.startedBy)) {
    return refused(state, errors.separationOfDuties(event.version, event.by));
  }
  if (policy.approvers.length > 0 && !policy.approvers.some((approver) => samePerson(approver, event.by))) {
    return refused(state, errors.notAnApprover(event.version, event.by, policy.approvers));
  }
  return changedVersion(state, version, event, { state: 'approved', approvedBy: event.by });
}

/** A person's no before any traffic; it is final. */
export function reject(state: RegistryState, version: VersionRecord, event: RejectEvent): PromotionOutcome {
  const wrong = wrongState(version, event, ['registered', 'passedGate', 'approved', 'rolledBack']);
  if (wrong !== undefined) return refused(state, wrong);
  if (state.aliases.challenger === version.version) {
    return refused(state, errors.versionInUse(version.version, 'challenger'));
  }
  return changedVersion(state, version, event, { state: 'rejected' });
}
