import { spendSchema } from '../../contract/events';
import { toJson } from '../../kernel/json';
import { applySpend, blockAt, blockText, type SpendState } from '../core/retraining';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports, UseCaseFunction } from './ports';

/**
 * Hears what the month has cost so far, blocks training once the budget is used up, and says so: a record, and a ticket. What
 * was written and not said yet (the call died in between) is said by the next one.
 *
 * State: a `spend` as in `spendSchema`.
 */
export const recordSpend: UseCaseFunction<'model' | 'state' | 'ledger' | 'notifier' | 'clock'> = async (
  event,
  ports,
) => {
  const spend = spendSchema.parse(event.state['spend']);
  const now = ports.clock.now();
  const key = stateKeys.spend(ports.model);
  const known = await changeDocument<SpendState | null>(ports.state, key, (value) => {
    const before = (value as unknown as SpendState | undefined) ?? null;
    const after = applySpend(before, spend, now);
    return { write: after === before ? undefined : toJson(after), answer: after };
  });
  if (known !== null && known.untold !== null) {
    await tell(ports, known, known.untold, now);
    await changeDocument(ports.state, key, (value) => {
      const told = value as unknown as SpendState;
      const isSame = told.untold === known.untold && told.spend.saidAtSeconds === known.spend.saidAtSeconds;
      return { write: isSame ? toJson({ ...told, untold: null }) : undefined, answer: undefined };
    });
  }
  const block = blockAt(known, now);
  return answer({ blocked: block !== null, untilSeconds: block?.untilSeconds ?? null });
};

async function tell(
  { model, ledger, notifier }: Pick<Ports, 'model' | 'ledger' | 'notifier'>,
  { spend, block }: SpendState,
  what: NonNullable<SpendState['untold']>,
  now: number,
): Promise<void> {
  const { cost, budget, currency, periodStartSeconds, saidAtSeconds } = spend;
  const text = block === null ? `${cost} of ${budget} ${currency} are spent; training is free again` : blockText(block);
  await appendToLedger(ledger, {
    at: new Date(now * 1000).toISOString(),
    actor: 'budget',
    action: 'trainingBlock',
    model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: what,
    details: {
      event: `trainingBlock:${what}:${periodStartSeconds}:${saidAtSeconds}`,
      cost,
      budget,
      currency,
      untilSeconds: block?.untilSeconds ?? null,
      reason: text,
    },
  });
  await notifier.notify({
    severity: what === 'blocked' ? 'ticket' : 'info',
    kind: 'modelBudgetExceeded',
    subject: `${model}: training is ${what === 'blocked' ? 'blocked' : 'free again'}`,
    text,
    runbook: null,
  });
}
