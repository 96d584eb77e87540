import type { ArtifactStore } from '../../ports';
import type { GcsBucket } from './gcs-bucket';

/** Artifacts in Cloud Storage. */
export class GcsArtifactStore implements ArtifactStore {
  constructor(private readonly bucket: GcsBucket) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.bucket.read(key))?.body;
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.bucket.write(key, body);
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return (await this.bucket.write(key, body, '0')) !== undefined;
  }

  list(prefix: string): Promise<string[]> {
    return this.bucket.list(prefix);
  }

  digest(key: string): Promise<string | undefined> {
    return this.bucket.digest(key);
  }

  copyFrom(uri: string, key: string): Promise<void> {
    return this.bucket.copyFrom(uri, key);
  }

  uri(key: string): string {
    return this.bucket.uri(key);
  }
}
