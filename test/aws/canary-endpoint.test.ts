import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { CanaryEndpoint, Notifications } from '../../src/aws';
import { incidentsSchema } from '../../src/definition/incidents';
import { planIncidents } from '../../src/plan/incidents';
import { aslFaults } from './support/asl';
import { errors, latency, release, serving } from './support/definition';
import { definitionsOf, newStack, type Resource, registryIn, resourceCounts, templateOf } from './support/stacks';

const props = { model: 'churn', task: 'binaryClassification', serving, release, latency, errors } as const;

function endpointAlone(more: object = {}) {
  const stack = newStack();
  const endpoint = new CanaryEndpoint(stack, 'Endpoint', { ...props, ...more, registry: registryIn(stack) });
  return { stack, endpoint };
}

test('stands alone, and has neither an endpoint nor a model in the template', () => {
  const { stack } = endpointAlone();
  const counts = resourceCounts(templateOf(stack));
  expect(counts).toEqual([
    'AWS::CloudWatch::Alarm 5',
    'AWS::CloudWatch::CompositeAlarm 1',
    'AWS::DynamoDB::Table 1',
    'AWS::Events::Rule 4',
    'AWS::IAM::Policy 7',
    'AWS::IAM::Role 7',
    'AWS::KMS::Key 1',
    'AWS::Lambda::Function 1',
    'AWS::Lambda::Permission 1',
    'AWS::Logs::LogGroup 4',
    'AWS::S3::Bucket 2',
    'AWS::S3::BucketPolicy 2',
    'AWS::SQS::Queue 1',
    'AWS::SQS::QueuePolicy 1',
    'AWS::SageMaker::ModelPackageGroup 1',
    'AWS::Scheduler::Schedule 1',
    'AWS::Scheduler::ScheduleGroup 1',
    'AWS::StepFunctions::StateMachine 2',
  ]);
});

const strategies = {
  canary: { ...release, strategy: 'canary' },
  linear: { strategy: 'linear', linear: { stepPercent: 25, hold: '10m' } },
  blueGreen: { strategy: 'blueGreen' },
  allAtOnce: { strategy: 'allAtOnce' },
  shadow: { ...release, shadow: { duration: '1h' } },
} as const;

test.each(Object.keys(strategies) as (keyof typeof strategies)[])('the release controller of %s is valid', (name) => {
  const { stack } = endpointAlone({ release: strategies[name] });
  const definition = definitionsOf(templateOf(stack))['shop-churn-release']!;
  expect(aslFaults(definition)).toEqual([]);
  expect(definition.States['rollBack']).toMatchObject({ Parameters: { use: 'rollBack' }, ResultPath: '$.rollback' });
});

test('a call is made again while the endpoint changes, and only then counts as failed', () => {
  const { stack } = endpointAlone();
  const { States } = definitionsOf(templateOf(stack))['shop-churn-release']!;
  const [changing, failed] = States['shift1']!['Retry'] as Record<string, unknown>[];
  expect(changing).toMatchObject({
    ErrorEquals: ['TargetChanging'],
    IntervalSeconds: 30,
    MaxAttempts: 72,
    BackoffRate: 1,
  });
  expect(failed).toMatchObject({ ErrorEquals: ['States.ALL'], MaxAttempts: 3 });
});

test('alarms watch both variants, link their runbook, and missing data is not healthy', () => {
  const { stack } = endpointAlone();
  const alarms = Object.values(templateOf(stack).findResources('AWS::CloudWatch::Alarm')) as Resource[];
  const latencyAlarm = alarms.find(
    ({ Properties }) => Properties?.['AlarmName'] === 'shop-churn-endpoint-latency-p99',
  )!;
  expect(latencyAlarm.Properties).toMatchObject({
    Threshold: 250,
    ComparisonOperator: 'GreaterThanThreshold',
    DatapointsToAlarm: 2,
    EvaluationPeriods: 3,
    TreatMissingData: 'missing',
  });
  const metrics = JSON.stringify(latencyAlarm.Properties?.['Metrics']);
  expect(metrics).toContain('MAX([blue, green]) / 1000');
  for (const variant of ['blue', 'green']) {
    expect(metrics).toContain(`{"Name":"VariantName","Value":"${variant}"}`);
  }
  for (const { Properties } of alarms) {
    expect(Properties?.['AlarmDescription']).toMatch(/Runbook: runbooks\/\w+\.md$/);
    expect(Properties?.['TreatMissingData']).not.toBe('notBreaching');
  }
});

describe('who is told of alarms', () => {
  const contacts = [{ kind: 'email', address: 'a@example.com', severities: ['page', 'ticket'] }];
  const withNotifications = (more: object = {}) => {
    const stack = newStack();
    const incidents = planIncidents(incidentsSchema.parse({ contacts }));
    const notifications = new Notifications(stack, 'Incidents', { incidents });
    const endpoint = new CanaryEndpoint(stack, 'Endpoint', {
      ...props,
      ...more,
      registry: registryIn(stack),
      notifications,
    });
    const told = (severity: 'page' | 'ticket') => [stack.resolve(notifications.topics[severity].topicArn)];
    return { stack, endpoint, template: templateOf(stack), told };
  };

  test('the people of their severity', () => {
    const { template, told } = withNotifications();
    template.resourceCountIs('AWS::SNS::Topic', 3);
    template.resourceCountIs('AWS::SNS::Subscription', 2);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'shop-churn-release-paused',
      AlarmActions: told('ticket'),
      OKActions: told('ticket'),
    });
  });

  test('once of page alarms that fire together, with the runbooks of all', () => {
    const { stack, endpoint, template, told } = withNotifications();
    const [errorsAlarm, latencyAlarm] = ['endpoint-errors', 'endpoint-latency-p99'].map(
      (id) => endpoint.alarms.find(({ plan }) => plan.id === id)!,
    );
    for (const one of [errorsAlarm!, latencyAlarm!]) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: one.alarmName,
        AlarmActions: Match.absent(),
        OKActions: Match.absent(),
      });
    }
    const [composite] = Object.values(template.findResources('AWS::CloudWatch::CompositeAlarm')) as Resource[];
    expect(composite?.Properties).toMatchObject({
      AlarmName: 'shop-churn-service',
      AlarmDescription:
        'churn does not serve as it should. Severity: page. Runbooks: runbooks/endpointLatency.md runbooks/endpointErrors.md',
      AlarmActions: told('page'),
      OKActions: told('page'),
    });
    const rule = JSON.stringify(composite?.Properties?.['AlarmRule']);
    for (const one of [errorsAlarm!, latencyAlarm!]) {
      expect(rule).toContain(JSON.stringify(stack.resolve(one.alarmArn)));
    }
    expect(rule).toContain(' OR ');
  });

  test('by itself when one alarm alone pages', () => {
    const { template, told } = withNotifications({ latency: undefined });
    template.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 0);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'shop-churn-endpoint-errors',
      AlarmActions: told('page'),
    });
  });
});

test('metrics and grants are facades', () => {
  const { stack, endpoint } = endpointAlone();
  expect(endpoint.metrics.latencyP99().toMetricConfig().mathExpression?.expression).toBe('MAX([blue, green]) / 1000');
  expect(endpoint.metrics.errorPercent().toMetricConfig().mathExpression?.expression).toContain('FILL(blueErrors, 0)');
  const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  endpoint.grants.invoke(caller);
  templateOf(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [{ Action: 'sagemaker:InvokeEndpoint', Effect: 'Allow' }] },
  });
});

test('the controller knows the limits of autoscaling, and may register variants of endpoints and nothing else', () => {
  const template = templateOf(endpointAlone().stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: Match.objectLike({ MLP_INSTANCES_MIN: '2', MLP_INSTANCES_MAX: '4', MLP_TARGET_REQUESTS: '600' }),
    },
  });
  template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: [
            'application-autoscaling:RegisterScalableTarget',
            'application-autoscaling:DeregisterScalableTarget',
            'application-autoscaling:PutScalingPolicy',
          ],
          Condition: {
            StringEquals: {
              'application-autoscaling:service-namespace': 'sagemaker',
              'application-autoscaling:scalable-dimension': 'sagemaker:variant:DesiredInstanceCount',
            },
          },
        }),
        Match.objectLike({
          Action: 'iam:CreateServiceLinkedRole',
          Condition: { StringEquals: { 'iam:AWSServiceName': 'sagemaker.application-autoscaling.amazonaws.com' } },
        }),
      ]),
    },
  });
});

test('a field that the library does not know goes through defaultChild', () => {
  const { stack, endpoint } = endpointAlone();
  (endpoint.node.defaultChild as CfnStateMachine).addPropertyOverride('EncryptionConfiguration.Type', 'AWS_OWNED_KEY');
  templateOf(stack).hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'shop-churn-release',
    EncryptionConfiguration: { Type: 'AWS_OWNED_KEY' },
  });
});

test('steps that do not rise are an error at their path', () => {
  const steps = [
    { percent: 50, hold: '5m' },
    { percent: 10, hold: '5m' },
  ];
  expect(() => endpointAlone({ release: { steps } })).toThrow(/Shop\/Endpoint\.release\.steps\.1\.percent/);
});

test('an imported endpoint makes nothing', () => {
  const stack = newStack();
  const endpoint = CanaryEndpoint.fromCanaryEndpointAttributes(stack, 'Endpoint', {
    model: 'churn',
    endpointName: 'acme-churn',
    releaseControllerArn: 'arn:aws:states:eu-central-1:111111111111:stateMachine:acme-churn-release',
    serverImageUri: '111111111111.dkr.ecr.eu-central-1.amazonaws.com/churn:1',
  });
  expect(endpoint.captureSeconds).toBe(30 * 86_400);
  expect(resourceCounts(templateOf(stack))).toEqual([]);
});
