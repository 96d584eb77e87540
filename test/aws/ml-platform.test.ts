import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import type { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Key } from 'aws-cdk-lib/aws-kms';
import { MlPlatform } from '../../src/aws';
import { pipelineInputSchema } from '../../src/contract/events';
import { definePlatform } from '../../src/definition/define';
import { aslFaults } from './support/asl';
import { data, definitions } from './support/definition';
import { definitionsOf, newStack, resourceCounts, resourcesOf, templateOf } from './support/stacks';

function platformOf(stage: keyof typeof definitions, environment?: string): { stack: Stack; platform: MlPlatform } {
  const stack = newStack('Acme');
  const platform = new MlPlatform(stack, 'Platform', {
    definition: definitions[stage],
    ...(environment !== undefined && { environment }),
  });
  return { stack, platform };
}

test.each(['foundation', 'core', 'scale'] as const)('stage %s gives just what it asks for', (stage) => {
  const { stack, platform } = platformOf(stage);
  const template = templateOf(stack);
  const has = (type: string): boolean => resourceCounts(template).some((one) => one.startsWith(`${type} `));
  const { drift, retraining } = platform.model('churn');
  expect({
    drift: drift !== undefined,
    retraining: retraining !== undefined,
    budgets: has('AWS::Budgets::Budget'),
    trail: has('AWS::CloudTrail::Trail'),
    network: has('AWS::EC2::VPC'),
    delivery: has('AWS::CodePipeline::Pipeline'),
  }).toEqual({
    drift: stage !== 'foundation',
    retraining: stage === 'scale',
    budgets: stage === 'scale',
    trail: stage === 'scale',
    network: stage === 'scale',
    delivery: stage === 'scale',
  });
});

test('all state machines of a platform are valid', () => {
  const { stack } = platformOf('scale');
  const machines = definitionsOf(templateOf(stack));
  expect(Object.keys(machines).sort()).toEqual(['acme-churn-incident', 'acme-churn-pipeline', 'acme-churn-release']);
  expect(Object.values(machines).flatMap(aslFaults)).toEqual([]);
});

test('every function and every state machine is traced', () => {
  const template = templateOf(platformOf('scale').stack);
  template.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
  template.allResourcesProperties('AWS::StepFunctions::StateMachine', { TracingConfiguration: { Enabled: true } });
});

test('what a function could not handle waits in a queue of its own, of which people are told by a ticket', () => {
  const { stack, platform } = platformOf('scale');
  const template = templateOf(stack);
  const ticket = stack.resolve(platform.incidents.topics.ticket.topicArn);
  const waiting = Object.values(template.findResources('AWS::Lambda::Function')).map(
    ({ Properties }) => Properties['DeadLetterConfig']?.TargetArn['Fn::GetAtt'][0] as string,
  );
  expect(new Set(waiting).size).toBe(4);
  const told = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .filter(({ Properties }) => Properties['Namespace'] === 'AWS/SQS')
    .map(
      ({ Properties: { AlarmActions, Dimensions, MetricName, ComparisonOperator, Threshold, AlarmDescription } }) => {
        expect({ AlarmActions, MetricName, ComparisonOperator, Threshold }).toEqual({
          AlarmActions: [ticket],
          MetricName: 'ApproximateNumberOfMessagesVisible',
          ComparisonOperator: 'GreaterThanThreshold',
          Threshold: 0,
        });
        expect(AlarmDescription).toContain('runbooks/handlerFailure.md');
        return Dimensions[0].Value['Fn::GetAtt'][0] as string;
      },
    );
  expect(told.sort()).toEqual(waiting.sort());
});

test('what the served container says is kept as long as other logs, and encrypted like them', () => {
  const template = templateOf(platformOf('scale').stack);
  const groups = Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties);
  const server = groups.find((one) => one['LogGroupName'] === '/aws/sagemaker/Endpoints/acme-churn');
  expect(server).toMatchObject({ RetentionInDays: groups[0]!['RetentionInDays'] });
  expect(server).toHaveProperty('KmsKeyId');
  expect(groups.every((one) => one['RetentionInDays'] > 0)).toBe(true);
});

test('two syntheses give the same bytes, from raw and from parsed input', () => {
  const texts = [definitions.scale, definitions.scale, definePlatform(definitions.scale as never)].map((definition) => {
    const stack = newStack('Acme');
    new MlPlatform(stack, 'Platform', { definition });
    return JSON.stringify(templateOf(stack).toJSON());
  });
  expect(new Set(texts).size).toBe(1);
});

test('a private network has endpoints, and no way out', () => {
  const { stack } = platformOf('scale');
  const template = templateOf(stack);
  for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway']) template.resourceCountIs(type, 0);
  template.hasResourceProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
  template.allResourcesProperties('AWS::Lambda::Function', { VpcConfig: Match.anyValue() });
});

test('a bucket that outlives its stack keeps its policy', () => {
  const template = templateOf(platformOf('scale').stack);
  expect(Object.keys(template.findResources('AWS::S3::BucketPolicy'))).toHaveLength(4);
  for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'])
    template.allResources(type, { DeletionPolicy: 'Retain' });
});

test('models that are not there are named with those that are', () => {
  const { platform } = platformOf('foundation');
  expect(() => platform.model('chrun')).toThrow(/got "chrun", expected one of churn/);
  const stack = newStack();
  const make = () => new MlPlatform(stack, 'Platform', { definition: definitions.scale, environment: 'prod' });
  expect(make).toThrow(/got "prod", expected one of staging, production/);
});

test('an invalid definition is refused with all of its problems', () => {
  const stack = newStack();
  const definition = { ...definitions.core, currency: 'Euro', owner: '' };
  const make = () => new MlPlatform(stack, 'Platform', { definition });
  expect(make).toThrow(/Shop\/Platform: the platform definition is not valid[\s\S]*currency[\s\S]*owner/);
});

const churn = { ...(definitions.core.models as Record<string, object>)['churn'] };
const withChurn = (changes: object, more: object = {}) => ({
  ...definitions.core,
  ...more,
  models: { churn: { ...churn, ...changes } },
});

test('open findings that are no errors become annotations', () => {
  const stack = newStack('Acme');
  const { findings } = new MlPlatform(stack, 'Platform', { definition: withChurn({ risk: 'high' }, RISK_ACCEPTED) });
  const warnings = findings.filter(({ severity, acknowledged }) => severity === 'warning' && !acknowledged);
  expect(warnings.length).toBeGreaterThan(0);
  expect(Annotations.fromStack(stack).findWarning('/Acme/Platform', Match.anyValue())).toHaveLength(warnings.length);
});

const RISK_ACCEPTED = {
  governance: {
    acknowledge: [{ finding: 'high-risk-without-approval', reason: 'a person watches every release' }],
  },
};

test('open findings of severity error stop the synthesis, all at once, until they are acknowledged', () => {
  const { label: _, ...rest } = data;
  const changes = {
    risk: 'high',
    data: { ...rest, label: { column: 'churned', delay: '1d' } },
  };
  const make = (more?: object) =>
    new MlPlatform(newStack('Acme'), 'Platform', { definition: withChurn(changes, more) });
  expect(make).toThrow(
    /high-risk-without-approval[\s\S]*label-positive-missing|label-positive-missing[\s\S]*high-risk-without-approval/,
  );
  expect(() => make(RISK_ACCEPTED)).toThrow(/label-positive-missing/);
  expect(() => make(RISK_ACCEPTED)).not.toThrow(/acknowledge high-risk-without-approval/);
});

test('everything that can carry tags carries those of the definition', () => {
  const { stack } = platformOf('core');
  const template = templateOf(stack);
  for (const type of ['AWS::S3::Bucket', 'AWS::StepFunctions::StateMachine', 'AWS::SageMaker::ModelPackageGroup']) {
    template.allResourcesProperties(type, {
      Tags: Match.arrayWith([
        { Key: 'cost-center', Value: '4711' },
        { Key: 'mlp:model', Value: 'churn' },
        { Key: 'mlp:owner', Value: 'ml-team' },
        { Key: 'mlp:platform', Value: 'acme' },
      ]),
    });
  }
});

test('how a delivery ends is told to the handler of releases, and to the later environment nothing', () => {
  const { stack, platform } = platformOf('scale', 'staging');
  const template = templateOf(stack);
  const [made] = Object.values(template.findResources('AWS::CodePipeline::Pipeline')) as {
    Properties: { Name: string };
  }[];
  const pipeline = made!.Properties.Name;
  expect(pipeline).toBe('acme');
  const rules = (of: typeof template) =>
    Object.values(
      of.findResources('AWS::Events::Rule', { Properties: { EventPattern: { source: ['aws.codepipeline'] } } }),
    );
  expect(rules(template)).toMatchObject([
    {
      Properties: {
        EventPattern: {
          'detail-type': ['CodePipeline Pipeline Execution State Change'],
          detail: { pipeline: [pipeline], state: ['SUCCEEDED', 'FAILED'] },
        },
        Targets: [
          {
            Arn: stack.resolve(platform.model('churn').endpoint.handler.function.functionArn),
            InputTransformer: {
              InputPathsMap: {
                'detail-execution-id': '$.detail.execution-id',
                'detail-state': '$.detail.state',
                time: '$.time',
              },
              InputTemplate: expect.stringMatching(/"use":"recordDelivery".*"tells":true/),
            },
          },
        ],
      },
    },
  ]);
  expect(rules(templateOf(platformOf('scale', 'production').stack))).toEqual([]);
});

test('the delivery stands in the first environment and deploys to all, a person before production', () => {
  const { stack } = platformOf('scale', 'staging');
  const [pipeline] = Object.values(templateOf(stack).findResources('AWS::CodePipeline::Pipeline'));
  const stages = (pipeline as { Properties: { Stages: { Name: string }[] } }).Properties.Stages.map(({ Name }) => Name);
  expect(stages).toEqual([
    'Source',
    'Build',
    'Test',
    'Images',
    'DeployStaging',
    'ApproveProduction',
    'DeployProduction',
    'Train',
  ]);
  expect(pipeline).toMatchObject({ Properties: { PipelineType: 'V2' } });
  const production = templateOf(platformOf('scale', 'production').stack);
  production.resourceCountIs('AWS::CodePipeline::Pipeline', 0);
});

test('a delivery asks for training and does not wait: a gate that says no is no failed delivery', () => {
  const { stack, platform } = platformOf('scale', 'staging');
  const template = templateOf(stack);
  const [pipeline] = Object.values(template.findResources('AWS::CodePipeline::Pipeline')) as {
    Properties: { Stages: { Name: string; Actions: { ActionTypeId: object; Configuration: object }[] }[] };
  }[];
  const stages = pipeline!.Properties.Stages;
  expect(JSON.stringify(stages)).not.toContain('"Provider":"StepFunctions"');
  const train = stages.at(-1)!;
  const machine = stack.resolve(platform.model('churn').pipeline.stateMachine.stateMachineArn);
  const [{ Ref: project } = { Ref: '' }] = train.Actions.map(
    ({ Configuration }) => (Configuration as { ProjectName: { Ref: string } }).ProjectName,
  );
  expect(train).toMatchObject({ Name: 'Train', Actions: [{ ActionTypeId: { Provider: 'CodeBuild' } }] });
  // What is trained says which commit it is of, and when that was written: the lead time begins there.
  const variables = JSON.stringify(train.Actions[0]!.Configuration);
  for (const value of ['#{Source.CommitId}', '#{Source.AuthorDate}', '#{codepipeline.PipelineExecutionId}']) {
    expect(variables).toContain(value);
  }
  const [{ Properties: built } = { Properties: {} }] = Object.entries(
    template.findResources('AWS::CodeBuild::Project'),
  ).flatMap(([id, one]) => (id === project ? [one as { Properties: { Source?: { BuildSpec: string } } }] : []));
  const { phases } = JSON.parse(built.Source!.BuildSpec) as { phases: { build: { commands: string[] } } };
  const dir = mkdtempSync(join(tmpdir(), 'delivery-'));
  writeFileSync(join(dir, 'aws'), '#!/bin/sh\nfor one in "$@"; do echo "$one"; done\n', { mode: 0o755 });
  const said = execFileSync('sh', ['-c', phases.build.commands.join('\n')], {
    env: {
      PATH: `${dir}:${process.env['PATH']}`,
      STATE_MACHINE: 'arn:machine',
      DELIVERY: 'd-1',
      COMMIT: 'abc',
      COMMITTED_AT: '2026-01-01T00:00:00Z',
    },
    encoding: 'utf8',
  }).split('\n');
  expect(said.slice(0, 6)).toEqual([
    'stepfunctions',
    'start-execution',
    '--state-machine-arn',
    'arn:machine',
    '--name',
    'delivery-d-1',
  ]);
  expect(pipelineInputSchema.parse(JSON.parse(said[7]!))).toMatchObject({
    startedBy: 'delivery',
    cause: 'code',
    commit: 'abc',
    committedAt: '2026-01-01T00:00:00Z',
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([{ Action: 'states:StartExecution', Effect: 'Allow', Resource: machine }]),
    },
    Roles: [{ Ref: Match.stringLikeRegexp('DeliveryTrainChurn') }],
  });
});

describe('page alarms', () => {
  interface RuleProperties {
    readonly EventPattern: { readonly resources: readonly unknown[]; readonly detail: { state: { value: string[] } } };
    readonly Targets: readonly {
      readonly Arn: unknown;
      readonly InputTransformer: { readonly InputTemplate: string };
    }[];
  }
  const { stack, platform } = platformOf('scale');
  const { endpoint, drift, retraining } = platform.model('churn');
  const paged = [endpoint, drift!, retraining!]
    .flatMap(({ alarms }) => alarms)
    .filter(({ plan }) => plan.severity === 'page');
  const rules = Object.values(templateOf(stack).findResources('AWS::Events::Rule')).flatMap((rule) => {
    const { EventPattern, Targets } = (rule as { Properties: RuleProperties }).Properties;
    const [target] = Targets;
    return EventPattern?.detail?.state === undefined || target === undefined
      ? []
      : [
          {
            becomes: EventPattern.detail.state.value,
            alarms: EventPattern.resources,
            target: target.Arn,
            input: target.InputTransformer.InputTemplate,
          },
        ];
  });

  test('of every kind start an incident with its runbook, once', () => {
    const machine = stack.resolve(endpoint.incidents.stateMachineArn);
    const started = rules.filter(({ target }) => JSON.stringify(target) === JSON.stringify(machine));
    const kinds = [...new Set(paged.map(({ kind }) => kind))];
    expect(kinds).toEqual(expect.arrayContaining(['endpointErrors', 'qualityDecay', 'retrainingStopped']));
    expect(started.map(({ becomes }) => becomes)).toEqual(kinds.map(() => ['ALARM']));
    for (const kind of kinds) {
      const own = started.filter(({ input }) => input.includes(`"kind":"${kind}"`));
      expect(own.map(({ input }) => input)).toEqual([expect.stringContaining(`"runbook":"runbooks/${kind}.md"`)]);
      const group =
        kind === 'retrainingStopped'
          ? 'null'
          : `"${endpoint.alarms.some((one) => one.kind === kind) ? 'service' : 'quality'}"`;
      expect(own[0]?.input).toContain(`"group":${group}`);
      const alarms = paged.filter((one) => one.kind === kind).map(({ alarmArn }) => stack.resolve(alarmArn));
      expect(own[0]?.alarms).toEqual(alarms);
    }
  });

  test('end their incident when they are over', () => {
    const over = rules.filter(({ input }) => input.includes('resolveIncident'));
    expect(over.every(({ becomes }) => becomes[0] === 'OK')).toBe(true);
    expect(over.flatMap(({ alarms }) => alarms)).toEqual(paged.map(({ alarmArn }) => stack.resolve(alarmArn)));
  });

  test('wait as long as the definition says before people are told again', () => {
    const { States } = definitionsOf(templateOf(stack))['acme-churn-incident']!;
    expect(States['reactionTime']).toMatchObject({ Type: 'Wait', Seconds: 900 });
    expect(States['record']).toMatchObject({
      Parameters: {
        use: 'recordIncident',
        arguments: { told: true, toldForSeconds: 900, postmortemWithinSeconds: 5 * 86_400 },
      },
    });
  });
});

test('without a connection there is no pipeline, and a warning says what to do', () => {
  const { stack } = platformOf('core');
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('delivery.source.connection.aws is not set'));
});

test('dashboards are well-formed and show the metrics that the alarms watch', () => {
  const { stack, platform } = platformOf('core');
  expect(platform.dashboards).toHaveLength(3);
  const bodies = Object.values(templateOf(stack).findResources('AWS::CloudWatch::Dashboard')).map((dashboard) =>
    JSON.stringify((dashboard as { Properties: unknown }).Properties),
  );
  expect(bodies.join()).toContain('DriftScore');
});

test('a field that the library does not know goes through defaultChild', () => {
  const { stack, platform } = platformOf('foundation');
  (platform.node.defaultChild as CfnDashboard).addPropertyOverride('DashboardName', 'mine');
  templateOf(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardName: 'mine' });
});

describe('a budget that is used up', () => {
  const scale = definitions.scale as unknown as { models: { churn: object } };
  const templateWith = (onExceeded: string) => {
    const stack = newStack('Acme');
    const budget = { monthly: 300, onExceeded };
    const definition = { ...scale, models: { churn: { ...scale.models.churn, budget } } };
    const platform = new MlPlatform(stack, 'Platform', { definition });
    return { stack, template: templateOf(stack), role: platform.model('churn').pipeline.stateMachine.role };
  };

  test('tells people, and blocks nothing unless it shall', () => {
    const { template } = templateWith('alert');
    template.resourceCountIs('AWS::Budgets::BudgetsAction', 0);
  });

  test('is none in a currency that AWS Budgets refuses: the stack could not be deployed', () => {
    const stack = newStack('Acme');
    const budget = { monthly: 300, onExceeded: 'blockTraining' };
    const models = { churn: { ...scale.models.churn, budget } };
    new MlPlatform(stack, 'Platform', { definition: { ...scale, currency: 'EUR', models } });
    const template = templateOf(stack);
    template.resourceCountIs('AWS::Budgets::Budget', 0);
    template.resourceCountIs('AWS::Budgets::BudgetsAction', 0);
  });

  test('forbids training jobs to the one role that starts them, by a role that may do nothing else', () => {
    const { stack, template, role } = templateWith('blockTraining');
    const [[policyId, policy] = ['', undefined]] = Object.entries(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(policy).toMatchObject({
      Properties: {
        PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sagemaker:CreateTrainingJob' }] },
      },
    });
    expect(policy).not.toHaveProperty('Properties.Roles');
    template.hasResourceProperties('AWS::Budgets::BudgetsAction', {
      ActionType: 'APPLY_IAM_POLICY',
      ApprovalModel: 'AUTOMATIC',
      NotificationType: 'ACTUAL',
      ActionThreshold: { Type: 'PERCENTAGE', Value: 100 },
      Definition: { IamActionDefinition: { PolicyArn: { Ref: policyId }, Roles: [stack.resolve(role.roleName)] } },
      Subscribers: [{ Type: 'SNS' }],
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
            Effect: 'Allow',
            Resource: stack.resolve(role.roleArn),
            Condition: { ArnEquals: { 'iam:PolicyARN': { Ref: policyId } } },
          },
        ],
      },
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'budgets.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          },
        ],
      },
    });
  });
});

describe('the customer key', () => {
  const TRAIL = 'AWS::CloudTrail::Trail';

  test('encrypts the variables of every function, and the trail, which may use it for this account alone', () => {
    const template = templateOf(platformOf('scale').stack);
    const KmsKeyArn = { 'Fn::GetAtt': [expect.stringMatching(/^PlatformKey/), 'Arn'] };
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function')))
      expect(Properties).toMatchObject({ KmsKeyArn });
    expect(Object.values(template.findResources(TRAIL))).toMatchObject([{ Properties: { KMSKeyId: KmsKeyArn } }]);
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Condition: Match.objectLike({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }),
          }),
        ]),
      },
    });
  });

  test('is given to EventBridge by no condition that EventBridge does not know when it writes', () => {
    const template = templateOf(platformOf('scale').stack);
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    expect(JSON.stringify(key)).toContain('"cloudwatch.amazonaws.com"');
    expect(JSON.stringify(key)).not.toContain('events.amazonaws.com');
    // Who writes into a topic by a rule needs a grant of the key, without `aws:SourceAccount`.
    expect(JSON.stringify(template.findResources('AWS::SNS::TopicPolicy'))).not.toContain('events.amazonaws.com');
    const targets = Object.values(template.findResources('AWS::Events::Rule')).flatMap(
      ({ Properties }) => Properties.Targets,
    );
    for (const { Arn } of targets) expect(JSON.stringify(Arn)).not.toMatch(/Topic/);
  });

  test('of which the policy is not ours is not given to the trail, which could not be made with it', () => {
    const stack = newStack('Acme');
    const arn = 'arn:aws:kms:eu-central-1:111111111111:key/1';
    const encryptionKey = Key.fromKeyArn(stack, 'Own', arn);
    new MlPlatform(stack, 'Platform', { definition: definitions.scale, encryptionKey });
    const template = templateOf(stack);
    expect(Object.values(template.findResources(TRAIL))[0]!.Properties).not.toHaveProperty('KMSKeyId');
    template.allResourcesProperties('AWS::Lambda::Function', { KmsKeyArn: arn });
  });
});

test('data under a key of somebody else are read by three roles, which can be granted it', () => {
  const { stack, platform } = platformOf('scale');
  const { pipeline, drift, retraining } = platform.model('churn');
  const key = Key.fromKeyArn(stack, 'Theirs', 'arn:aws:kms:eu-central-1:111111111111:key/theirs');
  for (const { handler } of [pipeline, drift!, retraining!]) key.grantDecrypt(handler.role);
  const rolesWith = (found: string) =>
    Object.values(templateOf(stack).findResources('AWS::IAM::Policy'))
      .filter(({ Properties }) => JSON.stringify(Properties.PolicyDocument).includes(found))
      .map(({ Properties }) => JSON.stringify(Properties.Roles))
      .sort();
  expect(rolesWith(':key/theirs')).toHaveLength(3);
  expect(rolesWith(':s3:::acme-churn/')).toEqual(rolesWith(':key/theirs'));
});

test('two environments of one account have names of their own', () => {
  const aws = { account: '111111111111', region: 'eu-central-1' };
  const environments = [
    { name: 'staging', aws },
    { name: 'production', aws },
  ];
  const names = environments.map(({ name }) => {
    const definition = { ...definitions.core, environments };
    return new MlPlatform(newStack(name), 'Platform', { definition, environment: name }).model('churn').endpoint
      .endpointName;
  });
  expect(names).toEqual(['acme-staging-churn', 'acme-production-churn']);
});

test('policies name their actions, and leave a resource open only where AWS authorises by none', () => {
  const open = new Set<string>();
  for (const stage of ['foundation', 'core', 'scale'] as const) {
    const resources = resourcesOf(templateOf(platformOf(stage).stack));
    for (const [id, { Type, Properties }] of Object.entries(resources)) {
      if (Type !== 'AWS::IAM::Policy') continue;
      const { Statement } = Properties!['PolicyDocument'] as {
        Statement: { Action: string | string[]; Resource: unknown }[];
      };
      for (const { Action, Resource } of Statement) {
        for (const action of [Action].flat()) {
          // CDK's own grants on artifact buckets of CodePipeline end in `*`, as `s3:GetObject*`.
          if (!id.includes('Delivery')) expect(action).not.toContain('*');
          expect(action).not.toBe('*');
          expect(action).not.toMatch(/^[a-z0-9-]+:\*$/);
          if (Resource === '*') open.add(action);
        }
      }
    }
  }
  expect([...open].sort()).toEqual([
    'application-autoscaling:DescribeScalableTargets',
    'application-autoscaling:DescribeScalingPolicies',
    'cloudwatch:GetMetricData',
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcs',
    'ec2:UnassignPrivateIpAddresses',
    'ecr:GetAuthorizationToken',
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
    'sagemaker:ListEndpointConfigs',
    'sagemaker:ListModels',
    'ssm:CreateOpsItem',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ]);
});
