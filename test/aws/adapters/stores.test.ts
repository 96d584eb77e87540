import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bucketLocation } from '../../../src/runtime/adapters/aws/bucket-location';
import { DynamoStateStore } from '../../../src/runtime/adapters/aws/dynamo-state-store';
import { copyObject } from '../../../src/runtime/adapters/aws/object-transfer';
import { S3ArtifactStore } from '../../../src/runtime/adapters/aws/s3-artifact-store';
import { S3LedgerStore } from '../../../src/runtime/adapters/aws/s3-ledger-store';
import { artifactStoreContract } from '../../contracts/ports/artifact-store';
import { fakeClient, serviceError } from './fake-client';
import { bytes, fakeS3, text } from './fake-s3';

artifactStoreContract('S3', async () => new S3ArtifactStore(fakeS3(), bucketLocation('bucket/models/churn')));

test('what S3 copies in one call no more is copied in parts, and a copy that fails leaves none behind', async () => {
  const s3 = fakeS3(new Map(), { maxCopyBytes: 5 });
  await new S3ArtifactStore(s3, bucketLocation('bucket')).put('a model', bytes('0123456789'));
  await copyObject(s3, 's3://bucket/a model', { Bucket: 'bucket', Key: 'copy' }, 4);
  expect(text(s3.objects.get('copy'))).toBe('0123456789');
  s3.refuseParts = true;
  await expect(copyObject(s3, 's3://bucket/a model', { Bucket: 'bucket', Key: 'late' }, 4)).rejects.toThrow('SlowDown');
  expect([...s3.objects.keys()]).toEqual(['a model', 'copy']);
  expect(s3.uploads.size).toBe(0);
});

describe('artifacts in S3', () => {
  test('are read as written, below the prefix, and absent ones are undefined', async () => {
    const s3 = fakeS3();
    const store = new S3ArtifactStore(s3, bucketLocation('bucket/models/churn'));
    await store.put('runs/1/metrics.json', bytes('{}'));
    expect([...s3.objects.keys()]).toEqual(['models/churn/runs/1/metrics.json']);
    expect(text(await store.get('runs/1/metrics.json'))).toBe('{}');
    expect(await store.get('runs/2/metrics.json')).toBeUndefined();
    expect(store.uri('runs/1/model/')).toBe('s3://bucket/models/churn/runs/1/model/');
  });

  test('are listed over all pages, sorted', async () => {
    const store = new S3ArtifactStore(fakeS3(), bucketLocation('bucket'));
    for (const name of ['e', 'b', 'd', 'a', 'c']) await store.put(`runs/${name}`, bytes(name));
    await store.put('versions/1.json', bytes('{}'));
    expect(await store.list('runs/')).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `runs/${name}`));
  });

  test('the first of two writers keeps its object', async () => {
    const store = new S3ArtifactStore(fakeS3(), bucketLocation('bucket'));
    expect(await store.putIfAbsent('a', bytes('first'))).toBe(true);
    expect(await store.putIfAbsent('a', bytes('second'))).toBe(false);
    expect(text(await store.get('a'))).toBe('first');
  });
});

describe('the ledger in S3', () => {
  test('takes each number once and reads from one on, in order', async () => {
    const ledger = new S3LedgerStore(fakeS3(), 'ledger');
    expect(await ledger.head()).toBeUndefined();
    for (let sequence = 0; sequence < 12; sequence++) expect(await ledger.append(sequence, { sequence })).toBe(true);
    expect(await ledger.append(3, { forged: true })).toBe(false);
    expect(await ledger.head()).toEqual({ sequence: 11 });
    expect(await ledger.read(9)).toEqual([{ sequence: 9 }, { sequence: 10 }, { sequence: 11 }]);
    expect((await ledger.read(0))[3]).toEqual({ sequence: 3 });
  });
});

describe('state in DynamoDB', () => {
  interface Item {
    readonly key: { readonly S: string };
    readonly value: { readonly S: string };
    readonly version: { readonly N: string };
  }

  /** Conditional writes as DynamoDB makes them, for the two conditions that there are. */
  function fakeTable(): DynamoDBClient {
    const items = new Map<string, Item>();
    return fakeClient<DynamoDBClient>({
      GetItem: ({ Key }: { Key: { key: { S: string } } }) => ({ Item: items.get(Key.key.S) }),
      PutItem: (input: {
        Item: Item;
        ConditionExpression: string;
        ExpressionAttributeValues?: { ':expected': { N: string } };
      }) => {
        const before = items.get(input.Item.key.S);
        const holds =
          input.ConditionExpression === 'attribute_not_exists(#key)'
            ? before === undefined
            : before?.version.N === input.ExpressionAttributeValues?.[':expected'].N;
        if (!holds) throw serviceError('ConditionalCheckFailedException');
        items.set(input.Item.key.S, input.Item);
        return {};
      },
    });
  }

  test('of writers who read the same version, one wins', async () => {
    const store = new DynamoStateStore(fakeTable(), 'state');
    const first = await store.compareAndSwap('lock', null, { holder: 'a' });
    expect(first).toBeDefined();
    expect(await store.compareAndSwap('lock', null, { holder: 'b' })).toBeUndefined();
    const outcomes = await Promise.all(
      ['b', 'c', 'd'].map((holder) => store.compareAndSwap('lock', first!, { holder })),
    );
    expect(outcomes.filter((version) => version !== undefined)).toHaveLength(1);
    expect((await store.read('lock'))?.value).toEqual({ holder: 'b' });
    expect(await store.read('other')).toBeUndefined();
  });
});
