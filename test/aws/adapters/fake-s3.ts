import { S3Client } from '@aws-sdk/client-s3';
import { serviceError } from './fake-client';

interface Input {
  readonly Key: string;
  readonly Body?: Uint8Array;
  readonly IfNoneMatch?: string;
  readonly Prefix?: string;
  readonly StartAfter?: string;
  readonly Delimiter?: string;
  readonly CopySource?: string;
  readonly ContinuationToken?: string;
  readonly UploadId?: string;
  readonly PartNumber?: number;
  readonly CopySourceRange?: string;
  readonly Delete?: { readonly Objects: readonly { readonly Key: string }[] };
}

/** Keys that a page of a listing has; small, so that paging is used. */
const PAGE = 2;

export interface FakeS3 {
  readonly objects: Map<string, Uint8Array>;
  /** Uploads in parts that nobody has ended. */
  readonly uploads: Map<string, Uint8Array[]>;
  refuseParts: boolean;
}

/** S3 in memory: conditional writes, listings in pages, copies. One bucket. */
export function fakeS3(
  objects = new Map<string, Uint8Array>(),
  { maxCopyBytes = Number.POSITIVE_INFINITY }: { readonly maxCopyBytes?: number } = {},
): S3Client & FakeS3 {
  const uploads = new Map<string, Uint8Array[]>();
  const copied = (source: string | undefined): Uint8Array => {
    const body = objects.get(decodeURI(source!).split('/').slice(1).join('/'));
    if (body === undefined) throw serviceError('NoSuchKey');
    return body;
  };
  const replies: Record<string, (input: Input) => unknown> = {
    PutObject: ({ Key, Body, IfNoneMatch }) => {
      if (IfNoneMatch === '*' && objects.has(Key)) throw serviceError('PreconditionFailed');
      objects.set(Key, Uint8Array.from(Body!));
      return {};
    },
    GetObject: ({ Key }) => {
      const body = objects.get(Key);
      if (body === undefined) throw serviceError('NoSuchKey');
      return {
        Body: {
          transformToByteArray: async () => body,
          transformToString: async () => new TextDecoder().decode(body),
          transformToWebStream: () => new Blob([body as never]).stream(),
        },
      };
    },
    CopyObject: ({ Key, CopySource }) => {
      const body = copied(CopySource);
      if (body.length > maxCopyBytes) {
        throw serviceError('InvalidRequest', 'The specified copy source is larger than the maximum allowable size');
      }
      objects.set(Key, body);
      return {};
    },
    HeadObject: ({ Key }) => ({ ContentLength: objects.get(Key)!.length, ETag: 'tag' }),
    CreateMultipartUpload: () => {
      uploads.set('upload', []);
      return { UploadId: 'upload' };
    },
    UploadPartCopy: ({ UploadId, PartNumber, CopySource, CopySourceRange }) => {
      if (fake.refuseParts) throw serviceError('SlowDown');
      const [from, to] = /^bytes=(\d+)-(\d+)$/.exec(CopySourceRange!)!.slice(1).map(Number);
      uploads.get(UploadId!)![PartNumber! - 1] = copied(CopySource).subarray(from, to! + 1);
      return { CopyPartResult: { ETag: `part-${PartNumber}` } };
    },
    CompleteMultipartUpload: ({ Key, UploadId }) => {
      objects.set(Key, Buffer.concat(uploads.get(UploadId!)!));
      uploads.delete(UploadId!);
      return {};
    },
    AbortMultipartUpload: ({ UploadId }) => {
      uploads.delete(UploadId!);
      return {};
    },
    DeleteObjects: ({ Delete }) => {
      for (const { Key } of Delete?.Objects ?? []) objects.delete(Key);
      return {};
    },
    ListObjectsV2: ({ Prefix = '', StartAfter = '', Delimiter, ContinuationToken = '' }) => {
      const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix) && key > StartAfter).sort();
      if (Delimiter !== undefined) {
        const folders = keys.flatMap((key) => {
          const end = key.indexOf(Delimiter, Prefix.length);
          return end < 0 ? [] : [key.slice(0, end + 1)];
        });
        return { CommonPrefixes: [...new Set(folders)].map((folder) => ({ Prefix: folder })) };
      }
      const rest = keys.filter((key) => key > ContinuationToken);
      const page = rest.slice(0, PAGE);
      return {
        Contents: page.map((Key) => ({ Key })),
        ...(rest.length > PAGE && { NextContinuationToken: page.at(-1), IsTruncated: true }),
      };
    },
  };
  // Paginators ask that the client is a real one; it never connects, since `send` is ours.
  const client = new S3Client({ region: 'eu-central-1' });
  const send = async (command: { constructor: { name: string }; input: Input }): Promise<unknown> =>
    replies[command.constructor.name.replace(/Command$/, '')]!(command.input);
  const fake = Object.assign(client, { send, objects, uploads, refuseParts: false });
  return fake as never;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (body: Uint8Array | undefined): string | undefined => body && new TextDecoder().decode(body);
