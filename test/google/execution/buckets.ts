import { type Answer, type Call, invalid, notFound, type Operation, pageOf, Refusal } from './service';

interface Stored {
  readonly body: Uint8Array;
  readonly generation: number;
}

/** Most parts that one call composes. */
const PARTS = 32;

/** Cloud Storage: objects with generations, writes that depend on them, listings in pages. */
export class Buckets {
  private readonly objects = new Map<string, Stored>();
  private generation = 1_700_000_000_000_000;

  put(bucket: string, name: string, body: string | Uint8Array): number {
    this.generation += 1;
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    this.objects.set(`${bucket}/${name}`, { body: bytes, generation: this.generation });
    return this.generation;
  }

  text(bucket: string, name: string): string | undefined {
    const found = this.objects.get(`${bucket}/${name}`);
    return found && new TextDecoder().decode(found.body);
  }

  names(bucket: string): string[] {
    const start = `${bucket}/`;
    return [...this.objects.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  }

  upload({ path: [, bucket = ''], query, bytes }: Call): Operation {
    const name = query.get('name') ?? '';
    return {
      name: 'storage.objects.insert',
      run: () => {
        const wanted = query.get('ifGenerationMatch');
        const current = this.objects.get(`${bucket}/${name}`)?.generation ?? 0;
        if (wanted !== null && Number(wanted) !== current) throw new Refusal(412, 'conditionNotMet');
        return { name, generation: String(this.put(bucket, name, bytes)) };
      },
    };
  }

  operation({ method, path, query, body }: Call): Operation | undefined {
    const [, bucket = '', , name, verb] = path;
    if (name === undefined) return { name: 'storage.objects.list', run: () => this.list(bucket, query) };
    if (verb === 'compose' && method === 'POST') {
      const parts = body['sourceObjects'] as readonly { readonly name: string }[];
      return { name: 'storage.objects.compose', run: () => this.compose(bucket, name, parts) };
    }
    if (verb === 'rewriteTo' && method === 'POST') {
      const [, , , , , , to = '', , copy = ''] = path;
      return { name: 'storage.objects.rewrite', run: () => this.rewrite(`${bucket}/${name}`, to, copy) };
    }
    if (method === 'GET') return { name: 'storage.objects.get', run: () => this.get(bucket, name, query) };
    if (method !== 'DELETE') return undefined;
    return {
      name: 'storage.objects.delete',
      run: () => {
        if (!this.objects.delete(`${bucket}/${name}`)) throw notFound(name);
        return new Uint8Array();
      },
    };
  }

  private get(bucket: string, name: string, query: URLSearchParams): Answer {
    const found = this.objects.get(`${bucket}/${name}`);
    const generation = query.get('generation');
    // Nothing is versioned here: a generation that was replaced is gone.
    if (found === undefined || (generation !== null && Number(generation) !== found.generation)) throw notFound(name);
    return query.get('alt') === 'media' ? found.body : { name, bucket, generation: String(found.generation) };
  }

  private list(bucket: string, query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? '';
    const start = query.get('startOffset') ?? '';
    const names = this.names(bucket).filter((name) => name.startsWith(prefix) && name >= start);
    const { page, nextPageToken } = pageOf(names.sort(), query);
    return { items: page.map((name) => ({ name })), ...(nextPageToken !== undefined && { nextPageToken }) };
  }

  /** Done at once; a large object takes several calls. */
  private rewrite(from: string, bucket: string, name: string): Answer {
    const found = this.objects.get(from);
    if (found === undefined) throw notFound(from);
    return { done: true, resource: { name, generation: String(this.put(bucket, name, found.body)) } };
  }

  private compose(bucket: string, name: string, parts: readonly { readonly name: string }[]): Answer {
    if (parts.length > PARTS) throw invalid(`${parts.length} parts are too many`);
    const bodies = parts.map((part) => this.objects.get(`${bucket}/${part.name}`)?.body);
    if (bodies.includes(undefined)) throw notFound('a part');
    return { name, generation: String(this.put(bucket, name, Buffer.concat(bodies as Uint8Array[]))) };
  }
}
