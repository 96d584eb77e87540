import type { Json } from '../../kernel/json';

/** Write-once storage of the audit chain: one object a record, named by its sequence number. */
export interface LedgerStore {
  /** Records from `fromSequence` on, in order. */
  read(fromSequence: number): Promise<Json[]>;
  /** The last record, or undefined for an empty ledger. */
  head(): Promise<Json | undefined>;
  /** Appends the record with this sequence number. @returns false, and changes nothing, when that number is taken */
  append(sequence: number, record: Json): Promise<boolean>;
}
