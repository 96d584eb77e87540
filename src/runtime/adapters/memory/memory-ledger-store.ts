import type { Json } from '../../../kernel/json';
import { toJson } from '../../../kernel/json';
import type { LedgerStore } from '../../ports';

/** The ledger in memory. */
export class MemoryLedgerStore implements LedgerStore {
  private readonly records = new Map<number, Json>();

  async read(fromSequence: number): Promise<Json[]> {
    return [...this.records.keys()]
      .filter((sequence) => sequence >= fromSequence)
      .sort((a, b) => a - b)
      .map((sequence) => toJson(this.records.get(sequence)));
  }

  async head(): Promise<Json | undefined> {
    const last = Math.max(0, ...this.records.keys());
    return last === 0 ? undefined : toJson(this.records.get(last));
  }

  async append(sequence: number, record: Json): Promise<boolean> {
    if (this.records.has(sequence)) return false;
    this.records.set(sequence, toJson(record));
    return true;
  }
}
