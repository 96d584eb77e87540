import { toJson } from '../../kernel/json';
import { applyRunEnded, NEVER_TRAINED, type RetrainingState, type RunOutcome } from '../core/retraining';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

/** Tells the retraining state how a run ended; nothing to do for a run that no decision has started. */
export async function finishRetraining(
  { state, model, clock }: Pick<Ports, 'state' | 'model' | 'clock'>,
  decisionId: string | null,
  outcome: Exclude<RunOutcome, 'running'>,
): Promise<void> {
  if (decisionId === null) return;
  await changeDocument(state, stateKeys.retraining(model), (value) => {
    const before = (value ?? NEVER_TRAINED) as unknown as RetrainingState;
    const after = applyRunEnded(before, { id: decisionId, outcome, atSeconds: clock.now() });
    return { write: after === before ? undefined : toJson(after), answer: undefined };
  });
}
