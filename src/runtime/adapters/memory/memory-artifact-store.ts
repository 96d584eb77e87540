import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../../ports';

const SCHEME = 'memory://';

/** Artifacts in memory. A copy is of this store: another one's memory cannot be reached by a name. */
export class MemoryArtifactStore implements ArtifactStore {
  private readonly objects = new Map<string, Uint8Array>();

  async get(key: string): Promise<Uint8Array | undefined> {
    const body = this.objects.get(key);
    return body === undefined ? undefined : Uint8Array.from(body);
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    this.objects.set(key, Uint8Array.from(body));
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    if (this.objects.has(key)) return false;
    await this.put(key, body);
    return true;
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort((a, b) => (a < b ? -1 : 1));
  }

  async digest(key: string): Promise<string | undefined> {
    const body = this.objects.get(key);
    return body && `sha256:${createHash('sha256').update(body).digest('hex')}`;
  }

  async copyFrom(uri: string, key: string): Promise<void> {
    const body = this.objects.get(uri.slice(SCHEME.length));
    if (body === undefined) throw new RangeError(`nothing at ${uri}`);
    await this.put(key, body);
  }

  uri(key: string): string {
    return `${SCHEME}${key}`;
  }
}
