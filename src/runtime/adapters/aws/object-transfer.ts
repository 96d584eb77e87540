import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { errorName } from './sdk-error';

interface ObjectName {
  readonly Bucket: string;
  readonly Key: string;
}

/** Bytes a part when an object is copied in parts: S3 takes at most 5 GiB a part, and 10,000 parts. */
const PART_BYTES = 1024 ** 3;

/** `sha256:` and the hex digest of an object, read once and never held as a whole; undefined when it is not there. */
export async function digestOfObject(client: S3Client, object: ObjectName): Promise<string | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand(object));
    const sum = createHash('sha256');
    for await (const bytes of Body!.transformToWebStream() as unknown as AsyncIterable<Uint8Array>) sum.update(bytes);
    return `sha256:${sum.digest('hex')}`;
  } catch (error) {
    if (errorName(error) === 'NoSuchKey') return undefined;
    throw error;
  }
}

/**
 * Copies an object within S3, whatever its size: nothing of it comes here.
 * @param uri `s3://bucket/key`, of this account or another one
 */
export async function copyObject(client: S3Client, uri: string, to: ObjectName, partBytes = PART_BYTES): Promise<void> {
  const source = uri.replace('s3://', '');
  try {
    // Tags are not copied: reading those of another account would need one more permission.
    await client.send(new CopyObjectCommand({ ...to, CopySource: encodeURI(source), TaggingDirective: 'REPLACE' }));
  } catch (error) {
    // "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120".
    if (errorName(error) !== 'InvalidRequest' || !/larger than the maximum/.test((error as Error).message)) throw error;
    await copyInParts(client, source, to, partBytes);
  }
}

async function copyInParts(client: S3Client, source: string, to: ObjectName, partBytes: number): Promise<void> {
  const slash = source.indexOf('/');
  const from = { Bucket: source.slice(0, slash), Key: source.slice(slash + 1) };
  // The same object throughout, should somebody write it meanwhile.
  const { ContentLength: size = 0, ETag: etag } = await client.send(new HeadObjectCommand(from));
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(to));
  const upload = { ...to, UploadId };
  try {
    const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
    for (let start = 0; start < size; start += partBytes) {
      const PartNumber = parts.length + 1;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({
          ...upload,
          PartNumber,
          CopySource: encodeURI(source),
          CopySourceIfMatch: etag,
          CopySourceRange: `bytes=${start}-${Math.min(start + partBytes, size) - 1}`,
        }),
      );
      parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    // Parts of an upload that nobody ends are billed.
    await client.send(new AbortMultipartUploadCommand(upload));
    throw error;
  }
}
