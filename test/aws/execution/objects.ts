import { serviceError } from '../adapters/fake-client';

interface Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body?: Uint8Array;
  readonly IfNoneMatch?: string;
  readonly CopySource?: string;
  readonly Prefix?: string;
  readonly StartAfter?: string;
  readonly ContinuationToken?: string;
  readonly Delimiter?: string;
  readonly Delete?: { readonly Objects: readonly { readonly Key: string }[] };
}

/** Buckets: conditional writes, listings in pages. */
export class Objects {
  private readonly bodies = new Map<string, Uint8Array>();

  /** @param page keys that a page of a listing has; few, so that paging is used */
  constructor(private readonly page = 7) {}

  put(bucket: string, key: string, body: string): void {
    this.putBytes(bucket, key, new TextEncoder().encode(body));
  }

  putBytes(bucket: string, key: string, body: Uint8Array): void {
    this.bodies.set(`${bucket}/${key}`, body);
  }

  text(bucket: string, key: string): string | undefined {
    const body = this.bodies.get(`${bucket}/${key}`);
    return body && new TextDecoder().decode(body);
  }

  bytes(bucket: string, key: string): Uint8Array | undefined {
    return this.bodies.get(`${bucket}/${key}`);
  }

  keys(bucket: string): string[] {
    const start = `${bucket}/`;
    return [...this.bodies.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  }

  operations() {
    return {
      PutObject: ({ Bucket, Key, Body, IfNoneMatch }: Input) => {
        const name = `${Bucket}/${Key}`;
        if (IfNoneMatch === '*' && this.bodies.has(name)) throw serviceError('PreconditionFailed');
        this.bodies.set(name, Body!);
        return {};
      },
      CopyObject: ({ Bucket, Key, CopySource }: Input) => {
        const body = this.bodies.get(decodeURI(CopySource!));
        if (body === undefined) throw serviceError('NoSuchKey');
        this.bodies.set(`${Bucket}/${Key}`, body);
        return {};
      },
      GetObject: ({ Bucket, Key }: Input) => {
        const body = this.bodies.get(`${Bucket}/${Key}`);
        if (body === undefined) throw serviceError('NoSuchKey');
        return {
          Body: {
            transformToByteArray: async () => body,
            transformToString: async () => new TextDecoder().decode(body),
            transformToWebStream: () => new Blob([body as never]).stream(),
          },
        };
      },
      DeleteObjects: ({ Bucket, Delete }: Input) => {
        for (const { Key } of Delete!.Objects) this.bodies.delete(`${Bucket}/${Key}`);
        return {};
      },
      ListObjectsV2: ({ Bucket, Prefix = '', StartAfter = '', ContinuationToken = '', Delimiter }: Input) => {
        const below = this.keys(Bucket).filter((key) => key.startsWith(Prefix));
        const names = Delimiter === undefined ? below : foldersOf(below, Prefix, Delimiter);
        const rest = names.filter((name) => name > StartAfter && name > ContinuationToken).sort();
        const page = rest.slice(0, this.page);
        return {
          ...(Delimiter === undefined
            ? { Contents: page.map((Key) => ({ Key })) }
            : { CommonPrefixes: page.map((folder) => ({ Prefix: folder })) }),
          ...(rest.length > this.page && { NextContinuationToken: page.at(-1), IsTruncated: true }),
        };
      },
    };
  }
}

const foldersOf = (keys: readonly string[], prefix: string, delimiter: string): string[] => [
  ...new Set(
    keys.flatMap((key) => {
      const end = key.indexOf(delimiter, prefix.length);
      return end < 0 ? [] : [key.slice(0, end + 1)];
    }),
  ),
];
