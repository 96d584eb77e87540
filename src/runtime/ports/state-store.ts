import type { Json } from '../../kernel/json';

export interface Versioned {
  readonly value: Json;
  /** Changes with every write; opaque. */
  readonly version: string;
}

/** Small documents that need a decision at one moment: release lock, retraining state, registry state, ledger head. */
export interface StateStore {
  read(key: string): Promise<Versioned | undefined>;
  /**
   * Writes `value` when the document is still at `expected` (null: it must not exist).
   * @returns the new version, or undefined when somebody was faster; nothing is changed then
   */
  compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined>;
}
