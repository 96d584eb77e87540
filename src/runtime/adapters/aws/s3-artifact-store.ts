import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { ArtifactStore } from '../../ports';
import type { BucketLocation } from './bucket-location';
import { copyObject, digestOfObject } from './object-transfer';
import { errorName } from './sdk-error';

/** Artifacts as objects of a bucket. The bucket's own encryption applies. */
export class S3ArtifactStore implements ArtifactStore {
  constructor(
    private readonly client: S3Client,
    private readonly location: BucketLocation,
  ) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand(this.object(key)));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (errorName(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ ...this.object(key), Body: body }));
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return putIfAbsent(this.client, { ...this.object(key), Body: body });
  }

  async list(prefix: string): Promise<string[]> {
    const { bucket, prefix: own } = this.location;
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: bucket, Prefix: own + prefix })) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key.slice(own.length));
    }
    return keys.sort();
  }

  digest(key: string): Promise<string | undefined> {
    return digestOfObject(this.client, this.object(key));
  }

  copyFrom(uri: string, key: string): Promise<void> {
    return copyObject(this.client, uri, this.object(key));
  }

  uri(key: string): string {
    return `s3://${this.location.bucket}/${this.location.prefix}${key}`;
  }

  private object(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.location.bucket, Key: this.location.prefix + key };
  }
}

/** Writes only when the key is free: S3 answers 412 when it is taken, and 409 when another write of it is under way. */
export async function putIfAbsent(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string; readonly Body: Uint8Array },
): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
    return true;
  } catch (error) {
    if (['PreconditionFailed', 'ConditionalRequestConflict'].includes(errorName(error))) return false;
    throw error;
  }
}
