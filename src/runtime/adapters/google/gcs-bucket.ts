import { createHash } from 'node:crypto';
import { type GoogleApi, type HttpReply, type JsonObject, refused } from './google-api';

export interface StoredObject {
  readonly body: Uint8Array;
  /** Changes with every write. */
  readonly generation: string;
}

/** Bytes that are read at a time when an object is too large for memory. */
const CHUNK_BYTES = 32 * 1024 ** 2;

/** One Cloud Storage bucket below a prefix; writes may depend on an object's generation. */
export class GcsBucket {
  readonly name: string;
  /** Empty, or ends with `/`. */
  readonly prefix: string;

  /** @param place `bucket` or `bucket/prefix` */
  constructor(
    private readonly api: GoogleApi,
    place: string,
    private readonly chunkBytes = CHUNK_BYTES,
  ) {
    const [name = '', ...rest] = place.split('/').filter((part) => part !== '');
    this.name = name;
    this.prefix = rest.length === 0 ? '' : `${rest.join('/')}/`;
  }

  uri(key: string): string {
    return `gs://${this.name}/${this.prefix}${key}`;
  }

  /** An object with its generation, both of the same moment. */
  async read(key: string): Promise<StoredObject | undefined> {
    for (;;) {
      const found = await this.api.find('storage', this.path(key));
      if (found === undefined) return undefined;
      const generation = String(found['generation']);
      const reply = await this.api.send('GET', 'storage', this.path(key), { query: { alt: 'media', generation } });
      // Replaced between the two reads, and the old generation is gone: look again.
      if (reply.status === 404) continue;
      if (reply.status >= 300) throw refused(this.uri(key), reply);
      return { body: reply.body, generation };
    }
  }

  /**
   * Writes an object.
   * @param ifGeneration only when the object has this generation; `"0"`: only when it is not there
   * @returns the new generation, or undefined when the condition does not hold
   */
  async write(key: string, body: Uint8Array, ifGeneration?: string): Promise<string | undefined> {
    const reply = await this.api.send('POST', 'upload', `b/${this.name}/o`, {
      body,
      type: contentType(key),
      query: { uploadType: 'media', name: this.prefix + key, ifGenerationMatch: ifGeneration },
    });
    if (reply.status === 412) return reply.isRepeat ? this.ownWrite(key, body) : undefined;
    if (reply.status >= 300) throw refused(this.uri(key), reply);
    return String((JSON.parse(Buffer.from(reply.body).toString('utf8')) as JsonObject)['generation']);
  }

  /** A try whose answer was lost may be what a second one finds in its way. */
  private async ownWrite(key: string, body: Uint8Array): Promise<string | undefined> {
    const found = await this.read(key);
    return found && Buffer.from(body).equals(found.body) ? found.generation : undefined;
  }

  /** `sha256:` and the hex digest of one generation of an object, read in pieces; undefined when it is not there. */
  async digest(key: string): Promise<string | undefined> {
    for (;;) {
      const found = await this.api.find('storage', this.path(key));
      if (found === undefined) return undefined;
      const query = { alt: 'media', generation: String(found['generation']) };
      const sum = createHash('sha256');
      let read = 0;
      let reply: HttpReply;
      do {
        const range = `bytes=${read}-${read + this.chunkBytes - 1}`;
        reply = await this.api.send('GET', 'storage', this.path(key), { query, headers: { range } });
        if (reply.status < 300) sum.update(reply.body);
        read += reply.body.length;
        // 206 is a piece; 416 says that the piece before was the last; 200 is all of it.
      } while (reply.status === 206 && reply.body.length === this.chunkBytes);
      if (reply.status >= 300 && reply.status !== 404 && reply.status !== 416) throw refused(this.uri(key), reply);
      // Replaced between two reads, and the old generation is gone: look again.
      if (reply.status !== 404) return `sha256:${sum.digest('hex')}`;
    }
  }

  /**
   * Copies an object within Cloud Storage, whatever its size: nothing of it comes here.
   * @param uri `gs://bucket/name`, of this project or another one
   */
  async copyFrom(uri: string, key: string): Promise<void> {
    const [bucket = '', ...name] = uri.replace('gs://', '').split('/');
    const from = `b/${bucket}/o/${encodeURIComponent(name.join('/'))}`;
    let rewriteToken: string | undefined;
    do {
      const path = `${from}/rewriteTo/${this.path(key)}`;
      const reply = await this.api.call('POST', 'storage', path, undefined, { rewriteToken });
      rewriteToken = reply['done'] === true ? undefined : (reply['rewriteToken'] as string);
    } while (rewriteToken !== undefined);
  }

  /** Keys below a prefix, sorted. */
  async list(prefix: string, from?: string): Promise<string[]> {
    const keys: string[] = [];
    let pageToken: string | undefined;
    do {
      const page: JsonObject = await this.api.call('GET', 'storage', `b/${this.name}/o`, undefined, {
        prefix: this.prefix + prefix,
        startOffset: from === undefined ? undefined : this.prefix + from,
        fields: 'items(name),nextPageToken',
        pageToken,
      });
      for (const { name } of (page['items'] ?? []) as { name: string }[]) keys.push(name.slice(this.prefix.length));
      pageToken = page['nextPageToken'] as string | undefined;
    } while (pageToken !== undefined);
    return keys.sort();
  }

  /** Joins objects of this bucket, in order, into one; all at once or not at all. At most 32 parts a call. */
  async compose(key: string, parts: readonly string[]): Promise<void> {
    await this.api.call('POST', 'storage', `${this.path(key)}/compose`, {
      sourceObjects: parts.map((part) => ({ name: this.prefix + part })),
      destination: { contentType: contentType(key) },
    });
  }

  /** Deletes an object; one that is not there is fine. */
  async remove(key: string): Promise<void> {
    const reply = await this.api.send('DELETE', 'storage', this.path(key));
    if (reply.status >= 300 && reply.status !== 404) throw refused(this.uri(key), reply);
  }

  private path(key: string): string {
    return `b/${this.name}/o/${encodeURIComponent(this.prefix + key)}`;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
};
const contentType = (key: string): string => TYPES[key.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
