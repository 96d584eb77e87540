import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { DriftAlarm, EvalGatePipeline, RetrainSchedule } from '../../src/aws';
import { data, evaluation, retraining, training } from './support/definition';
import { newStack, type Resource, registryIn, resourceCounts, templateOf } from './support/stacks';

const machine = 'arn:aws:states:eu-central-1:111111111111:stateMachine:shop-churn-pipeline';
const alarmArn = (id: string): string => `arn:aws:cloudwatch:eu-central-1:111111111111:alarm:${id}`;

function retrainingAlone() {
  const stack = newStack();
  const pipeline = EvalGatePipeline.fromStateMachineArn(stack, 'Pipeline', machine, registryIn(stack));
  const drift = DriftAlarm.fromAlarms([
    { kind: 'qualityDecay', alarmArn: alarmArn('quality') },
    { kind: 'dataDrift', alarmArn: alarmArn('drift') },
    { kind: 'insufficientData', alarmArn: alarmArn('undecided') },
  ]);
  const schedule = new RetrainSchedule(stack, 'Retraining', { model: 'churn', retraining, pipeline, drift });
  return { stack, schedule };
}

test('stands alone beside a pipeline', () => {
  const { stack } = retrainingAlone();
  expect(resourceCounts(templateOf(stack)).filter((one) => !/S3|DynamoDB|KMS|ModelPackage/.test(one))).toEqual([
    'AWS::CloudWatch::Alarm 2',
    'AWS::Events::Rule 2',
    'AWS::IAM::Policy 2',
    'AWS::IAM::Role 2',
    'AWS::Lambda::Function 1',
    'AWS::Lambda::Permission 2',
    'AWS::Logs::LogGroup 1',
    'AWS::SQS::Queue 1',
    'AWS::SQS::QueuePolicy 1',
    'AWS::Scheduler::Schedule 2',
    'AWS::Scheduler::ScheduleGroup 1',
  ]);
});

test('asks by schedule in its time zone, and when an alarm of a cause fires', () => {
  const { stack } = retrainingAlone();
  const template = templateOf(stack);
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'cron(0 3 ? * 2 *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
  });
  const rules = Object.values(template.findResources('AWS::Events::Rule')) as Resource[];
  const asked = rules.map(({ Properties }) => {
    const [{ InputTransformer }] = Properties!['Targets'] as [{ InputTransformer: { InputTemplate: string } }];
    const pattern = Properties!['EventPattern'] as { resources: string[]; detail: unknown };
    return {
      cause: /"state":\{"cause":"(\w+)"/.exec(InputTransformer.InputTemplate)?.[1],
      alarms: pattern.resources,
      detail: pattern.detail,
    };
  });
  expect(asked).toEqual(
    expect.arrayContaining([
      { cause: 'quality', alarms: [alarmArn('quality')], detail: { state: { value: ['ALARM'] } } },
      { cause: 'drift', alarms: [alarmArn('drift')], detail: { state: { value: ['ALARM'] } } },
    ]),
  );
});

test('starts the pipeline that it was given, and nothing else', () => {
  const { stack } = retrainingAlone();
  const policies = JSON.stringify(templateOf(stack).findResources('AWS::IAM::Policy'));
  expect(policies).toContain(`"Action":"states:StartExecution","Effect":"Allow","Resource":"${machine}"`);
  expect(policies.match(/states:StartExecution/g)).toHaveLength(1);
});

test('reads the tables of the pipeline, and neither replaces nor deletes what a run has frozen', () => {
  const stack = newStack();
  const registry = registryIn(stack);
  const model = { model: 'churn', task: 'binaryClassification', data, training, evaluation } as const;
  const pipeline = new EvalGatePipeline(stack, 'Pipeline', { ...model, registry });
  new RetrainSchedule(stack, 'Retraining', { model: 'churn', retraining, pipeline });
  const policies = Object.entries(templateOf(stack).findResources('AWS::IAM::Policy')) as [string, Resource][];
  const of = (part: string): string =>
    JSON.stringify(policies.filter(([id]) => id.startsWith(`${part}Handler`)).map(([, policy]) => policy));
  expect(of('Pipeline')).toContain('s3:DeleteObject');
  expect(of('Retraining')).toContain('athena:StartQueryExecution');
  expect(of('Retraining')).not.toMatch(/s3:DeleteObject|\/runs\//);
});

test('a field that the library does not know goes through defaultChild', () => {
  const { stack, schedule } = retrainingAlone();
  (schedule.node.defaultChild as CfnFunction).addPropertyOverride('RecursiveLoop', 'Terminate');
  templateOf(stack).hasResourceProperties('AWS::Lambda::Function', { RecursiveLoop: 'Terminate' });
});

test('an imported decision makes nothing', () => {
  const stack = newStack();
  const arn = 'arn:aws:lambda:eu-central-1:111111111111:function:decide';
  expect(RetrainSchedule.fromDecisionArn(stack, 'Retraining', 'churn', arn).decision.functionArn).toBe(arn);
  expect(resourceCounts(templateOf(stack))).toEqual([]);
});
