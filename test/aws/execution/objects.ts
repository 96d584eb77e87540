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
}

/** Keys that a page of a listing has; small, so that paging is used. */
const PAGE = 7;

/** Buckets: conditional writes, listings in pages. */
export class Objects {
  private readonly bodies = new Map<string, Uint8Array>();

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
          },
        };
      },
      ListObjectsV2: ({ Bucket, Prefix = '', StartAfter = '', ContinuationToken = '' }: Input) => {
        const keys = this.keys(Bucket)
          .filter((key) => key.startsWith(Prefix) && key > StartAfter && key > ContinuationToken)
          .sort();
        const page = keys.slice(0, PAGE);
        return {
          Contents: page.map((Key) => ({ Key })),
          ...(keys.length > PAGE && { NextContinuationToken: page.at(-1), IsTruncated: true }),
        };
      },
    };
  }
}
