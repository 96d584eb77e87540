import { toJson } from '../../../src/kernel/json';
import { appendRecord, headOf, type LedgerRecord, verifyChain } from '../../../src/runtime/core/ledger';
import type { LedgerStore } from '../../../src/runtime/ports';
import { appendToLedger } from '../../../src/runtime/usecases/append-ledger';

const entry = (event: string) => ({
  at: '2026-01-01T00:00:00.000Z',
  actor: 'test',
  action: 'note',
  model: 'm',
  version: null,
  commit: null,
  dataDigest: null,
  verdict: null,
  details: { event },
});

/** What every ledger store does. */
export function ledgerStoreContract(name: string, make: () => Promise<LedgerStore>): void {
  describe(`ledger store: ${name}`, () => {
    it('is empty, then ends with the last record', async () => {
      const store = await make();
      expect(await store.head()).toBeUndefined();
      expect(await store.read(1)).toEqual([]);
      const first = appendRecord(null, entry('a'));
      const second = appendRecord(headOf(first), entry('b'));
      expect(await store.append(1, toJson(first))).toBe(true);
      expect(await store.append(2, toJson(second))).toBe(true);
      expect(await store.head()).toEqual(second);
      expect(await store.read(2)).toEqual([second]);
      expect(verifyChain(await store.read(1)).ok).toBe(true);
    });

    it('never replaces a record', async () => {
      const store = await make();
      const first = appendRecord(null, entry('a'));
      await store.append(1, toJson(first));
      expect(await store.append(1, toJson(appendRecord(null, entry('another'))))).toBe(false);
      expect(await store.read(1)).toEqual([first]);
    });

    it('chains what many writers append at the same time, each entry once', async () => {
      const store = await make();
      const events = Array.from({ length: 12 }, (_, i) => `event-${i}`);
      await Promise.all([...events, ...events].map((event) => appendToLedger(store, entry(event))));
      const records = (await store.read(1)) as unknown as LedgerRecord[];
      expect(verifyChain(records)).toMatchObject({ ok: true });
      expect(new Set(records.map(({ details }) => details['event']))).toEqual(new Set(events));
    });
  });
}
