import type { ArtifactStore } from '../../ports';

/** Artifacts in memory. */
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

  uri(key: string): string {
    return `memory://${key}`;
  }
}
