// What the services themselves answer about a deployed resource, beside CloudFormation's word that it is there.
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge';
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import {
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DescribeModelPackageGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { GetScheduleCommand, ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';

const alarms = new CloudWatchClient();
const tables = new DynamoDBClient();
const rules = new EventBridgeClient();
const functions = new LambdaClient();
const buckets = new S3Client({ forcePathStyle: true });
const models = new SageMakerClient();
const schedules = new SchedulerClient();
const machines = new SFNClient();
const topics = new SNSClient();

/** A resource: its name, and a look-up in the properties of its template by dotted path. */
export interface Declared {
  readonly name: string;
  readonly property: (path: string) => unknown;
}

/** What there is, and what there has to be. */
type Comparison = readonly [actual: unknown, expected: unknown];

/**
 * One look at the service that has the resource, by type. What the stand-in drops is not compared: encryption, lock and life
 * cycles of buckets, backups of tables, dead letters of functions, time zones of schedules.
 */
export const SERVICES: Readonly<Record<string, (one: Declared) => Promise<Comparison>>> = {
  'AWS::S3::Bucket': async ({ name, property }) => {
    const { Status: versioning } = await buckets.send(new GetBucketVersioningCommand({ Bucket: name }));
    const { PublicAccessBlockConfiguration } = await buckets.send(new GetPublicAccessBlockCommand({ Bucket: name }));
    const { Policy } = await buckets.send(new GetBucketPolicyCommand({ Bucket: name }));
    return [
      { versioning, open: PublicAccessBlockConfiguration, tlsOnly: Policy?.includes('aws:SecureTransport') },
      {
        versioning: property('VersioningConfiguration.Status'),
        open: property('PublicAccessBlockConfiguration'),
        tlsOnly: true,
      },
    ];
  },
  'AWS::DynamoDB::Table': async ({ name, property }) => {
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: name }));
    return [
      { status: Table?.TableStatus, keys: Table?.KeySchema, protected: Table?.DeletionProtectionEnabled },
      {
        status: 'ACTIVE',
        keys: property('KeySchema'),
        protected: property('DeletionProtectionEnabled') ?? false,
      },
    ];
  },
  'AWS::Lambda::Function': async ({ name, property }) => {
    const { Configuration } = await functions.send(new GetFunctionCommand({ FunctionName: name }));
    return [
      {
        state: Configuration?.State,
        runtime: Configuration?.Runtime,
        timeout: Configuration?.Timeout,
        environment: Configuration?.Environment?.Variables ?? {},
      },
      {
        state: 'Active',
        runtime: property('Runtime'),
        timeout: property('Timeout'),
        environment: property('Environment.Variables') ?? {},
      },
    ];
  },
  'AWS::StepFunctions::StateMachine': async ({ name, property }) => {
    const found = await machines.send(new DescribeStateMachineCommand({ stateMachineArn: name }));
    return [
      { status: found.status, type: found.type, definition: JSON.parse(found.definition ?? '') },
      {
        status: 'ACTIVE',
        type: property('StateMachineType'),
        definition: JSON.parse(String(property('DefinitionString'))),
      },
    ];
  },
  'AWS::CloudWatch::Alarm': async ({ name, property }) => {
    const { MetricAlarms } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    const [alarm] = MetricAlarms ?? [];
    return [
      {
        threshold: alarm?.Threshold,
        comparison: alarm?.ComparisonOperator,
        periods: alarm?.EvaluationPeriods,
        missing: alarm?.TreatMissingData,
        actions: alarm?.AlarmActions,
      },
      {
        threshold: property('Threshold'),
        comparison: property('ComparisonOperator'),
        periods: property('EvaluationPeriods'),
        missing: property('TreatMissingData'),
        actions: property('AlarmActions') ?? [],
      },
    ];
  },
  'AWS::Events::Rule': async ({ name, property }) => {
    const rule = await rules.send(new DescribeRuleCommand({ Name: name }));
    const { Targets } = await rules.send(new ListTargetsByRuleCommand({ Rule: name }));
    return [
      { state: rule.State, pattern: JSON.parse(rule.EventPattern ?? 'null'), targets: Targets?.map(({ Arn }) => Arn) },
      {
        state: property('State'),
        pattern: property('EventPattern') ?? null,
        targets: (property('Targets') as { Arn: unknown }[]).map(({ Arn }) => Arn),
      },
    ];
  },
  'AWS::Scheduler::Schedule': async ({ name, property }) => {
    const schedule = await schedules.send(
      new GetScheduleCommand({ Name: name, GroupName: String(property('GroupName')) }),
    );
    return [
      {
        state: schedule.State,
        expression: schedule.ScheduleExpression,
        target: schedule.Target?.Arn,
        input: schedule.Target?.Input,
      },
      {
        state: property('State'),
        expression: property('ScheduleExpression'),
        target: property('Target.Arn'),
        input: property('Target.Input'),
      },
    ];
  },
  'AWS::SageMaker::ModelPackageGroup': async ({ name, property }) => {
    // CloudFormation knows a group by its ARN.
    const ModelPackageGroupName = name.split('/').pop();
    const group = await models.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName }));
    return [
      { status: group.ModelPackageGroupStatus, description: group.ModelPackageGroupDescription },
      { status: 'Completed', description: property('ModelPackageGroupDescription') },
    ];
  },
};

/** Names of everything of these types that the services have, and ids of what is only recorded. */
export async function stillThere(): Promise<ReadonlySet<string>> {
  const lists = await Promise.all([
    buckets.send(new ListBucketsCommand({})).then(({ Buckets }) => Buckets?.map(({ Name }) => Name)),
    tables.send(new ListTablesCommand({})).then(({ TableNames }) => TableNames),
    functions
      .send(new ListFunctionsCommand({}))
      .then(({ Functions }) => Functions?.map(({ FunctionName }) => FunctionName)),
    machines
      .send(new ListStateMachinesCommand({}))
      .then((found) => found.stateMachines?.map((one) => one.stateMachineArn)),
    alarms
      .send(new DescribeAlarmsCommand({}))
      .then(({ MetricAlarms }) => MetricAlarms?.map(({ AlarmName }) => AlarmName)),
    rules.send(new ListRulesCommand({})).then(({ Rules }) => Rules?.map(({ Name }) => Name)),
    schedules.send(new ListSchedulesCommand({})).then(({ Schedules }) => Schedules?.map(({ Name }) => Name)),
    topics.send(new ListTopicsCommand({})).then(({ Topics }) => Topics?.map(({ TopicArn }) => TopicArn)),
    fetch(`${process.env['AWS_ENDPOINT_URL']}/_plus/resources`).then(async (answer) =>
      Object.keys((await answer.json()) as object),
    ),
  ]);
  return new Set(lists.flatMap((list) => list ?? []).filter((name) => name !== undefined));
}
