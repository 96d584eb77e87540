import fc from 'fast-check';
import {
  appendRecord,
  GENESIS_HASH,
  headOf,
  type LedgerEntry,
  type LedgerHead,
  type LedgerRecord,
  recordText,
  verifyChain,
  verifyChainText,
} from '../../../../src/runtime/core/ledger';
import { hashOf } from '../../../../src/runtime/core/ledger/record';

function entry(action: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    at: '2026-11-24T10:00:00.000Z',
    actor: 'ada@example.com',
    action,
    model: 'churn',
    version: '7',
    commit: null,
    dataDigest: null,
    verdict: null,
    details: {},
    ...changes,
  };
}

function chain(entries: readonly LedgerEntry[]): LedgerRecord[] {
  const records: LedgerRecord[] = [];
  let head: LedgerHead | null = null;
  for (const one of entries) {
    const record = appendRecord(head, one);
    head = headOf(record);
    records.push(record);
  }
  return records;
}

const five = chain(['register', 'gate', 'approve', 'shadow', 'promote'].map((action) => entry(action)));
const rehash = (record: LedgerRecord, changes: Partial<LedgerRecord>): LedgerRecord => {
  const changed = { ...record, ...changes };
  return { ...changed, hash: hashOf(changed) };
};

const anyEntry = fc.record({
  at: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  actor: fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== ''),
  action: fc.constantFrom('gate', 'promote', 'rollback'),
  model: fc.option(fc.string({ unit: 'grapheme' })),
  version: fc.option(fc.string()),
  commit: fc.option(fc.string()),
  dataDigest: fc.option(fc.string()),
  verdict: fc.option(fc.constantFrom('pass', 'fail')),
  details: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
}) as fc.Arbitrary<LedgerEntry>;

describe('appendRecord', () => {
  it('starts at 1 after the genesis hash and links each record to the one before', () => {
    expect(five.map((record) => record.sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(five[0]!.previousHash).toBe(GENESIS_HASH);
    expect(five[4]!.previousHash).toBe(five[3]!.hash);
  });

  it('gives the hash that anybody gets with SHA-256 over the canonical text', () => {
    const record = appendRecord(null, entry('register'));
    // printf '%s' '{"action":"register",…}' | sha256sum
    const text =
      '{"action":"register","actor":"ada@example.com","at":"2026-11-24T10:00:00.000Z","commit":null,"dataDigest":null,' +
      `"details":{},"format":1,"model":"churn","previousHash":"${GENESIS_HASH}","sequence":1,"verdict":null,"version":"7"}`;
    expect(recordText(record)).toBe(text.replace('"format":1,', `"format":1,"hash":"${record.hash}",`));
    expect(record.hash).toBe('0dfa0c75441f3b138369a3a17aceafb7fbd9e654d6186508dc26b2dcb9679ad6');
  });

  it.each([
    ['an instant without zone', { at: '2026-11-24T10:00:00' }, 'invalidEntry', 'at'],
    ['an impossible instant', { at: '2026-13-45T10:00:00Z' }, 'invalidEntry', 'at'],
    ['nobody', { actor: ' ' }, 'invalidEntry', 'actor'],
    ['NaN in the details', { details: { value: Number.NaN } }, 'notCanonicalizable', 'details.value'],
    ['a record of a megabyte', { details: { text: 'x'.repeat(1_000_000) } }, 'recordTooLarge', 'details'],
  ])('refuses %s', (_name, changes, code, path) => {
    expect(() => appendRecord(null, entry('gate', changes))).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code, path })] }),
    );
  });

  it('refuses a head that is none', () => {
    expect(() => appendRecord({ sequence: 0, hash: GENESIS_HASH }, entry('gate'))).toThrow('invalidEntry');
  });
});

describe('verifyChain', () => {
  const head = headOf(five[4]!);

  it('accepts a sound chain, a part of one, and an empty one', () => {
    expect(verifyChain(five, { expectedHead: head })).toEqual({ ok: true, records: 5, head });
    expect(verifyChain(five.slice(2), { after: headOf(five[1]!), expectedHead: head }).ok).toBe(true);
    expect(verifyChain([])).toEqual({ ok: true, records: 0, head: null });
  });

  it.each([
    ['a changed verdict', five.with(2, { ...five[2]!, verdict: 'pass' }), 2, 3, 'changedContent'],
    ['a changed hash', five.with(1, { ...five[1]!, hash: GENESIS_HASH }), 1, 2, 'changedContent'],
    [
      'a record written anew with its hash',
      five.with(1, rehash(five[1]!, { actor: 'eve' })),
      2,
      3,
      'wrongPreviousHash',
    ],
    ['the last record written anew', five.with(4, rehash(five[4]!, { actor: 'eve' })), 4, 5, 'wrongHead'],
    ['a missing record', five.toSpliced(2, 1), 2, 3, 'missingRecord'],
    ['a missing first record', five.slice(1), 0, 1, 'missingRecord'],
    ['two records in the other order', [five[0], five[2], five[1], five[3], five[4]], 1, 2, 'reordered'],
    ['a record twice', [five[0], five[1], five[1], five[2], five[3], five[4]], 2, 2, 'repeatedRecord'],
    ['a cut-off end', five.slice(0, 3), 3, 4, 'truncated'],
    ['nothing left', [], 0, 1, 'truncated'],
    ['a record behind the head', [...five, appendRecord(head, entry('promote'))], 5, 6, 'beyondHead'],
    ['something that is no record', five.with(3, { hello: 1 } as unknown as LedgerRecord), 3, 4, 'unreadable'],
    ['a field more', five.with(3, { ...five[3]!, note: 1 } as unknown as LedgerRecord), 3, 4, 'unreadable'],
  ])('names %s', (_name, records, index, sequence, problem) => {
    const verdict = verifyChain(records, { expectedHead: head });
    expect(verdict).toMatchObject({ ok: false, index, sequence, problem });
    expect(verdict).toHaveProperty('explanation', expect.stringContaining(String(sequence)));
  });

  it('sees a chain that was written anew as a whole by its head alone', () => {
    const forged = chain(
      ['register', 'gate', 'approve', 'shadow', 'promote'].map((action) => entry(action, { actor: 'eve' })),
    );
    expect(verifyChain(forged).ok).toBe(true);
    expect(verifyChain(forged, { expectedHead: head })).toMatchObject({ ok: false, problem: 'wrongHead' });
  });

  it('finds a change of any single byte of any stored line and names that line', () => {
    fc.assert(
      fc.property(
        fc.array(anyEntry, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (entries, at, offset, flip) => {
          const lines: Uint8Array[] = chain(entries).map((record) => Buffer.from(recordText(record), 'utf8'));
          expect(verifyChainText(lines).ok).toBe(true);
          const index = at % lines.length;
          const changed = Uint8Array.from(lines[index]!);
          changed[offset % changed.length]! ^= flip;
          expect(verifyChainText(lines.with(index, changed))).toMatchObject({ ok: false, index, sequence: index + 1 });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('finds any missing record, any two in another order, and names the first that is broken', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat(), (entries, first, second) => {
        const records = chain(entries);
        const last = headOf(records.at(-1)!);
        const i = first % records.length;
        expect(verifyChain(records.toSpliced(i, 1), { expectedHead: last })).toMatchObject({ ok: false, index: i });
        const j = second % records.length;
        if (i === j) return;
        const swapped = records.with(i, records[j]!).with(j, records[i]!);
        expect(verifyChain(swapped)).toMatchObject({ ok: false, index: Math.min(i, j), problem: 'reordered' });
      }),
      { numRuns: 100 },
    );
  });

  it('is total: whatever the list holds, it gives a verdict', () => {
    fc.assert(
      fc.property(fc.array(fc.anything()), (records) => {
        expect(verifyChain(records).ok).toBe(records.length === 0);
      }),
      { numRuns: 200 },
    );
  });
});
