import { type Json, toJson } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';

/** State documents in memory, frozen: what one has read, nobody changes. */
export class MemoryStateStore implements StateStore {
  private readonly documents = new Map<string, Versioned>();

  async read(key: string): Promise<Versioned | undefined> {
    return this.documents.get(key);
  }

  async compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    const before = this.documents.get(key)?.version ?? null;
    if (before !== expected) return undefined;
    const version = String(Number(before ?? 0) + 1);
    this.documents.set(key, { value: frozen(toJson(value)), version });
    return version;
  }
}

function frozen(value: Json): Json {
  if (value !== null && typeof value === 'object') for (const part of Object.values(Object.freeze(value))) frozen(part);
  return value;
}
