import type { JsonObject } from '../ledger/canonical-json';
import type { LedgerEntry } from '../ledger/record';
import type { PromotionEvent } from './events';
import type { PromotionOutcome } from './outcome';
import type { RegistryState } from './registry-state';

/** What a promotion says to the ledger beside the event: when it was, and on which code and data the version stands. */
export interface PromotionContext {
  /** An instant in UTC, `2026-11-24T10:00:00.000Z`. */
  readonly at: string;
  readonly commit: string | null;
  readonly dataDigest: string | null;
}

function verdictOf(event: PromotionEvent, outcome: PromotionOutcome): string {
  if (!outcome.ok) return 'refused';
  return event.kind === 'gate' ? event.verdict : 'done';
}

/**
 * The entry that the ledger gets for an event; undefined for a repetition, which changed nothing. Refusals are recorded too:
 * who tried to approve their own model is what an audit asks for.
 */
export function promotionEntry(
  before: RegistryState,
  event: PromotionEvent,
  outcome: PromotionOutcome,
  context: PromotionContext,
): LedgerEntry | undefined {
  if (outcome.ok && !outcome.changed) return undefined;
  const reason: JsonObject = event.kind === 'reject' || event.kind === 'rollback' ? { reason: event.reason } : {};
  return {
    at: context.at,
    actor: event.by.trim() === '' ? 'unknown' : event.by,
    action: event.kind,
    model: before.model,
    version: event.version,
    commit: context.commit,
    dataDigest: context.dataDigest,
    verdict: verdictOf(event, outcome),
    details: {
      event: event.id,
      ...reason,
      ...(outcome.ok
        ? { aliasesBefore: before.aliases, aliasesAfter: outcome.state.aliases }
        : { problem: outcome.problem.code, got: outcome.problem.got, expected: outcome.problem.expected }),
    },
  };
}
