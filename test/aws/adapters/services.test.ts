import type { AthenaClient } from '@aws-sdk/client-athena';
import { AthenaClient as RealAthenaClient } from '@aws-sdk/client-athena';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { SFNClient as RealStepFunctionsClient } from '@aws-sdk/client-sfn';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { AthenaSqlEngine } from '../../../src/runtime/adapters/aws/athena-sql-engine';
import { EmfMetricSink } from '../../../src/runtime/adapters/aws/emf-metric-sink';
import { imageUri } from '../../../src/runtime/adapters/aws/image-reference';
import { SageMakerCatalogue } from '../../../src/runtime/adapters/aws/sagemaker-catalogue';
import { SnsNotifier } from '../../../src/runtime/adapters/aws/sns-notifier';
import { StepFunctionsStarter } from '../../../src/runtime/adapters/aws/step-functions-starter';
import { fakeClient, serviceError } from './fake-client';

const machine = 'arn:aws:states:eu-central-1:111111111111:stateMachine:acme-churn-pipeline';

describe('workflows on Step Functions', () => {
  /** Executions by ARN; a name is used once. */
  function fakeStepFunctions() {
    const executions = new Map<string, string>();
    const client = fakeClient<SFNClient>({
      StartExecution: ({ stateMachineArn, name, input }: { stateMachineArn: string; name: string; input: string }) => {
        const arn = `${stateMachineArn.replace('stateMachine', 'execution')}:${name}`;
        if (executions.has(arn)) throw serviceError('ExecutionAlreadyExists');
        executions.set(arn, input);
      },
      DescribeExecution: ({ executionArn }: { executionArn: string }) => {
        if (!executions.has(executionArn)) throw serviceError('ExecutionDoesNotExist');
        return { status: 'RUNNING' };
      },
    });
    return { client, executions };
  }

  test('a name starts one run', async () => {
    const { client, executions } = fakeStepFunctions();
    const starter = new StepFunctionsStarter(client, { pipeline: machine, release: '' });
    expect(await starter.status('pipeline', 'decision:1')).toBe('absent');
    expect(await starter.start('pipeline', 'decision:1', { cause: 'quality' })).toBe(true);
    expect(await starter.start('pipeline', 'decision:1', { cause: 'drift' })).toBe(false);
    expect(await starter.status('pipeline', 'decision:1')).toBe('running');
    expect([...executions]).toEqual([
      [`${machine.replace('stateMachine', 'execution')}:decision-1`, '{"cause":"quality"}'],
    ]);
  });

  test('a run that a handler starts belongs to the trace of the handler', async () => {
    const before = { ...process.env };
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
    Object.assign(process.env, { AWS_LAMBDA_FUNCTION_NAME: 'pipeline', _X_AMZN_TRACE_ID: trace });
    const seen: Record<string, string>[] = [];
    try {
      const client = new RealStepFunctionsClient({
        region: 'eu-central-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        requestHandler: {
          handle: async (request: { readonly headers: Record<string, string> }) => {
            seen.push(request.headers);
            throw new Error('nothing is sent');
          },
        } as never,
        maxAttempts: 1,
      });
      const starter = new StepFunctionsStarter(client, { pipeline: '', release: machine });
      await expect(starter.start('release', 'v1', {})).rejects.toThrow('nothing is sent');
    } finally {
      process.env = before;
    }
    expect(seen).toMatchObject([{ 'X-Amzn-Trace-Id': trace }]);
  });

  test('long names stay different', async () => {
    const { client, executions } = fakeStepFunctions();
    const starter = new StepFunctionsStarter(client, { pipeline: machine, release: '' });
    for (const end of ['a', 'b']) await starter.start('pipeline', `${'x'.repeat(100)}${end}`, {});
    expect(executions.size).toBe(2);
  });

  test('a workflow that is not wired is an error that says what to wire', async () => {
    const starter = new StepFunctionsStarter(fakeStepFunctions().client, { pipeline: machine, release: '' });
    await expect(starter.start('release', 'v1', {})).rejects.toThrow(/pipeline\.releaseTo\(endpoint\)/);
  });
});

test('metrics are lines of the embedded format, with the dimensions in their order and no value that is not finite', async () => {
  const lines: string[] = [];
  const sink = new EmfMetricSink({ platform: 'acme', model: 'churn' }, (line) => lines.push(line));
  await sink.emit(
    [
      { name: 'DriftScore', value: 0.3, dimensions: { Column: 'tenure' } },
      { name: 'DataAge', value: Number.NaN, dimensions: {} },
    ],
    1_767_225_600,
  );
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      _aws: {
        Timestamp: 1_767_225_600_000,
        CloudWatchMetrics: [
          {
            Namespace: 'MlPlatform',
            Dimensions: [['Platform', 'Model', 'Column']],
            Metrics: [{ Name: 'DriftScore', Unit: 'None' }],
          },
        ],
      },
      Platform: 'acme',
      Model: 'churn',
      Column: 'tenure',
      DriftScore: 0.3,
    },
  ]);
});

test('people are told over the topic of the severity, with the runbook; without a topic nobody is', async () => {
  const sent: { TopicArn: string; Subject: string; Message: string }[] = [];
  const client = fakeClient<SNSClient>({ Publish: (input: never) => sent.push(input) });
  const notifier = new SnsNotifier(
    client,
    { page: 'topic-page', ticket: '', info: '' },
    'https://runbooks.example.com/',
  );
  const notification = {
    kind: 'releaseRolledBack',
    subject: `churn – ${'x'.repeat(200)}`,
    text: 'it was slow',
    runbook: null,
  } as const;
  await notifier.notify({ ...notification, severity: 'page' });
  await notifier.notify({ ...notification, severity: 'ticket' });
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({
    TopicArn: 'topic-page',
    Message: 'it was slow\n\nRunbook: https://runbooks.example.com/releaseRolledBack',
  });
  expect(sent[0]!.Subject).toMatch(/^[\x20-\x7e]{1,100}$/);
});

describe('SQL on Athena', () => {
  function engineOf(states: string[], pages: object[]) {
    const client = new RealAthenaClient({ region: 'eu-central-1' });
    let page = 0;
    const replies: Record<string, () => unknown> = {
      StartQueryExecution: () => ({ QueryExecutionId: 'q1' }),
      GetQueryExecution: () => ({
        QueryExecution: { Status: { State: states.shift(), StateChangeReason: 'TABLE_NOT_FOUND' } },
      }),
      GetQueryResults: () => pages[page++],
    };
    const send = async (command: { constructor: { name: string } }): Promise<unknown> =>
      replies[command.constructor.name.replace(/Command$/, '')]!();
    const waits: number[] = [];
    const engine = new AthenaSqlEngine(Object.assign(client, { send }) as AthenaClient, {
      workgroup: 'w',
      database: 'd',
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
    return { engine, waits };
  }
  const metadata = { ColumnInfo: [{ Name: 'name' }, { Name: 'n' }] };
  const row = (...values: (string | undefined)[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });

  test('waits for the end, and gives all pages without the header, NULL as null', async () => {
    const { engine, waits } = engineOf(
      ['QUEUED', 'RUNNING', 'SUCCEEDED'],
      [
        { ResultSet: { ResultSetMetadata: metadata, Rows: [row('name', 'n'), row('a', '1')] }, NextToken: 't' },
        { ResultSet: { ResultSetMetadata: metadata, Rows: [row('name', undefined)] } },
      ],
    );
    expect(await engine.query('SELECT 1')).toEqual([
      { name: 'a', n: '1' },
      { name: 'name', n: null },
    ]);
    expect(waits).toEqual([200, 400]);
  });

  test('a statement that fails is an error with what Athena said', async () => {
    const { engine } = engineOf(['FAILED'], []);
    await expect(engine.query('SELECT nothing')).rejects.toThrow(/sqlFailed[\s\S]*TABLE_NOT_FOUND/);
  });
});

test('a version is one model package however often it is published, and its state follows', async () => {
  const packages = new Map<string, Record<string, unknown>>();
  const client = fakeClient<SageMakerClient>({
    CreateModelPackage: (input: { ClientToken: string }) => {
      if (!packages.has(input.ClientToken)) packages.set(input.ClientToken, { ...input });
      return { ModelPackageArn: `arn:${input.ClientToken}` };
    },
    UpdateModelPackage: ({ ModelPackageArn, ...change }: { ModelPackageArn: string }) => {
      Object.assign(packages.get(ModelPackageArn.slice('arn:'.length))!, change);
    },
  });
  const catalogue = new SageMakerCatalogue(client, { group: 'acme-churn', image: async () => 'server@sha256:2' });
  const entry = {
    model: 'churn',
    version: 3,
    artifactUri: 's3://bucket/runs/r3/model/',
    artifactDigest: 'sha256:1',
    image: '',
    facts: { commit: '', 'metric.auc': '0.9' },
  };
  const id = await catalogue.publish(entry);
  expect(await catalogue.publish(entry)).toBe(id);
  await catalogue.label(id, { approved: true, aliases: ['champion'] });
  expect([...packages.values()]).toEqual([
    expect.objectContaining({
      ModelApprovalStatus: 'Approved',
      InferenceSpecification: expect.objectContaining({
        Containers: [{ Image: 'server@sha256:2', ModelDataUrl: 's3://bucket/runs/r3/model.tar.gz' }],
      }),
      CustomerMetadataProperties: { aliases: 'champion' },
    }),
  ]);
});

test('an image is its URI, or the digest of the last build', async () => {
  const values: Record<string, string> = { '/a/image': 'repo@sha256:1', '/b/image': 'not-built-yet' };
  const client = fakeClient<SSMClient>({
    GetParameter: ({ Name }: { Name: string }) => ({ Parameter: { Value: values[Name] } }),
  });
  expect(await imageUri(client, 'repo:1')).toBe('repo:1');
  expect(await imageUri(client, 'ssm:/a/image')).toBe('repo@sha256:1');
  await expect(imageUri(client, 'ssm:/b/image')).rejects.toThrow(/imageNotBuilt/);
});
