import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from './canonical-json';
import { invalidEntry, recordTooLarge } from './errors';

/** What one record says; the chain adds sequence and hashes. */
export interface LedgerEntry {
  /** When it happened: an instant in UTC, `2026-11-24T10:00:00.000Z`. */
  readonly at: string;
  /** Who did it: a person, a role, or the part of the platform that did it by itself. */
  readonly actor: string;
  /** What was done, e.g. `approve`, `promote`, `gate`. */
  readonly action: string;
  readonly model: string | null;
  readonly version: string | null;
  /** Commit of the code that ran. */
  readonly commit: string | null;
  /** Digest of the data that was used. */
  readonly dataDigest: string | null;
  /** What was decided, e.g. `pass`. */
  readonly verdict: string | null;
  /** Anything else that is small: reasons, addresses and digests of evidence. */
  readonly details: JsonObject;
}

/** A link of the chain. `hash` is SHA-256 (hex) over the canonical JSON of all other fields. */
export interface LedgerRecord extends LedgerEntry {
  readonly format: 1;
  /** From 1, without gaps. */
  readonly sequence: number;
  /** `hash` of the record before; 64 zeros for the first. */
  readonly previousHash: string;
  readonly hash: string;
}

/** Where the chain ends; kept apart from the records and moved by compare-and-swap. */
export interface LedgerHead {
  readonly sequence: number;
  readonly hash: string;
}

/** `previousHash` of the first record. */
export const GENESIS_HASH = '0'.repeat(64);
/** Bytes of the canonical JSON of one record. */
export const MAX_RECORD_BYTES = 65_536;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const HASH = /^[0-9a-f]{64}$/;
const NULLABLE = ['model', 'version', 'commit', 'dataDigest', 'verdict'] as const;
const FIELDS = new Set(['at', 'actor', 'action', ...NULLABLE, 'details', 'format', 'sequence', 'previousHash', 'hash']);

/** SHA-256 over the canonical JSON of a record without its own `hash`, in hex. */
export function hashOf(record: Omit<LedgerRecord, 'hash'>): string {
  const { hash: _own, ...content } = record as LedgerRecord;
  return createHash('sha256').update(canonicalJson(content), 'utf8').digest('hex');
}

/** Where a chain stands that ends with this record. */
export function headOf(record: LedgerRecord): LedgerHead {
  return { sequence: record.sequence, hash: record.hash };
}

/** The one line under which a record is stored; its bytes are part of what is verified. */
export function recordText(record: LedgerRecord): string {
  return canonicalJson(record);
}

function checkEntry(entry: LedgerEntry): void {
  if (!INSTANT.test(entry.at) || Number.isNaN(Date.parse(entry.at)))
    throw invalidEntry('at', entry.at, 'an instant in UTC');
  for (const field of ['actor', 'action'] as const) {
    if (typeof entry[field] !== 'string' || entry[field].trim() === '')
      throw invalidEntry(field, entry[field], 'a text');
  }
  for (const field of NULLABLE) {
    if (entry[field] !== null && typeof entry[field] !== 'string')
      throw invalidEntry(field, entry[field], 'a text or null');
  }
  if (entry.details === null || typeof entry.details !== 'object' || Array.isArray(entry.details)) {
    throw invalidEntry('details', entry.details, 'an object');
  }
}

/**
 * The record that follows `head` (null: the ledger is empty) and says `entry`.
 *
 * @throws LedgerError `invalidEntry`, `notCanonicalizable`, `recordTooLarge`
 */
export function appendRecord(head: LedgerHead | null, entry: LedgerEntry): LedgerRecord {
  checkEntry(entry);
  if (head !== null && !isHead(head)) throw invalidEntry('head', head, 'a sequence from 1 and a SHA-256 in hex');
  const content = {
    format: 1 as const,
    sequence: head === null ? 1 : head.sequence + 1,
    previousHash: head === null ? GENESIS_HASH : head.hash,
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    model: entry.model,
    version: entry.version,
    commit: entry.commit,
    dataDigest: entry.dataDigest,
    verdict: entry.verdict,
    details: entry.details,
  };
  const record: LedgerRecord = { ...content, hash: hashOf(content) };
  const bytes = Buffer.byteLength(recordText(record), 'utf8');
  if (bytes > MAX_RECORD_BYTES) throw recordTooLarge(bytes, MAX_RECORD_BYTES);
  return record;
}

function isHead(head: LedgerHead): boolean {
  return (
    Number.isSafeInteger(head.sequence) && head.sequence >= 1 && typeof head.hash === 'string' && HASH.test(head.hash)
  );
}

/** True when the value has exactly the fields of a record in their form; says nothing about its hashes. */
export function isRecord(value: unknown): value is LedgerRecord {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const record = value as LedgerRecord;
  const keys = Object.keys(record);
  if (keys.length !== FIELDS.size || keys.some((key) => !FIELDS.has(key))) return false;
  if (
    record.format !== 1 ||
    !isHead(record) ||
    typeof record.previousHash !== 'string' ||
    !HASH.test(record.previousHash)
  )
    return false;
  try {
    checkEntry(record);
    return true;
  } catch {
    return false;
  }
}
