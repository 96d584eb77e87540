import { Match } from 'aws-cdk-lib/assertions';
import { CanaryEndpoint, EvalGatePipeline } from '../../src/aws';
import { aslFaults } from './support/asl';
import { data, evaluation, release, serving, training } from './support/definition';
import { definitionsOf, newStack, registryIn, resourceCounts, templateOf } from './support/stacks';

const props = { model: 'churn', task: 'binaryClassification', data, training, evaluation } as const;

function pipelineAlone() {
  const stack = newStack();
  const pipeline = new EvalGatePipeline(stack, 'Pipeline', { ...props, registry: registryIn(stack) });
  return { stack, pipeline };
}

test('stands alone beside its registry', () => {
  const { stack } = pipelineAlone();
  expect(resourceCounts(templateOf(stack))).toEqual([
    'AWS::Athena::WorkGroup 1',
    'AWS::CloudWatch::Alarm 4',
    'AWS::DynamoDB::Table 1',
    'AWS::Events::Rule 2',
    'AWS::Glue::Database 1',
    'AWS::Glue::Table 2',
    'AWS::IAM::Policy 3',
    'AWS::IAM::Role 3',
    'AWS::KMS::Key 1',
    'AWS::Lambda::Function 1',
    'AWS::Lambda::Permission 2',
    'AWS::Logs::LogGroup 2',
    'AWS::S3::Bucket 2',
    'AWS::S3::BucketPolicy 2',
    'AWS::SQS::Queue 1',
    'AWS::SQS::QueuePolicy 1',
    'AWS::SageMaker::ModelPackageGroup 1',
    'AWS::StepFunctions::StateMachine 1',
  ]);
});

test.each([
  [{ spot: true }, 2 * 24 * 3600],
  [{ spot: false }, 24 * 3600],
])('a run outlasts its longest training and what comes after it: %j', (changes, waitSeconds) => {
  const stack = newStack();
  const long = { ...training, maxDuration: '1d', ...changes } as const;
  new EvalGatePipeline(stack, 'Pipeline', { ...props, training: long, registry: registryIn(stack) });
  const { States, TimeoutSeconds } = definitionsOf(templateOf(stack))['shop-churn-pipeline'] as unknown as {
    readonly States: Record<string, { readonly Resource?: string; readonly TimeoutSeconds?: number }>;
    readonly TimeoutSeconds: number;
  };
  // SageMaker ends a job that waits too long; before that Step Functions would leave it running.
  expect(States['train']!.TimeoutSeconds).toBeGreaterThan(waitSeconds);
  const jobs = Object.values(States).filter(({ Resource }) => Resource?.endsWith('.sync'));
  expect(jobs).toHaveLength(3);
  const longest = jobs.reduce((sum, job) => sum + job.TimeoutSeconds!, 0);
  expect(TimeoutSeconds).toBeGreaterThan(longest);
});

test('the state machine is valid, traced, and trains within its limits on interruptible machines', () => {
  const { stack } = pipelineAlone();
  const template = templateOf(stack);
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    StateMachineName: 'shop-churn-pipeline',
    TracingConfiguration: { Enabled: true },
  });
  const definition = definitionsOf(template)['shop-churn-pipeline']!;
  expect(aslFaults(definition)).toEqual([]);
  expect(definition.States['train']).toMatchObject({
    Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
    Parameters: {
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      HyperParameters: { trees: '100' },
      Environment: { MLP_SEED: '7', MLP_MODEL_DIR: '/opt/ml/model' },
      ResourceConfig: { InstanceType: 'ml.m5.large' },
    },
  });
  expect(definition.States['validate']).toMatchObject({
    Parameters: { use: 'checkData', step: 'validate', 'run.$': '$$.Execution.Name', 'state.$': '$' },
    ResultPath: '$.validation',
  });
});

test('a failed step keeps its name and reason and goes to the record', () => {
  const { stack } = pipelineAlone();
  const { States } = definitionsOf(templateOf(stack))['shop-churn-pipeline']!;
  for (const [id, next] of [
    ['gate', 'gateFailed'],
    ['train', 'trainFailed'],
    ['trainCollect', 'trainFailed'],
  ] as const) {
    expect(States[id]!['Catch']).toContainEqual({ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: next });
  }
  expect(States['gateFailed']).toMatchObject({
    Parameters: { step: 'gate', 'message.$': 'States.JsonToString($.error)' },
    ResultPath: '$.error',
    Next: 'recordFailure',
  });
});

test('without a release controller a version is registered and the run ends; with one it is handed over', () => {
  const { stack, pipeline } = pipelineAlone();
  const alone = definitionsOf(templateOf(stack))['shop-churn-pipeline']!.States;
  expect(alone['requestRelease']).toBeUndefined();
  expect(alone['register']!['Next']).toBe('registered');

  const wired = newStack();
  const registry = registryIn(wired);
  const endpoint = new CanaryEndpoint(wired, 'Endpoint', {
    model: 'churn',
    task: 'binaryClassification',
    serving,
    release,
    registry,
  });
  new EvalGatePipeline(wired, 'Pipeline', { ...props, registry }).releaseTo(endpoint);
  const template = templateOf(wired);
  expect(definitionsOf(template)['shop-churn-pipeline']!.States['requestRelease']).toBeDefined();
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { MLP_RELEASE_MACHINE: Match.anyValue(), MLP_TIMESTAMP: 'seen' } },
  });
  expect(pipeline.plan.graph.steps.some(({ id }) => id === 'requestRelease')).toBe(true);
});

test('an image that is built comes from its own repository, by the digest of the last build', () => {
  const stack = newStack();
  new EvalGatePipeline(stack, 'Pipeline', {
    ...props,
    training: { ...training, image: { build: 'trainer' } },
    registry: registryIn(stack),
  });
  const template = templateOf(stack);
  template.hasResourceProperties('AWS::ECR::Repository', {
    ImageTagMutability: 'IMMUTABLE',
    ImageScanningConfiguration: { ScanOnPush: true },
  });
  const { States } = definitionsOf(template)['shop-churn-pipeline']!;
  expect(States['train']).toMatchObject({
    Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
    Parameters: { Name: '/shop/churn/trainer/image' },
    Next: 'trainJob',
  });
  expect(aslFaults({ ...definitionsOf(template)['shop-churn-pipeline']! })).toEqual([]);
});

test('without an evaluation there is no gate, and the version waits for a person', () => {
  const stack = newStack();
  const { evaluation: _, ...rest } = props;
  const pipeline = new EvalGatePipeline(stack, 'Pipeline', { ...rest, registry: registryIn(stack) });
  const { States } = definitionsOf(templateOf(stack))['shop-churn-pipeline']!;
  expect(States['gate']).toBeUndefined();
  expect(pipeline.plan.approval).toBe('manual');
});

test('a metric that the task does not have is an error at its path', () => {
  const stack = newStack();
  const make = () =>
    new EvalGatePipeline(stack, 'Pipeline', {
      ...props,
      evaluation: { metrics: { rmse: { max: 3 } } },
      registry: registryIn(stack),
    });
  expect(make).toThrow(/Shop\/Pipeline\.evaluation\.metrics\.rmse/);
});

test('a machine or an image for another cloud alone is refused at synthesis', () => {
  const stack = newStack();
  const make = () =>
    new EvalGatePipeline(stack, 'Pipeline', {
      ...props,
      training: { ...training, image: { google: 'europe-docker.pkg.dev/a/b/c' } },
      registry: registryIn(stack),
    });
  expect(make).toThrow(/image\.aws: got only google/);
});

test('where the gate asks for a latency, the candidate is queried on an endpoint of its own', () => {
  const stack = newStack();
  new EvalGatePipeline(stack, 'Pipeline', {
    ...props,
    evaluation: { ...evaluation, serving: { maxLatencyP99: '100ms', smokeRows: 20 } },
    registry: registryIn(stack),
  });
  const template = templateOf(stack);
  const definition = definitionsOf(template)['shop-churn-pipeline']!;
  expect(aslFaults(definition)).toEqual([]);
  expect(definition.States['scoreCandidateSmoke']).toMatchObject({
    Parameters: { collect: 'smoke', smoke: { rows: 20, instanceType: 'ml.m5.large' } },
    Next: 'scoreCandidateModelRemoval',
  });
  expect(definition.States['scoreChampionSmoke']).toBeUndefined();
  const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
  expect(policies).toContain('sagemaker:InvokeEndpoint');
  expect(policies).toContain(':endpoint/shop-churn-t-*');
  const { stack: without } = pipelineAlone();
  expect(JSON.stringify(templateOf(without).findResources('AWS::IAM::Policy'))).not.toContain('InvokeEndpoint');
});
