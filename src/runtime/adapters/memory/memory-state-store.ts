import type { Json } from '../../../kernel/json';
import { toJson } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';

/** State documents in memory. */
export class MemoryStateStore implements StateStore {
  private readonly documents = new Map<string, Versioned>();

  async read(key: string): Promise<Versioned | undefined> {
    const found = this.documents.get(key);
    return found === undefined ? undefined : { value: toJson(found.value), version: found.version };
  }

  async compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    const before = this.documents.get(key)?.version ?? null;
    if (before !== expected) return undefined;
    const version = String(Number(before ?? 0) + 1);
    this.documents.set(key, { value: toJson(value), version });
    return version;
  }
}
