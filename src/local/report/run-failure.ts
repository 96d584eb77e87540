import type { RunDocument } from '../engine/run-store';

/** Why a run failed, in words; null when it did not. */
export function failureOf({ outcome, state }: Pick<RunDocument, 'outcome' | 'state'>): string | null {
  if (outcome !== 'failed') return null;
  const failure = (state['failure'] ?? state['rollback']) as { readonly reason?: string } | undefined;
  const error = state['error'] as { readonly message?: string } | undefined;
  return failure?.reason ?? error?.message ?? null;
}
