import * as errors from './errors';
import type { ArchiveEvent, ChallengeEvent, PromoteEvent, PromotionPolicy, RollbackEvent } from './events';
import { changedVersion, type PromotionOutcome, refused, unchanged, wrongDigest, wrongState } from './outcome';
import { aliasesOf, type RegistryState, type VersionRecord, versionOf } from './registry-state';

/** The outcome with other aliases, where there is one. */
function withAliases(
  outcome: PromotionOutcome,
  aliases: Partial<RegistryState['aliases']>,
  earlierChampions: readonly string[],
): PromotionOutcome {
  if (!outcome.ok) return outcome;
  const { state } = outcome;
  return { ...outcome, state: { ...state, aliases: { ...state.aliases, ...aliases }, earlierChampions } };
}

/** Makes an approved version the challenger, once its artifact is verified; there is one challenger at a time. */
export function challenge(
  state: RegistryState,
  version: VersionRecord,
  event: ChallengeEvent,
  policy: PromotionPolicy,
): PromotionOutcome {
  if (state.aliases.challenger === version.version) return unchanged(state);
  const wrong =
    wrongState(version, event, ['approved']) ?? wrongDigest(version, event.observedDigest, policy.modelIntegrity);
  if (wrong !== undefined) return refused(state, wrong);
  if (state.aliases.challenger !== null) {
    return refused(state, errors.challengerBusy(version.version, state.aliases.challenger));
  }
  const next = changedVersion(state, version, event, {});
  return withAliases(next, { challenger: version.version }, state.earlierChampions);
}

/**
 * Makes an approved version the champion; the champion before becomes `previous`. The version has to be the challenger, or
 * there is no challenger (an all-at-once release), and the champion has to be the one that the release knew.
 */
export function promote(
  state: RegistryState,
  version: VersionRecord,
  event: PromoteEvent,
  policy: PromotionPolicy,
): PromotionOutcome {
  const { champion, challenger, previous } = state.aliases;
  if (champion === version.version) return unchanged(state);
  const wrong =
    wrongState(version, event, ['approved']) ?? wrongDigest(version, event.observedDigest, policy.modelIntegrity);
  if (wrong !== undefined) return refused(state, wrong);
  if (challenger !== null && challenger !== version.version) {
    return refused(state, errors.challengerBusy(version.version, challenger));
  }
  if (champion !== event.replaces) return refused(state, errors.staleChampion(champion, event.replaces));
  const next = changedVersion(state, version, event, { state: 'released' });
  return withAliases(
    next,
    { champion: version.version, challenger: null, previous: champion },
    previous === null ? state.earlierChampions : [...state.earlierChampions, previous],
  );
}

/**
 * Takes the traffic from a version: from a challenger, and the champion keeps all; from the champion, and `previous` is
 * champion again, once its artifact is verified too. A rollback of both at a time is two events.
 */
export function rollback(
  state: RegistryState,
  version: VersionRecord,
  event: RollbackEvent,
  policy: PromotionPolicy,
): PromotionOutcome {
  const { champion, challenger, previous } = state.aliases;
  if (challenger === version.version) {
    const next = changedVersion(state, version, event, { state: 'rolledBack' });
    return withAliases(next, { challenger: null }, state.earlierChampions);
  }
  if (champion !== version.version) {
    return version.state === 'rolledBack' ? unchanged(state) : refused(state, errors.notInTraffic(version.version));
  }
  const fallback = previous === null ? undefined : versionOf(state, previous);
  if (fallback === undefined) return refused(state, errors.noPrevious(version.version));
  const wrong = wrongDigest(fallback, event.observedDigest, policy.modelIntegrity);
  if (wrong !== undefined) return refused(state, wrong);
  const next = changedVersion(state, version, event, { state: 'rolledBack' });
  const earlier = state.earlierChampions;
  return withAliases(next, { champion: fallback.version, previous: earlier.at(-1) ?? null }, earlier.slice(0, -1));
}

/** Puts a version away that no alias points at; it is no fallback any more. */
export function archive(state: RegistryState, version: VersionRecord, event: ArchiveEvent): PromotionOutcome {
  if (version.state === 'archived') return unchanged(state);
  const [alias] = aliasesOf(state, version.version);
  if (alias !== undefined) return refused(state, errors.versionInUse(version.version, alias));
  const next = changedVersion(state, version, event, { state: 'archived' });
  return withAliases(
    next,
    {},
    state.earlierChampions.filter((one) => one !== version.version),
  );
}
