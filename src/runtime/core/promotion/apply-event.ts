import { approve, gate, register, reject } from './admit';
import { nobody, unknownVersion } from './errors';
import type { PromotionEvent, PromotionPolicy } from './events';
import { type PromotionOutcome, refused, unchanged } from './outcome';
import { type RegistryState, versionOf } from './registry-state';
import { archive, challenge, promote, rollback } from './traffic';

/**
 * The registry after an event. Pure and total: an event that may not be is refused with a problem and leaves the state as it
 * is; an event that was applied already (same id) changes nothing, however often and however late it comes again.
 */
export function applyPromotionEvent(
  state: RegistryState,
  event: PromotionEvent,
  policy: PromotionPolicy,
): PromotionOutcome {
  const version = versionOf(state, event.version);
  if (version?.appliedEvents.includes(event.id)) return unchanged(state);
  if (event.by.trim() === '') return refused(state, nobody(`versions.${event.version}.${event.kind}.by`));
  if (event.kind === 'register') return register(state, event);
  if (version === undefined) return refused(state, unknownVersion(event.version, Object.keys(state.versions)));
  switch (event.kind) {
    case 'gate':
      return gate(state, version, event);
    case 'approve':
      return approve(state, version, event, policy);
    case 'reject':
      return reject(state, version, event);
    case 'challenge':
      return challenge(state, version, event, policy);
    case 'promote':
      return promote(state, version, event, policy);
    case 'rollback':
      return rollback(state, version, event, policy);
    case 'archive':
      return archive(state, version, event);
  }
}
