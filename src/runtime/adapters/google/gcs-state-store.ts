import type { Json } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';
import type { GcsBucket } from './gcs-bucket';

const keyOf = (key: string): string => `state/${key}.json`;

/** State documents as objects of Cloud Storage; the version is the object's generation, so that a write can depend on it. */
export class GcsStateStore implements StateStore {
  constructor(private readonly bucket: GcsBucket) {}

  async read(key: string): Promise<Versioned | undefined> {
    const found = await this.bucket.read(keyOf(key));
    return found && { value: JSON.parse(Buffer.from(found.body).toString('utf8')) as Json, version: found.generation };
  }

  compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    return this.bucket.write(keyOf(key), Buffer.from(JSON.stringify(value)), expected ?? '0');
  }
}
