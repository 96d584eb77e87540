import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Json } from '../../../kernel/json';
import type { LedgerStore } from '../../ports';
import { putIfAbsent } from './s3-artifact-store';

const PREFIX = 'ledger/';
/** Digits of a sequence number in a key, so that keys sort as the numbers do. */
const DIGITS = 12;

/** The audit chain in a write-once bucket: `ledger/000000000042.json`. The bucket's Object Lock keeps every record. */
export class S3LedgerStore implements LedgerStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
  ) {}

  async read(fromSequence: number): Promise<Json[]> {
    const keys = await this.keys(fromSequence);
    const records: Json[] = [];
    for (const key of keys) records.push(await this.record(key));
    return records;
  }

  async head(): Promise<Json | undefined> {
    const last = (await this.keys(0)).at(-1);
    return last === undefined ? undefined : this.record(last);
  }

  async append(sequence: number, record: Json): Promise<boolean> {
    const body = new TextEncoder().encode(JSON.stringify(record));
    return putIfAbsent(this.client, { Bucket: this.bucket, Key: keyOf(sequence), Body: body });
  }

  private async keys(fromSequence: number): Promise<string[]> {
    const keys: string[] = [];
    const request = {
      Bucket: this.bucket,
      Prefix: PREFIX,
      ...(fromSequence > 0 && { StartAfter: keyOf(fromSequence - 1) }),
    };
    for await (const page of paginateListObjectsV2({ client: this.client }, request)) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    }
    return keys.sort();
  }

  private async record(key: string): Promise<Json> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return JSON.parse((await Body?.transformToString()) ?? 'null') as Json;
  }
}

const keyOf = (sequence: number): string => `${PREFIX}${String(sequence).padStart(DIGITS, '0')}.json`;
