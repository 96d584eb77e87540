import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { MlPlatform } from '../../src/aws';
import { newStack, templateOf } from './support/stacks';

const ROOT = join(__dirname, '..', '..');
const PAGE = readFileSync(join(ROOT, 'docs', 'aws-stand-in.md'), 'utf8');

/** Types of which the deployment in CI says nothing but that their schema holds. */
const recorded = [...PAGE.matchAll(/^\| `(AWS::\w+::\w+)` \|/gm)].map(([, type]) => type!);

/** The example that is deployed, in its first environment: it has all of them. */
function exampleTemplate(): Template {
  const stack = newStack('Bikes');
  const definition = parse(readFileSync(join(ROOT, 'examples', 'bike-share', 'platform.yaml'), 'utf8'));
  new MlPlatform(stack, 'Platform', { definition });
  return templateOf(stack);
}

/** The only resource of a type, by its logical id. */
const onlyOne = (template: Template, type: string, properties: object = {}): string => {
  const found = Object.keys(template.findResources(type, { Properties: properties }));
  expect(found).toHaveLength(1);
  return found[0]!;
};

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** What each type has to say, so that it does on AWS what it is there for. */
const ASSERTED: Readonly<Record<string, (template: Template) => void>> = {
  // One of the platform, one of the model, by the tags that carry the costs; people are told at each share.
  'AWS::Budgets::Budget': (template) => {
    const ticket = onlyOne(template, 'AWS::SNS::Topic', { DisplayName: 'ML platform: ticket' });
    const told = [50, 80, 100].map((Threshold) => ({
      Notification: {
        NotificationType: 'ACTUAL',
        ComparisonOperator: 'GREATER_THAN',
        Threshold,
        ThresholdType: 'PERCENTAGE',
      },
      Subscribers: [{ SubscriptionType: 'SNS', Address: { Ref: ticket } }],
    }));
    for (const [Amount, tag] of [
      [4000, 'user:mlp:platform$bike-share'],
      [900, 'user:mlp:model$demand'],
    ]) {
      template.hasResourceProperties('AWS::Budgets::Budget', {
        Budget: {
          BudgetType: 'COST',
          TimeUnit: 'MONTHLY',
          BudgetLimit: { Amount, Unit: 'USD' },
          CostFilters: { TagKeyValue: [tag] },
        },
        NotificationsWithSubscribers: told,
      });
    }
  },
  'AWS::Budgets::BudgetsAction': (template) => {
    const [budget] = Object.keys(
      template.findResources('AWS::Budgets::Budget', { Properties: { Budget: { BudgetLimit: { Amount: 900 } } } }),
    );
    template.hasResourceProperties('AWS::Budgets::BudgetsAction', {
      BudgetName: { Ref: budget },
      ActionType: 'APPLY_IAM_POLICY',
      ApprovalModel: 'AUTOMATIC',
      ActionThreshold: { Type: 'PERCENTAGE', Value: 100 },
    });
  },
  // Every access to the ledger and to the artifacts, in files that prove that nobody changed them.
  'AWS::CloudTrail::Trail': (template) => {
    const ledger = onlyOne(template, 'AWS::S3::Bucket', { ObjectLockEnabled: true });
    const table = onlyOne(template, 'AWS::DynamoDB::Table', {});
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      IsLogging: true,
      EnableLogFileValidation: true,
      EventSelectors: [
        {
          ReadWriteType: 'All',
          DataResources: [
            {
              Type: 'AWS::S3::Object',
              Values: Match.arrayWith([{ 'Fn::Join': ['', [arnOf(ledger), '/']] }]),
            },
          ],
        },
        {
          ReadWriteType: 'WriteOnly',
          DataResources: [{ Type: 'AWS::DynamoDB::Table', Values: [arnOf(table)] }],
        },
      ],
    });
  },
  // Those that are computed of both variants: traffic, latency and errors that move from one to the other stay in sight.
  'AWS::CloudWatch::Alarm': (template) => {
    const page = onlyOne(template, 'AWS::SNS::Topic', { DisplayName: 'ML platform: page' });
    const variants = (MetricName: string) =>
      ['blue', 'green'].map((Value) =>
        Match.objectLike({
          MetricStat: Match.objectLike({
            Metric: {
              Namespace: 'AWS/SageMaker',
              MetricName,
              Dimensions: Match.arrayWith([{ Name: 'VariantName', Value }]),
            },
          }),
        }),
      );
    for (const [name, threshold, expression, metric] of [
      ['bike-share-demand-endpoint-latency-p99', 250, 'MAX([blue, green]) / 1000', 'ModelLatency'],
      ['bike-share-demand-endpoint-errors', 1, ERRORS, 'Invocation5XXErrors'],
      ['bike-share-demand-availability-burn-1h', 1.44, ERRORS, 'Invocation5XXErrors'],
      ['bike-share-demand-availability-burn-6h', 0.6, ERRORS, 'Invocation5XXErrors'],
    ] as const) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        AlarmName: name,
        Threshold: threshold,
        ComparisonOperator: 'GreaterThanThreshold',
        Metrics: Match.arrayWith([Match.objectLike({ Expression: expression, ReturnData: true }), ...variants(metric)]),
      });
    }
    // They fire together: one page for all of them.
    template.hasResourceProperties('AWS::CloudWatch::CompositeAlarm', {
      AlarmName: 'bike-share-demand-service',
      AlarmActions: [{ Ref: page }],
    });
  },
  // Nothing is deployed before it is built and tested, nothing into production before a person agrees.
  'AWS::CodePipeline::Pipeline': (template) => {
    const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline'));
    const { Stages } = (pipeline as { Properties: { Stages: { Name: string; Actions: object[] }[] } }).Properties;
    const names = Stages.map(({ Name }) => Name);
    expect(names).toEqual([
      ...['Source', 'Lint', 'Build', 'Test', 'Images'],
      ...['DeployStaging', 'ApproveProduction', 'DeployProduction', 'Train'],
    ]);
    expect(Stages[names.indexOf('ApproveProduction')]).toMatchObject({
      Actions: [{ ActionTypeId: { Category: 'Approval', Provider: 'Manual' } }],
    });
    expect(Stages[names.indexOf('Train')]).toMatchObject({
      // Asked for, and not waited for: a gate that says no is no failed delivery.
      Actions: [{ ActionTypeId: { Provider: 'CodeBuild' } }],
    });
  },
  'AWS::EC2::FlowLog': (template) => {
    const network = onlyOne(template, 'AWS::EC2::VPC');
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      ResourceType: 'VPC',
      ResourceId: { 'Fn::GetAtt': [network, 'VpcId'] },
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
    });
  },
  // The endpoints of AWS services let in the platform's own group, by TLS, and nothing else.
  'AWS::EC2::SecurityGroupIngress': (template) => {
    const inside = onlyOne(template, 'AWS::EC2::SecurityGroup', {
      GroupDescription: 'Handlers and containers of the platform',
    });
    const endpoints = onlyOne(template, 'AWS::EC2::SecurityGroup', { GroupDescription: 'Endpoints of AWS services' });
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: { 'Fn::GetAtt': [endpoints, 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [inside, 'GroupId'] },
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
    });
  },
};

const ERRORS = '100 * SUM([FILL(blueErrors, 0), FILL(greenErrors, 0)]) / SUM([blue, green])';

test('what is only recorded when it is deployed is asserted here, type by type', () => {
  expect(Object.keys(ASSERTED)).toEqual(recorded);
});

describe('in the template', () => {
  let template: Template;
  beforeAll(() => {
    template = exampleTemplate();
  });
  test.each(recorded)('%s', (type) => ASSERTED[type]?.(template));
});
