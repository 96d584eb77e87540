import { MemoryLedgerStore } from '../../../src/runtime/adapters/memory/memory-ledger-store';
import { type LedgerRecord, verifyChain } from '../../../src/runtime/core/ledger';
import { appendToLedger } from '../../../src/runtime/usecases/append-ledger';

const entry = (model: string, event: string) => ({
  at: '2026-01-01T00:00:00.000Z',
  actor: 'pipeline',
  action: 'register',
  model,
  version: '1',
  commit: null,
  dataDigest: null,
  verdict: 'done',
  details: { event },
});

describe('the audit chain', () => {
  it('has an event once a model, also where runs of two models have one name', async () => {
    const ledger = new MemoryLedgerStore();
    for (const model of ['one', 'two', 'one', 'two']) await appendToLedger(ledger, entry(model, 'register:initial'));
    const records = await ledger.read(1);
    expect(records.map((record) => (record as unknown as LedgerRecord).model)).toEqual(['one', 'two']);
    expect(verifyChain(records).ok).toBe(true);
  });
});
