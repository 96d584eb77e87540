import type { Problem } from '../../../kernel/problem';
import { digestMismatch, invalidTransition } from './errors';
import type { PromotionEvent } from './events';
import { type RegistryState, type VersionRecord, type VersionState, withVersion } from './registry-state';

/** What came of an event: the next state, or the state as it was and why nothing was done. */
export type PromotionOutcome =
  | { readonly ok: true; readonly changed: boolean; readonly state: RegistryState }
  | { readonly ok: false; readonly state: RegistryState; readonly problem: Problem };

export function refused(state: RegistryState, problem: Problem): PromotionOutcome {
  return { ok: false, state, problem };
}

export function unchanged(state: RegistryState): PromotionOutcome {
  return { ok: true, changed: false, state };
}

/** The state with the event's version changed and the event remembered there. */
export function changedVersion(
  state: RegistryState,
  version: VersionRecord,
  event: PromotionEvent,
  changes: Partial<VersionRecord>,
): PromotionOutcome {
  const next = { ...version, ...changes, appliedEvents: [...version.appliedEvents, event.id] };
  return { ok: true, changed: true, state: withVersion(state, next) };
}

/** The problem of a version that is in none of the states an event starts from. */
export function wrongState(
  version: VersionRecord,
  event: PromotionEvent,
  from: readonly VersionState[],
): Problem | undefined {
  return from.includes(version.state) ? undefined : invalidTransition(version.version, event.kind, version.state, from);
}

/** The problem of an artifact that is not the one that was registered. */
export function wrongDigest(
  version: VersionRecord,
  observed: string | null,
  modelIntegrity: boolean,
): Problem | undefined {
  if (!modelIntegrity || observed === version.artifactDigest) return undefined;
  return digestMismatch(version.version, observed, version.artifactDigest);
}
