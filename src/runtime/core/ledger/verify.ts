import { GENESIS_HASH, hashOf, headOf, isRecord, type LedgerHead, type LedgerRecord, recordText } from './record';

/** Why a chain does not hold. */
export type ChainProblem =
  /** Not a record at all, or not stored as its canonical text. */
  | 'unreadable'
  /** The content does not give the hash that the record carries. */
  | 'changedContent'
  | 'missingRecord'
  | 'reordered'
  /** The same sequence twice. */
  | 'repeatedRecord'
  /** The record is sound in itself, and does not follow the record before. */
  | 'wrongPreviousHash'
  /** Records at the end are gone: the head that is known lies further. */
  | 'truncated'
  /** Records stand after the head that is known. */
  | 'beyondHead'
  /** The last record is another one than the head says. */
  | 'wrongHead';

export type ChainVerdict =
  | { readonly ok: true; readonly records: number; readonly head: LedgerHead | null }
  | {
      readonly ok: false;
      /** Place of the first broken record in the list, from 0; the list's length where records are missing at its end. */
      readonly index: number;
      /** Sequence at which the chain breaks. */
      readonly sequence: number;
      readonly problem: ChainProblem;
      /** One sentence for people. */
      readonly explanation: string;
    };

export interface VerifyOptions {
  /** Head that is known from elsewhere; without it, a cut-off end cannot be seen. */
  readonly expectedHead?: LedgerHead;
  /** Head before the first record given, to verify a ledger in parts. */
  readonly after?: LedgerHead;
}

type Broken = Extract<ChainVerdict, { ok: false }>;

function broken(index: number, sequence: number, problem: ChainProblem, explanation: string): Broken {
  return { ok: false, index, sequence, problem, explanation };
}

function safeHash(record: LedgerRecord): string | undefined {
  try {
    return hashOf(record);
  } catch {
    return undefined;
  }
}

/** A sound record at the wrong place: which kind of wrong follows from where its neighbours are. */
function misplaced(records: readonly unknown[], index: number, found: number, expected: number): Broken {
  if (found < expected) {
    return broken(index, found, 'repeatedRecord', `record ${found} stands again where record ${expected} belongs`);
  }
  const later = records.slice(index + 1).some((other) => isRecord(other) && other.sequence === expected);
  return later
    ? broken(index, expected, 'reordered', `record ${found} stands where record ${expected} belongs, which comes later`)
    : broken(index, expected, 'missingRecord', `record ${expected} is missing: record ${found} stands in its place`);
}

function checkLink(records: readonly unknown[], index: number, head: LedgerHead | null): Broken | LedgerHead {
  const expected = head === null ? 1 : head.sequence + 1;
  const record = records[index];
  if (!isRecord(record)) {
    return broken(index, expected, 'unreadable', `what stands in the place of record ${expected} is not a record`);
  }
  if (safeHash(record) !== record.hash) {
    return broken(
      index,
      expected,
      'changedContent',
      `record ${expected} was changed: its content does not give its hash`,
    );
  }
  if (record.sequence !== expected) return misplaced(records, index, record.sequence, expected);
  if (record.previousHash !== (head === null ? GENESIS_HASH : head.hash)) {
    const before = head === null ? 'the beginning' : `record ${head.sequence}`;
    return broken(
      index,
      expected,
      'wrongPreviousHash',
      `record ${expected} does not follow ${before}: one was written anew`,
    );
  }
  return headOf(record);
}

function checkEnd(records: readonly unknown[], head: LedgerHead | null, options: VerifyOptions): Broken | undefined {
  const wanted = options.expectedHead;
  if (wanted === undefined) return undefined;
  const reached = head === null ? 0 : head.sequence;
  if (reached < wanted.sequence) {
    const text = `record ${reached + 1} and what follows is cut off: the head that is known is record ${wanted.sequence}`;
    return broken(records.length, reached + 1, 'truncated', text);
  }
  const last = records.length - 1;
  if (reached > wanted.sequence) {
    const index = Math.max(0, last - (reached - wanted.sequence) + 1);
    return broken(
      index,
      wanted.sequence + 1,
      'beyondHead',
      `record ${wanted.sequence + 1} stands after the head that is known`,
    );
  }
  if (head !== null && head.hash !== wanted.hash) {
    return broken(Math.max(0, last), reached, 'wrongHead', `record ${reached} is another one than the head names`);
  }
  return undefined;
}

/**
 * Verifies a chain and names the first record that is broken, and why. Never throws, whatever the list holds.
 *
 * A chain alone proves that its records belong together; only `expectedHead`, kept elsewhere, proves that none is cut off its
 * end and that it was not written anew as a whole.
 */
export function verifyChain(records: readonly unknown[], options: VerifyOptions = {}): ChainVerdict {
  let head: LedgerHead | null = options.after ?? null;
  for (let index = 0; index < records.length; index++) {
    const link = checkLink(records, index, head);
    if ('ok' in link) return link;
    head = link;
  }
  return checkEnd(records, head, options) ?? { ok: true, records: records.length, head };
}

/** Bytes as text, exactly: no byte order mark is dropped and no invalid byte is replaced. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A stored line (its text, or better its bytes) as a record; undefined where it is not exactly the canonical text of one. */
export function parseRecordText(line: string | Uint8Array): LedgerRecord | undefined {
  try {
    const text = typeof line === 'string' ? line : UTF8.decode(line);
    const value: unknown = JSON.parse(text);
    return isRecord(value) && recordText(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Like `verifyChain`, on the stored lines: also a change that leaves the parsed value alone (white space, escapes) is found. */
export function verifyChainText(lines: readonly (string | Uint8Array)[], options: VerifyOptions = {}): ChainVerdict {
  return verifyChain(lines.map(parseRecordText), options);
}
