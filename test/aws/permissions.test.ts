import { MlPlatform } from '../../src/aws';
import { commandsOf, type HandlerRole } from './support/commands';
import { definitions } from './support/definition';
import { newStack, resourcesOf, templateOf } from './support/stacks';

/** Actions that IAM asks for when a command is sent: its own, and those of what the service does with the caller's rights. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'application-auto-scaling.DeregisterScalableTarget': [
    'application-autoscaling:DeregisterScalableTarget',
    'cloudwatch:DeleteAlarms',
  ],
  'application-auto-scaling.DescribeScalableTargets': ['application-autoscaling:DescribeScalableTargets'],
  'application-auto-scaling.DescribeScalingPolicies': ['application-autoscaling:DescribeScalingPolicies'],
  'application-auto-scaling.PutScalingPolicy': [
    'application-autoscaling:PutScalingPolicy',
    'cloudwatch:PutMetricAlarm',
  ],
  'application-auto-scaling.RegisterScalableTarget': [
    'application-autoscaling:RegisterScalableTarget',
    'iam:CreateServiceLinkedRole',
  ],
  'athena.GetQueryExecution': ['athena:GetQueryExecution'],
  'athena.GetQueryResults': ['athena:GetQueryResults', 's3:GetObject'],
  // Athena reads and writes tables, views and results with the caller's rights.
  'athena.StartQueryExecution': [
    'athena:StartQueryExecution',
    'glue:GetDatabase',
    'glue:GetTable',
    'glue:GetTables',
    'glue:GetPartitions',
    'glue:CreateTable',
    'glue:UpdateTable',
    'glue:DeleteTable',
    's3:AbortMultipartUpload',
    's3:GetBucketLocation',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ],
  'cloudwatch.DescribeAlarms': ['cloudwatch:DescribeAlarms'],
  'cloudwatch.GetMetricData': ['cloudwatch:GetMetricData'],
  'dynamodb.GetItem': ['dynamodb:GetItem'],
  'dynamodb.PutItem': ['dynamodb:PutItem'],
  'eventbridge.PutEvents': ['events:PutEvents'],
  's3.AbortMultipartUpload': ['s3:AbortMultipartUpload'],
  's3.CompleteMultipartUpload': ['s3:PutObject'],
  's3.CopyObject': ['s3:GetObject', 's3:PutObject'],
  's3.CreateMultipartUpload': ['s3:PutObject'],
  's3.DeleteObjects': ['s3:DeleteObject'],
  's3.GetObject': ['s3:GetObject'],
  's3.HeadObject': ['s3:GetObject'],
  // Without it a key that is not there is answered as one that may not be read.
  's3.ListObjectsV2': ['s3:ListBucket'],
  's3.PutObject': ['s3:PutObject'],
  's3.UploadPartCopy': ['s3:GetObject', 's3:PutObject'],
  'sagemaker-runtime.InvokeEndpoint': ['sagemaker:InvokeEndpoint'],
  'sagemaker.CreateEndpoint': ['sagemaker:CreateEndpoint'],
  'sagemaker.CreateEndpointConfig': ['sagemaker:CreateEndpointConfig'],
  'sagemaker.CreateModel': ['sagemaker:CreateModel', 'iam:PassRole'],
  'sagemaker.CreateModelPackage': ['sagemaker:CreateModelPackage'],
  'sagemaker.DeleteEndpoint': ['sagemaker:DeleteEndpoint'],
  'sagemaker.DeleteEndpointConfig': ['sagemaker:DeleteEndpointConfig'],
  'sagemaker.DeleteModel': ['sagemaker:DeleteModel'],
  'sagemaker.DescribeEndpoint': ['sagemaker:DescribeEndpoint'],
  'sagemaker.DescribeEndpointConfig': ['sagemaker:DescribeEndpointConfig'],
  'sagemaker.DescribeModelPackage': ['sagemaker:DescribeModelPackage'],
  'sagemaker.ListEndpointConfigs': ['sagemaker:ListEndpointConfigs'],
  'sagemaker.ListModels': ['sagemaker:ListModels'],
  'sagemaker.UpdateEndpoint': ['sagemaker:UpdateEndpoint'],
  'sagemaker.UpdateEndpointWeightsAndCapacities': ['sagemaker:UpdateEndpointWeightsAndCapacities'],
  'sagemaker.UpdateModelPackage': ['sagemaker:UpdateModelPackage'],
  'sfn.DescribeExecution': ['states:DescribeExecution'],
  'sfn.StartExecution': ['states:StartExecution'],
  'sns.Publish': ['sns:Publish'],
  // An item is made with its tags.
  'ssm.CreateOpsItem': ['ssm:CreateOpsItem', 'ssm:AddTagsToResource'],
  'ssm.GetOpsItem': ['ssm:GetOpsItem'],
  'ssm.GetParameter': ['ssm:GetParameter'],
  'ssm.UpdateOpsItem': ['ssm:UpdateOpsItem'],
};

/** Actions that no command of ours asks for, with the reason why a role has them all the same. */
const WITHOUT_COMMAND: readonly (readonly [pattern: RegExp, reason: string, role?: HandlerRole])[] = [
  [/^kms:(Decrypt|GenerateDataKey|DescribeKey)$/, 'services use the platform’s key with the caller’s rights'],
  [
    /^ec2:.*NetworkInterface|^ec2:DescribeSubnets$|^ec2:.*PrivateIpAddresses$/,
    'Lambda makes the interfaces of the network',
  ],
  [/^xray:Put/, 'Lambda writes traces'],
  [/^logs:(CreateLogStream|PutLogEvents)$/, 'Lambda writes logs'],
  [/^sqs:SendMessage$/, 'Lambda puts what a function could not handle into its queue'],
  [/^s3:GetBucketLocation$/, 'readArtifacts is the verb of SageMaker’s containers too, which look where the bucket is'],
  [/^ecr:/, 'SageMaker looks at the image of a version that is registered', 'pipeline'],
];

const stack = newStack('Acme');
const { churn } = (definitions.scale as unknown as { models: { churn: Record<string, object> } }).models;
new MlPlatform(stack, 'Platform', {
  definition: {
    ...definitions.scale,
    models: {
      churn: {
        ...churn,
        evaluation: { ...churn['evaluation'], serving: { maxLatencyP99: '200ms' } },
        release: { strategy: 'blueGreen', finalHold: '15m' },
        monitoring: { ...churn['monitoring'], costPerPrediction: { max: 0.01 } },
      },
    },
  } as never,
  environment: 'staging',
});
const resources = Object.values(resourcesOf(templateOf(stack)));
const propertiesOf = <T>(type: string): T[] =>
  resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties as T);
const functions = propertiesOf<{ readonly Description?: string; readonly Role: { 'Fn::GetAtt': [string, string] } }>(
  'AWS::Lambda::Function',
);
const policies = propertiesOf<{
  readonly Roles: readonly { readonly Ref?: string }[];
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}>('AWS::IAM::Policy');

/** Description of the function of each role, by which it is found. */
const FUNCTIONS: Readonly<Record<HandlerRole, string>> = {
  pipeline: 'Steps of the pipeline of churn',
  release: 'Steps of the release controller of churn',
  monitor: 'Drift and quality of churn',
  retraining: 'Decides whether churn is trained again',
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
}

/** What the policies of a function's role allow. */
function allowed(role: HandlerRole): Set<string> {
  const id = functions.find((one) => one.Description === FUNCTIONS[role])!.Role['Fn::GetAtt'][0];
  const statements = policies
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === id))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return new Set(statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action));
}

describe.each(Object.keys(FUNCTIONS) as HandlerRole[])('the handler %s', (role) => {
  const commands = [...commandsOf(role)].sort();

  test('comes to calls of AWS that are in the table', () => {
    expect(commands.length).toBeGreaterThan(8);
    expect(commands.filter((command) => ACTIONS[command] === undefined)).toEqual([]);
  });

  test('may make each call that it comes to', () => {
    const actions = allowed(role);
    const missing = commands.flatMap((command) =>
      (ACTIONS[command] ?? []).filter((action) => !actions.has(action)).map((action) => `${command}: ${action}`),
    );
    expect(missing).toEqual([]);
  });

  test('may do nothing else', () => {
    const needed = new Set(commands.flatMap((command) => ACTIONS[command] ?? []));
    const explained = (action: string): boolean =>
      WITHOUT_COMMAND.some(([pattern, , only]) => pattern.test(action) && (only === undefined || only === role));
    expect([...allowed(role)].filter((action) => !needed.has(action) && !explained(action)).sort()).toEqual([]);
  });
});
