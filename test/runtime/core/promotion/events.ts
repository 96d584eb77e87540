import type {
  PromotionEvent,
  PromotionOutcome,
  PromotionPolicy,
  RegistryState,
} from '../../../../src/runtime/core/promotion';
import { applyPromotionEvent, emptyRegistry } from '../../../../src/runtime/core/promotion';

export const POLICY: PromotionPolicy = {
  approval: 'manual',
  approvers: [],
  separationOfDuties: true,
  modelIntegrity: true,
};

/** The digest of the artifact of a version: `v1` → 111…, `v2` → 222… */
export const digestOf = (version: string): string => `sha256:${version.slice(-1).repeat(64)}`;

let counter = 0;
const next = (): string => `event-${++counter}`;

export const registered = (version: string, startedBy = 'ada'): PromotionEvent => ({
  kind: 'register',
  id: next(),
  version,
  by: 'pipeline',
  artifactDigest: digestOf(version),
  startedBy,
});
export const gated = (version: string, verdict: 'pass' | 'fail' | 'inconclusive' = 'pass'): PromotionEvent => ({
  kind: 'gate',
  id: next(),
  version,
  by: 'pipeline',
  verdict,
});
export const approved = (version: string, by = 'grace'): PromotionEvent => ({
  kind: 'approve',
  id: next(),
  version,
  by,
  automatic: false,
});
export const challenged = (version: string, observedDigest = digestOf(version)): PromotionEvent => ({
  kind: 'challenge',
  id: next(),
  version,
  by: 'release',
  observedDigest,
});
export const promoted = (
  version: string,
  replaces: string | null,
  observedDigest = digestOf(version),
): PromotionEvent => ({
  kind: 'promote',
  id: next(),
  version,
  by: 'release',
  observedDigest,
  replaces,
});
export const rolledBack = (version: string, fallback: string | null): PromotionEvent => ({
  kind: 'rollback',
  id: next(),
  version,
  by: 'release',
  reason: 'errors',
  observedDigest: fallback === null ? null : digestOf(fallback),
});

/** Applies events of which none may be refused. */
export function stateAfter(
  events: readonly PromotionEvent[],
  from: RegistryState = emptyRegistry('churn'),
): RegistryState {
  return events.reduce((state, event) => {
    const outcome: PromotionOutcome = applyPromotionEvent(state, event, POLICY);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem));
    return outcome.state;
  }, from);
}

/** All events that bring a version from its training to all traffic. */
export const wholeRelease = (version: string, replaces: string | null): PromotionEvent[] => [
  registered(version),
  gated(version),
  approved(version),
  challenged(version),
  promoted(version, replaces),
];
