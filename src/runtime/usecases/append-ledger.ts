import type { Json } from '../../kernel/json';
import { toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { appendRecord, headOf, type LedgerEntry, type LedgerRecord } from '../core/ledger';
import type { LedgerStore } from '../ports';

const ATTEMPTS = 50;
/** An entry that comes a second time comes soon: a retry, or a run that is resumed. */
const LOOK_BACK = 200;

/**
 * Appends an entry to the audit chain, once: an entry whose `details.event` stands among the last records of its model is not
 * written again.
 * @throws OperationError `ledgerContended`; LedgerError when the entry cannot be a record
 */
export async function appendToLedger(ledger: LedgerStore, entry: LedgerEntry): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const head = (await ledger.head()) as unknown as LedgerRecord | undefined;
    const event = entry.details['event'];
    if (head !== undefined && typeof event === 'string') {
      const recent = await ledger.read(Math.max(1, head.sequence - LOOK_BACK));
      if (recent.some((record) => isOf(record, entry.model, event))) return;
    }
    const record = appendRecord(head === undefined ? null : headOf(head), entry);
    if (await ledger.append(record.sequence, toJson(record))) return;
  }
  throw new OperationError({
    code: 'ledgerContended',
    path: 'ledger',
    got: `${ATTEMPTS} records by others, each just before ours`,
    expected: 'a place at the end of the chain',
    fix: 'try again; if it stays so, look for a workflow that runs in a loop',
  });
}

/** Whether an event stands among the last records of a model: whoever hears of it again need not tell of it again. */
export async function isInLedger(ledger: LedgerStore, model: string, event: string): Promise<boolean> {
  const head = (await ledger.head()) as unknown as LedgerRecord | undefined;
  if (head === undefined) return false;
  const recent = await ledger.read(Math.max(1, head.sequence - LOOK_BACK));
  return recent.some((record) => isOf(record, model, event));
}

/** Runs of two models may have the same name: an event is one of its model. */
const isOf = (record: Json, model: string | null, event: string): boolean => {
  const written = record as unknown as LedgerRecord | null;
  return written?.model === model && written.details?.['event'] === event;
};
