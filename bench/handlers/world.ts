import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { toJson } from '../../src/kernel/json';
import { emptyRegistry } from '../../src/runtime/core/promotion';
import { artifactKeys } from '../../src/runtime/usecases';
import { Documents } from '../../test/aws/execution/documents';
import { Figures } from '../../test/aws/execution/figures';
import { Objects } from '../../test/aws/execution/objects';

type Operations = Readonly<Record<string, (input: never) => unknown>>;

export const BUCKET = 'artifacts';
export const ENDPOINT = 'shop-demand';
/** Features of a row: numbers. */
export const FEATURES = Array.from({ length: 20 }, (_, place) => `feature_${place}`);

/** Sections of a model with a key, a time, a label in two slices, and features. */
export const DATA = {
  source: { aws: 's3://shop/rows/' },
  format: 'parquet',
  key: 'id',
  timestamp: 'seen',
  label: { column: 'label', positive: 'yes', delay: '1d', source: { aws: 's3://shop/labels/' } },
  columns: {
    id: { type: 'string', feature: false },
    seen: { type: 'timestamp', feature: false },
    label: { type: 'category', values: ['yes', 'no'], feature: false },
    region: { type: 'category', values: ['north', 'south'] },
    ...Object.fromEntries(FEATURES.map((name) => [name, { type: 'number' }])),
  },
};

/** Environment of a handler, as the constructs give it. */
export const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  MLP_PLATFORM: 'shop',
  MLP_MODEL: 'demand',
  MLP_ARTIFACTS: BUCKET,
  MLP_STATE: 'state',
  MLP_LEDGER: 'ledger',
  MLP_ENDPOINT: ENDPOINT,
  MLP_DATABASE: 'shop_demand',
  MLP_WORKGROUP: 'shop',
  MLP_LABELS: 'yes',
  MLP_TIMESTAMP: 'seen',
};

/** A value of the rows that repeats after a long time. */
export const numberAt = (row: number, column: number): number =>
  ((Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 1, 0x85ebca6b)) >>> 8) / 2 ** 24;
export const isYes = (row: number): boolean => numberAt(row, 0) > 0.7;

const RECORD = {
  format: 1,
  version: 1,
  run: 'run-1',
  registeredAt: '2026-01-01T00:00:00.000Z',
  startedBy: 'ann',
  cause: 'manual',
  commit: 'abc',
  artifactDigest: 'sha256:0',
  artifactUri: 's3://artifacts/runs/run-1/model.tar.gz',
  externalId: 'arn:1',
  data: {
    digest: 'sha256:0',
    uri: 's3://artifacts/runs/run-1/train.parquet',
    trainRows: 1,
    testRows: 1,
    trainFromMs: 0,
    trainToMs: 1,
    testToMs: 1,
    timestampColumn: 'seen',
  },
  training: {},
  trainerMetrics: {},
  atRelease: {},
  labelDeviation: null,
  gate: { verdict: 'pass', explanation: '' },
};

/** Services in memory behind the real clients of the SDK, with a champion in the registry. */
export class World {
  readonly objects = new Objects(1000);
  readonly figures = new Figures();
  private readonly documents = new Documents();

  constructor() {
    this.objects.put(BUCKET, artifactKeys.version(1), JSON.stringify(RECORD));
    const registry = { ...emptyRegistry('demand'), aliases: { champion: '1', challenger: '2', previous: null } };
    this.document('registry/demand', { registry, outbox: [] });
    this.answer(S3Client, this.objects.operations());
    this.answer(DynamoDBClient, this.documents.operations());
    this.answer(CloudWatchClient, this.figures.operations());
    this.answer(SFNClient, {
      StartExecution: () => ({}),
      DescribeExecution: () => ({ status: 'SUCCEEDED' }),
    });
    this.answer(SNSClient, { Publish: () => ({}) });
    this.answer(SageMakerClient, {
      DescribeEndpoint: () => ({
        EndpointName: ENDPOINT,
        EndpointConfigName: 'both',
        EndpointStatus: 'InService',
        ProductionVariants: [
          { VariantName: 'blue', CurrentWeight: 50, DesiredWeight: 50, CurrentInstanceCount: 1 },
          { VariantName: 'green', CurrentWeight: 50, DesiredWeight: 50, CurrentInstanceCount: 1 },
        ],
      }),
      DescribeEndpointConfig: () => ({
        EndpointConfigName: 'both',
        ProductionVariants: [
          { VariantName: 'blue', ModelName: `${ENDPOINT}-v1`, InitialVariantWeight: 50 },
          { VariantName: 'green', ModelName: `${ENDPOINT}-v2`, InitialVariantWeight: 50 },
        ],
      }),
    });
  }

  /** Athena whose statements come to so many rows; pages are made as they are asked for, so that they weigh nothing here. */
  athena(rows: number, columns: readonly string[], valueAt: (row: number, column: string) => string): void {
    const statements: string[] = [];
    const known = ['mlp_key', 'mlp_event_time', 'mlp_version', 'mlp_prediction', ...Object.keys(DATA.columns)];
    const described = known.map((name) => [name, name === 'seen' ? 'timestamp(3)' : 'varchar']);
    this.answer(AthenaClient, {
      StartQueryExecution: ({ QueryString }: { QueryString: string }) => ({
        QueryExecutionId: String(statements.push(QueryString) - 1),
      }),
      GetQueryExecution: () => ({ QueryExecution: { Status: { State: 'SUCCEEDED' } } }),
      GetQueryResults: ({ QueryExecutionId, NextToken = '0' }: { QueryExecutionId: string; NextToken?: string }) => {
        const isDescription = statements[Number(QueryExecutionId)]!.includes('information_schema');
        const names = isDescription ? ['name', 'type'] : columns;
        const total = isDescription ? described.length : rows;
        const from = Number(NextToken);
        const to = Math.min(total, from + 1000);
        const values = Array.from({ length: to - from }, (_, place) =>
          isDescription ? described[from + place]! : columns.map((name) => valueAt(from + place, name)),
        );
        return {
          ResultSet: {
            ResultSetMetadata: { ColumnInfo: names.map((Name) => ({ Name })) },
            Rows: values.map((row) => ({ Data: row.map((VarCharValue) => ({ VarCharValue })) })),
          },
          ...(to < total && { NextToken: String(to) }),
        };
      },
    });
  }

  private document(key: string, value: unknown): void {
    const Item = { key: { S: key }, value: { S: JSON.stringify(toJson(value)) }, version: { N: '1' } };
    this.documents
      .operations()
      .PutItem({ TableName: 'state', Item, ConditionExpression: 'attribute_not_exists(#key)' });
  }

  private answer(client: { readonly prototype: object }, operations: Operations): void {
    Object.assign(client.prototype, {
      send: async (command: { readonly constructor: { readonly name: string }; readonly input: never }) => {
        const name = command.constructor.name.replace(/Command$/, '');
        const operation = operations[name];
        if (operation === undefined) throw new Error(`nothing answers ${name}`);
        return operation(command.input);
      },
    });
  }
}
