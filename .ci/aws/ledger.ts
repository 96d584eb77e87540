// The ledger of a deployed model, and what else of a stack is found by what it is for.
import { deepStrictEqual } from 'node:assert';
import { setTimeout } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { StackResource } from './stacks';

const buckets = new S3Client({ forcePathStyle: true });

/** A record of the ledger, as its file says. */
export interface Recorded {
  readonly action: string;
  readonly actor: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Longest that anything is waited for: the stand-in shortens the waits of state machines. */
const LONGEST_MS = 60_000;
const POLL_MS = 500;

/** All records in their order, each bound to the one before. */
export async function recordsOf(resources: readonly StackResource[]): Promise<Recorded[]> {
  const Bucket = named(resources, 'AWS::S3::Bucket', /RegistryLedger/);
  const { Contents } = await buckets.send(new ListObjectsV2Command({ Bucket }));
  const records: Recorded[] = [];
  for (const { Key } of Contents ?? []) {
    const { Body } = await buckets.send(new GetObjectCommand({ Bucket, Key }));
    records.push(JSON.parse((await Body?.transformToString()) ?? '') as Recorded);
  }
  const [, ...later] = records;
  deepStrictEqual(
    later.map(({ previousHash }) => previousHash),
    records.slice(0, -1).map(({ hash }) => hash),
  );
  return records;
}

/** The name of the one resource of a type that stands where its logical id says. */
export function named(resources: readonly StackResource[], type: string, logicalId: RegExp): string {
  const [found, ...more] = resources.filter((one) => one.type === type && logicalId.test(one.logicalId));
  if (found === undefined || more.length > 0) throw new Error(`not one ${type} ${logicalId}`);
  return found.physicalId;
}

/** Looks until there is something. */
export async function eventually<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  for (let waited = 0; waited < LONGEST_MS; waited += POLL_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await setTimeout(POLL_MS);
  }
  throw new Error(`${what}: not in ${LONGEST_MS} ms`);
}
