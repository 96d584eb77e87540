import type { Json } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';

/** State documents in memory, as texts: what is read is nobody else's. */
export class MemoryStateStore implements StateStore {
  private readonly documents = new Map<string, { readonly text: string; readonly version: string }>();

  async read(key: string): Promise<Versioned | undefined> {
    const found = this.documents.get(key);
    return found === undefined ? undefined : { value: JSON.parse(found.text) as Json, version: found.version };
  }

  async compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    const before = this.documents.get(key)?.version ?? null;
    if (before !== expected) return undefined;
    const version = String(Number(before ?? 0) + 1);
    this.documents.set(key, { text: JSON.stringify(value), version });
    return version;
  }
}
