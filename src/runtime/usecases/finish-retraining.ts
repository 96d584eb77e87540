import type { RunOutcome } from '../core/retraining';
import type { Ports } from './ports';
import { endRun } from './retraining-document';

/** Tells the retraining state how a run ended; nothing to do for a run that no decision has started. */
export async function finishRetraining(
  { state, model, clock }: Pick<Ports, 'state' | 'model' | 'clock'>,
  decisionId: string | null,
  outcome: Exclude<RunOutcome, 'running'>,
): Promise<void> {
  if (decisionId !== null) await endRun({ state, model }, { id: decisionId, outcome, atSeconds: clock.now() });
}
