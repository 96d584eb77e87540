import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import { CanaryEndpoint, DriftAlarm, MlPlatform } from '../../src/aws';
import { scale } from '../support/definitions';
import { data, drift, quality, release, serving } from './support/definition';
import { asText, newStack, type Resource, registryIn, resourceCounts, templateOf } from './support/stacks';

function driftAlone(more: object = {}) {
  const stack = newStack();
  const endpoint = CanaryEndpoint.fromCanaryEndpointAttributes(stack, 'Endpoint', {
    model: 'churn',
    endpointName: 'shop-churn',
    releaseControllerArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:shop-churn-release',
    serverImageUri: 'x',
    captureDays: 45,
  });
  const alarm = new DriftAlarm(stack, 'Drift', {
    model: 'churn',
    task: 'binaryClassification',
    data,
    drift,
    quality,
    endpoint,
    registry: registryIn(stack),
    ...more,
  });
  return { stack, alarm };
}

test('stands alone beside a registry and an endpoint', () => {
  const { stack } = driftAlone();
  expect(resourceCounts(templateOf(stack)).filter((one) => !/S3|DynamoDB|KMS|ModelPackage/.test(one))).toEqual([
    'AWS::Athena::WorkGroup 1',
    'AWS::CloudWatch::Alarm 7',
    'AWS::CloudWatch::CompositeAlarm 1',
    'AWS::Glue::Database 1',
    'AWS::Glue::Table 3',
    'AWS::IAM::Policy 2',
    'AWS::IAM::Role 2',
    'AWS::Lambda::Function 1',
    'AWS::Logs::LogGroup 1',
    'AWS::SQS::Queue 1',
    'AWS::SQS::QueuePolicy 1',
    'AWS::Scheduler::Schedule 2',
    'AWS::Scheduler::ScheduleGroup 1',
  ]);
});

test('cost per prediction: the monitor may read the endpoint whose requests it counts, and change nothing of it', () => {
  const stack = newStack();
  new MlPlatform(stack, 'Platform', { definition: scale() as never, environment: 'production' });
  const policies = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')) as [string, Resource][];
  const monitor = policies.filter(([id]) => /Drift.*Handler/.test(id)).map(([, policy]) => asText(policy));
  expect(monitor.join()).toContain('sagemaker:DescribeEndpointConfig');
  expect(monitor.join()).toContain('cloudwatch:GetMetricData');
  expect(monitor.join()).not.toMatch(/sagemaker:(Update|Create|Delete)/);
});

test('captures are read by projected partitions, for as long as they are kept', () => {
  const { stack } = driftAlone();
  const tables = Object.values(templateOf(stack).findResources('AWS::Glue::Table')) as Resource[];
  const inputs = tables.map(({ Properties }) => Properties?.['TableInput'] as Record<string, Record<string, unknown>>);
  const capture = inputs.find((input) => String(input['Name']) === 'capture')!;
  expect(capture['Parameters']).toMatchObject({
    'projection.enabled': 'true',
    'projection.variant.values': 'blue,green',
    'projection.hour.format': 'yyyy/MM/dd/HH',
    'projection.hour.range': 'NOW-45DAYS,NOW+1HOURS',
  });
  expect(asText(capture['Parameters']?.['storage.location.template'])).toMatch(
    /\/capture\/\$\{deployment\}\/shop-churn\/\$\{variant\}\/\$\{hour\}\/$/,
  );
  const source = inputs.find((input) => String(input['Name']) === 'source')!;
  expect(source['StorageDescriptor']).toMatchObject({
    Location: 's3://acme-churn/customers/',
    Columns: Object.keys(data.columns).map((Name) => ({ Name, Type: 'string' })),
  });
});

test('jobs are called at their instants with their fixed arguments', () => {
  const { stack } = driftAlone();
  const schedules = Object.values(templateOf(stack).findResources('AWS::Scheduler::Schedule')) as Resource[];
  const [hourly, daily] = schedules
    .map(({ Properties }) => Properties!)
    .sort((a, b) => String(b['ScheduleExpression']).localeCompare(String(a['ScheduleExpression'])));
  expect([hourly!['ScheduleExpression'], daily!['ScheduleExpression']].sort()).toEqual(
    ['cron(0 * * * ? *)', 'cron(0 0 * * ? *)'].sort(),
  );
  const events = schedules.map(({ Properties }) =>
    JSON.parse(asText((Properties!['Target'] as Record<string, unknown>)['Input'])),
  );
  expect(events.map(({ use }) => use).sort()).toEqual(['monitorDrift', 'monitorQuality']);
  for (const event of events) {
    expect(event.run).toMatch(/^(drift|quality)-<aws\.scheduler\.scheduled-time>$/);
    expect(event.arguments.data.timestamp).toBe('seen');
  }
});

test('a schedule that EventBridge cannot keep is refused, never rounded', () => {
  expect(() => driftAlone({ drift: { ...drift, schedule: { every: '45m' } } })).toThrow(
    /Shop\/Drift\.drift\.schedule: got \{"every":"45m"\}/,
  );
});

test('a quality alarm fires on the bad side of its metric', () => {
  const { stack } = driftAlone();
  templateOf(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'shop-churn-quality-auc',
    Namespace: 'MlPlatform',
    MetricName: 'Quality',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 0.75,
    TreatMissingData: 'missing',
    Dimensions: [
      { Name: 'Metric', Value: 'auc' },
      { Name: 'Model', Value: 'churn' },
      { Name: 'Platform', Value: 'shop' },
    ],
  });
});

test('a field that the library does not know goes through defaultChild', () => {
  const { stack, alarm } = driftAlone();
  (alarm.node.defaultChild as CfnTable).addPropertyOverride('TableInput.Owner', 'somebody');
  templateOf(stack).hasResourceProperties('AWS::Glue::Table', { TableInput: { Name: 'capture', Owner: 'somebody' } });
});

test('an unknown field of a section is an error with the construct and a suggestion', () => {
  expect(() => driftAlone({ drift: { windw: '24h' } })).toThrow(/Shop\/Drift\.drift\.windw[\s\S]*did you mean window/);
  expect(() =>
    driftAlone({ drift: { ...drift, breaches: { windows: 3, of: 2 } }, quality: { metrics: { mae: { max: 1 } } } }),
  ).toThrow(/Drift\.drift\.breaches\.windows[\s\S]*Drift\.quality\.metrics\.mae/);
});

test('it serves an endpoint of the same stack too', () => {
  const stack = newStack();
  const registry = registryIn(stack);
  const shared = { model: 'churn', task: 'binaryClassification', registry } as const;
  const endpoint = new CanaryEndpoint(stack, 'Endpoint', { ...shared, serving, release });
  const { alarms } = new DriftAlarm(stack, 'Drift', { ...shared, data, drift, endpoint });
  expect(alarms.map(({ alarmName }) => alarmName)).toContain('shop-churn-data-drift');
  templateOf(stack).resourceCountIs('AWS::Scheduler::Schedule', 2);
});

test('a registry of another model, and a task that is none, are errors with the construct’s path', () => {
  expect(() => driftAlone({ model: 'other' })).toThrow(/Drift\.model: got "other", expected "churn"/);
  expect(() => driftAlone({ task: 'regresion' })).toThrow(/Drift\.task: got "regresion"[\s\S]*did you mean regression/);
});
