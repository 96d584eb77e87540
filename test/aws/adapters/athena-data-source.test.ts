import type { AthenaClient } from '@aws-sdk/client-athena';
import { captureTable } from '../../../src/aws/drift-alarm/capture-table';
import { DataTables } from '../../../src/aws/support/data-tables';
import { dataSchema } from '../../../src/definition/data';
import { AthenaDataSource } from '../../../src/runtime/adapters/aws/athena-data-source';
import { AthenaSqlEngine } from '../../../src/runtime/adapters/aws/athena-sql-engine';
import { bucketLocation } from '../../../src/runtime/adapters/aws/bucket-location';
import { captureHour } from '../../../src/runtime/adapters/aws/capture-view';
import { type CaptureWindow, MOST_LEAD_SECONDS } from '../../../src/runtime/ports/data-source';
import { athena } from '../../../src/runtime/sql/dialects/athena';
import { CAPTURE_COLUMNS } from '../../../src/runtime/usecases';
import { data } from '../support/definition';
import { asText, newStack, registryIn, templateOf } from '../support/stacks';
import { refuseLocation, workGroupIn } from './athena-workgroup';
import { fakeClient } from './fake-client';
import { bytes, fakeS3, text } from './fake-s3';

const stack = newStack();
new DataTables(stack, 'Tables', { registry: registryIn(stack), data: dataSchema.parse(data), purpose: 'training' });
const template = templateOf(stack);
const workGroup = workGroupIn(template);

/** Athena as far as statements write objects: a table's parts, and the CSV that is the result of a query. */
function sourceOf(timestampType: string | null = 'varchar') {
  const s3 = fakeS3();
  const statements: string[] = [];
  const engine = {
    execute: async (sql: string) => {
      statements.push(sql);
      refuseLocation(sql, workGroup);
      const location = /external_location = 's3:\/\/bucket\/([^']+)'/.exec(sql)?.[1];
      if (location !== undefined) {
        if ([...s3.objects.keys()].some((key) => key.startsWith(location))) throw new Error('HIVE_PATH_ALREADY_EXISTS');
        s3.objects.set(`${location}part-2`, bytes('b'));
        s3.objects.set(`${location}part-1`, bytes('a'));
      }
      if (sql.startsWith('SELECT')) s3.objects.set('queries/q1.csv', bytes('"tenure"\n"3"\n'));
      return { id: 'q1', output: 's3://bucket/queries/q1.csv' };
    },
    query: async (sql: string) => {
      if (sql.includes('COUNT(*)')) return [{ n: '2' }];
      if (timestampType === null) return [];
      return [
        { name: 'customer', type: 'varchar' },
        { name: 'seen', type: timestampType },
      ];
    },
  } as unknown as AthenaSqlEngine;
  const source = new AthenaDataSource(engine, s3, athena, {
    location: bucketLocation('bucket'),
    database: 'acme_churn_training',
    captureColumns: CAPTURE_COLUMNS,
    hasLabels: true,
    timestamp: 'seen',
    model: { task: 'binaryClassification', data: dataSchema.parse(data) },
  });
  return { s3, source, statements };
}

test('a table whose times are texts is read through a view that makes them times', async () => {
  const { source, statements } = sourceOf();
  expect(await source.table()).toEqual(['acme_churn_training', 'source_rows']);
  expect(await source.labels()).toEqual(['acme_churn_training', 'labels_rows']);
  expect(statements[0]).toMatch(
    /^CREATE OR REPLACE VIEW "acme_churn_training"\."source_rows" AS SELECT "customer", TRY\(.* AS "seen"/,
  );
  expect(await sourceOf('timestamp(3)').source.table()).toEqual(['acme_churn_training', 'source']);
});

test('a table that is not there is told by its name, before anything is written', async () => {
  const { source, statements } = sourceOf(null);
  await expect(source.table()).rejects.toThrow(/tableNotFound\n {2}athena.acme_churn_training.source/);
  expect(statements).toEqual([]);
});

test('CSV is frozen with a header under its key, beside a table of the same rows', async () => {
  const { s3, source } = sourceOf();
  const frozen = await source.freeze('SELECT * FROM t ORDER BY seen', 'runs/r1/train.csv');
  expect(frozen).toEqual({
    rows: 2,
    uri: 's3://bucket/runs/r1/train.csv',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(text(s3.objects.get('runs/r1/train.csv'))).toBe('"tenure"\n"3"\n');
});

test('queries bring no settings, so that results lie where the workgroup says, encrypted with the key of the bucket', async () => {
  const { OutputLocation, EncryptionConfiguration } = workGroup.ResultConfiguration;
  let started: { readonly WorkGroup: string; readonly ResultConfiguration?: object } | undefined;
  const client = fakeClient<AthenaClient>({
    StartQueryExecution: (input: typeof started) => {
      started = input;
      return { QueryExecutionId: 'q1' };
    },
    // Settings of a query win over those of a workgroup that enforces none.
    GetQueryExecution: () => ({
      QueryExecution: {
        Status: { State: 'SUCCEEDED' },
        ResultConfiguration: { OutputLocation: `${asText(OutputLocation)}q1.csv`, ...started?.ResultConfiguration },
      },
    }),
  });
  const options = { workgroup: 'acme-churn-training', database: 'acme_churn_training', sleep: async () => undefined };
  expect((await new AthenaSqlEngine(client, options).execute('SELECT 1')).output).toMatch(
    /^s3:\/\/.+\/queries\/q1\.csv$/,
  );
  expect(started).toMatchObject({ WorkGroup: 'acme-churn-training' });
  expect(started).not.toHaveProperty('ResultConfiguration');
  const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
  expect(EncryptionConfiguration).toEqual({ EncryptionOption: 'SSE_KMS', KmsKey: { 'Fn::GetAtt': [key, 'Arn'] } });
  // What a CREATE TABLE AS writes elsewhere in the bucket has the bucket's own encryption.
  const encryption = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [key, 'Arn'] } };
  template.allResourcesProperties('AWS::S3::Bucket', {
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: encryption }] },
  });
});

test('the table of a CSV lies where no training job looks: it is given all that begins with the name of the rows', async () => {
  const { s3, source } = sourceOf();
  await source.freeze('SELECT * FROM t ORDER BY seen', 'runs/r1/train.csv');
  const given = [...s3.objects.keys()].filter((key) => key.startsWith('runs/r1/train.'));
  expect(given).toEqual(['runs/r1/train.csv']);
});

test('freezing again replaces what is there, and the same rows have the same digest', async () => {
  const { s3, source } = sourceOf();
  const first = await source.freeze('SELECT 1', 'runs/r1/test.jsonl');
  s3.objects.set('runs/r1/test.jsonl/stale', bytes('x'));
  const again = await source.freeze('SELECT 1', 'runs/r1/test.jsonl');
  expect(again).toEqual(first);
  expect([...s3.objects.keys()].sort()).toEqual(['runs/r1/test.jsonl/part-1', 'runs/r1/test.jsonl/part-2']);
});

test('captures are read of the deployments that there are', async () => {
  const { s3, source, statements } = sourceOf();
  for (const folder of ['blue-1', 'blue-1_green-2', 'blue-1_shadow-2', 'something-else']) {
    s3.objects.set(`capture/${folder}/acme-churn/blue/2026/01/01/10/a.jsonl`, bytes(''));
  }
  expect(await source.capture()).toEqual(['acme_churn_training', 'capture_rows']);
  expect(statements[0]).toContain("c.deployment IN ('blue-1', 'blue-1_green-2', 'blue-1_shadow-2')");
  expect(statements[0]).toContain("WHEN c.deployment = 'blue-1_green-2' AND c.variant = 'green' THEN BIGINT '2'");
  // Clients were not answered by a shadow: its copies of their requests are no rows.
  expect(statements[0]).toContain("WHEN c.deployment = 'blue-1_shadow-2' AND c.variant = 'blue' THEN BIGINT '1'");
  expect(statements[0]).not.toContain("'blue-1_shadow-2' AND c.variant = 'green'");
  expect(statements[0]).toMatch(/WHERE served_version IS NOT NULL$/);
});

test('before the first capture there is an empty table', async () => {
  const { source, statements } = sourceOf();
  await source.capture();
  expect(statements[0]).toContain("c.deployment IN ('none')");
});

describe('captures of a window', () => {
  const HOUR = 3600;
  const since = Date.UTC(2026, 0, 31, 23, 59) / 1000;

  async function statementOf(window: CaptureWindow) {
    const { s3, source, statements } = sourceOf();
    s3.objects.set('capture/blue-1/acme-churn/blue/2026/01/01/10/a.jsonl', bytes(''));
    return { table: await source.capture(window), sql: statements[0]! };
  }

  test('older hours are left alone, and no hour in which an event of the window may have been asked about', async () => {
    const { sql } = await statementOf({ reader: 'drift', sinceSeconds: since });
    const first = / AND c\.hour >= '([^']+)'\) mlp_raw/.exec(sql)![1]!;
    expect(sql).toContain("WHERE c.deployment IN ('blue-1') AND c.hour >= ");
    const isRead = (askedAt: number) => captureHour(askedAt) >= first;
    // Asked about as early as can be, and into a file that was begun in the hour before.
    const earliest = since - MOST_LEAD_SECONDS;
    expect([earliest, earliest - HOUR, since, since + 400 * 86_400].map(isRead)).toEqual([true, true, true, true]);
    expect([earliest - 2 * HOUR, earliest - 86_400, earliest - 400 * 86_400].map(isRead)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('two readers do not share a view, and who asks for all gets all', async () => {
    const drift = await statementOf({ reader: 'drift', sinceSeconds: since });
    const quality = await statementOf({ reader: 'quality', sinceSeconds: since - 86_400 });
    expect([drift.table, quality.table]).toEqual([
      ['acme_churn_training', 'capture_rows_drift'],
      ['acme_churn_training', 'capture_rows_quality'],
    ]);
    const { source, statements } = sourceOf();
    expect(await source.capture()).toEqual(['acme_churn_training', 'capture_rows']);
    expect(statements[0]).not.toContain('c.hour');
  });

  test('the hour is the partition of the table, in the format of its projection', () => {
    expect(captureHour(since)).toBe('2026/01/31/23');
    const { parameters, partitionKeys } = captureTable(registryIn(newStack()), 'acme-churn', 45 * 86_400);
    expect(partitionKeys).toContainEqual({ name: 'hour', type: 'string' });
    expect(parameters).toMatchObject({ 'projection.hour.type': 'date', 'projection.hour.format': 'yyyy/MM/dd/HH' });
  });
});
