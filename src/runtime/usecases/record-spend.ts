import { spendSchema } from '../../contract/events';
import { toJson } from '../../kernel/json';
import { applySpend, blockAt, blockText, type SpendState } from '../core/retraining';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports, UseCaseFunction } from './ports';

/** After so many seconds whoever was telling of a change has died. */
const TELLING_SECONDS = 120;

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
  if (known !== null && known.untold !== null && (await claim())) {
    let isTold = false;
    try {
      await tell(ports, known, known.untold, now);
      isTold = true;
    } finally {
      await settle(isTold);
    }
  }
  const block = blockAt(known, now);
  return answer({ blocked: block !== null, untilSeconds: block?.untilSeconds ?? null });

  /** Whether this call is the one that tells of the change; two newer messages overlap. */
  async function claim(): Promise<boolean> {
    return changeDocument<boolean>(ports.state, key, (value) => {
      const state = value as unknown as SpendState;
      const isTelling = state.tellingSinceSeconds !== undefined && now - state.tellingSinceSeconds < TELLING_SECONDS;
      if (!isOfThisChange(state) || isTelling) return { write: undefined, answer: false };
      return { write: toJson({ ...state, tellingSinceSeconds: now }), answer: true };
    });
  }

  async function settle(isTold: boolean): Promise<void> {
    await changeDocument(ports.state, key, (value) => {
      const { tellingSinceSeconds: _, ...state } = value as unknown as SpendState;
      if (!isOfThisChange(state)) return { write: undefined, answer: undefined };
      return { write: toJson(isTold ? { ...state, untold: null } : state), answer: undefined };
    });
  }

  function isOfThisChange(state: SpendState): boolean {
    return state.untold !== null && state.untold === known?.untold && state.changedAtSeconds === known.changedAtSeconds;
  }
};

async function tell(
  { model, ledger, notifier }: Pick<Ports, 'model' | 'ledger' | 'notifier'>,
  { spend, block, changedAtSeconds }: SpendState,
  what: NonNullable<SpendState['untold']>,
  now: number,
): Promise<void> {
  const { cost, budget, currency, periodStartSeconds } = spend;
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
      event: `trainingBlock:${what}:${periodStartSeconds}:${changedAtSeconds ?? spend.saidAtSeconds}`,
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
