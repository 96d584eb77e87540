import { MlPlatform } from '../../src/aws';
import { commandsOf, type HandlerRole } from './support/commands';
import { definitions } from './support/definition';
import { asText, definitionsOf, newStack, resourcesOf, templateOf } from './support/stacks';

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
    'glue:CreateDatabase',
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
  // What is made with tags asks for the right to tag it as well.
  'sagemaker.CreateEndpoint': ['sagemaker:CreateEndpoint', 'sagemaker:AddTags'],
  'sagemaker.CreateEndpointConfig': ['sagemaker:CreateEndpointConfig', 'sagemaker:AddTags'],
  'sagemaker.CreateModel': ['sagemaker:CreateModel', 'sagemaker:AddTags', 'iam:PassRole'],
  'sagemaker.CreateModelPackage': ['sagemaker:CreateModelPackage'],
  'sagemaker.DeleteEndpoint': ['sagemaker:DeleteEndpoint'],
  'sagemaker.DeleteEndpointConfig': ['sagemaker:DeleteEndpointConfig'],
  'sagemaker.DeleteModel': ['sagemaker:DeleteModel'],
  'sagemaker.DescribeEndpoint': ['sagemaker:DescribeEndpoint'],
  'sagemaker.DescribeEndpointConfig': ['sagemaker:DescribeEndpointConfig'],
  'sagemaker.DescribeModel': ['sagemaker:DescribeModel'],
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
const template = templateOf(stack);
const resources = Object.values(resourcesOf(template));
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
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What the policies of a role allow, by its logical id. */
const statementsOf = (id: string): Statement[] =>
  policies
    .filter(({ Roles }) => Roles.some(({ Ref }) => Ref === id))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');

const roleOf = (role: HandlerRole): string =>
  functions.find((one) => one.Description === FUNCTIONS[role])!.Role['Fn::GetAtt'][0];

/** What the policies of a function's role allow. */
const allowed = (role: HandlerRole): Set<string> => new Set(statementsOf(roleOf(role)).flatMap(({ Action }) => Action));

/** Logical id of the role with a description. */
const roleNamed = (description: string): string =>
  Object.entries(resourcesOf(template)).find(
    ([, { Type, Properties }]) => Type === 'AWS::IAM::Role' && Properties?.['Description'] === description,
  )![0];

/** Resources by action, as texts. */
const resourcesOfAction = (statements: readonly Statement[], action: string): string[] =>
  statements
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat().map(asText));

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

test.each(['pipeline', 'monitor'] as const)(
  'Athena finds the region’s default database for %s, as it asks for',
  (role) => {
    const statements = statementsOf(roleOf(role));
    for (const action of ['glue:GetDatabase', 'glue:CreateDatabase']) {
      const found = resourcesOfAction(statements, action);
      for (const one of ['catalog', 'database/default']) {
        expect([action, found.some((arn) => arn.startsWith('arn:aws:glue:') && arn.endsWith(`:${one}`))]).toEqual([
          action,
          true,
        ]);
      }
    }
    // Nobody makes another one.
    expect(resourcesOfAction(statements, 'glue:CreateDatabase')).toHaveLength(2);
  },
);

describe('the state machine of the pipeline', () => {
  const WAITS = ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'];
  const job = (name: string) =>
    ['Create', 'Describe', 'Stop']
      .map((verb) => `sagemaker:${verb}${name}`)
      .concat('sagemaker:AddTags', 'sagemaker:ListTags');
  /** Actions that Step Functions' documentation asks for, by integration. */
  const DOCUMENTED: Readonly<Record<string, readonly string[]>> = {
    'sagemaker:createTrainingJob.sync': [...job('TrainingJob'), ...WAITS, 'iam:PassRole'],
    'sagemaker:createTransformJob.sync': [...job('TransformJob'), ...WAITS],
    'sagemaker:createModel': ['sagemaker:CreateModel', 'sagemaker:AddTags', 'iam:PassRole'],
    'aws-sdk:sagemaker:deleteModel': ['sagemaker:DeleteModel'],
    'aws-sdk:ssm:getParameter': ['ssm:GetParameter'],
  };
  const states = Object.values(definitionsOf(template)['acme-churn-pipeline']!.States);
  const used = states.flatMap(({ Resource }) => /^arn:aws:states:::(.+)$/.exec(String(Resource))?.[1] ?? []);
  const statements = statementsOf(roleNamed('Runs the pipeline of churn'));
  const needed = new Set(used.flatMap((one) => DOCUMENTED[one] ?? [`no such integration: ${one}`]));

  test('may do what its integrations ask for, to what has its names', () => {
    expect(new Set(used)).toEqual(new Set(Object.keys(DOCUMENTED)));
    const actions = new Set(statements.flatMap(({ Action }) => Action));
    expect([...needed].filter((action) => !actions.has(action))).toEqual([]);
    for (const action of needed) {
      if (action.startsWith('sagemaker:')) {
        for (const arn of resourcesOfAction(statements, action)) expect(arn).toMatch(/\/acme-churn-t-\*$/);
      }
    }
  });

  test('may do nothing else to SageMaker', () => {
    const actions = new Set(statements.flatMap(({ Action }) => Action));
    const others = [...actions].filter((action) => action.startsWith('sagemaker:') && !needed.has(action));
    expect(others).toEqual([]);
  });

  test('asks again for what a service could not take, by the name that its integration gives to errors', () => {
    const names = states.flatMap(({ Resource, Retry }) => {
      const [, integration] = /^arn:aws:states:::((?:aws-sdk:)?\w+):/.exec(String(Resource)) ?? [];
      return integration === undefined
        ? []
        : [[integration, (Retry as { ErrorEquals: string[] }[])[0]!.ErrorEquals[0]!]];
    });
    expect(Object.fromEntries(names as [string, string][])).toEqual({
      'aws-sdk:sagemaker': 'SageMaker.SageMakerException',
      'aws-sdk:ssm': 'Ssm.SsmException',
      sagemaker: 'SageMaker.AmazonSageMakerException',
    });
  });
});

describe.each([
  'Training of churn: frozen data in, model and metrics out',
  'Serving of churn: the model in, captured requests out',
])('%s, in a private network', (description) => {
  const statements = statementsOf(roleNamed(description)).filter(({ Action }) =>
    [Action].flat()[0]!.startsWith('ec2:'),
  );
  const subnets = Object.keys(template.findResources('AWS::EC2::Subnet'));

  test('SageMaker has the role for the interfaces of its containers that it documents', () => {
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ]);
  });

  test('in no other subnet and with no other group', () => {
    const places = subnets.map((id) => expect.stringMatching(new RegExp(`:subnet/(.+:)?${id}$`, 'i')));
    expect(resourcesOfAction(statements, 'ec2:CreateNetworkInterface')).toEqual([
      expect.stringMatching(/^arn:aws:ec2:.*:network-interface\/\*$/),
      ...places,
      expect.stringMatching(/:security-group\/.+/),
    ]);
    for (const action of [
      'CreateNetworkInterfacePermission',
      'DeleteNetworkInterface',
      'DeleteNetworkInterfacePermission',
    ]) {
      const [one] = statements.filter(({ Action }) => [Action].flat().includes(`ec2:${action}`));
      expect(asText(one!.Resource)).toMatch(/^arn:aws:ec2:.*:network-interface\/\*$/);
      expect((one!.Condition!['ArnEquals']!['ec2:Subnet'] as unknown[]).map(asText)).toEqual(places);
    }
  });
});

test('all that a run starts in SageMaker is in the private network, with no way out', () => {
  const { States } = definitionsOf(template)['acme-churn-pipeline']!;
  // A transform, and the endpoint of a candidate, run in the network of their model.
  const placed = Object.values(States).filter(({ Resource }) =>
    /:sagemaker:create(TrainingJob|Model)\b/.test(String(Resource)),
  );
  expect(placed).toHaveLength(3);
  for (const { Parameters } of placed) {
    expect(Parameters).toMatchObject({
      VpcConfig: { Subnets: [expect.any(String), expect.any(String)], SecurityGroupIds: [expect.any(String)] },
      EnableNetworkIsolation: true,
    });
  }
});

test.each([
  'Training of churn: frozen data in, model and metrics out',
  'Serving of churn: the model in, captured requests out',
])('%s, encrypted with the key that the jobs name', (description) => {
  const keys = Object.keys(template.findResources('AWS::KMS::Key'));
  const statements = statementsOf(roleNamed(description));
  for (const action of ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey']) {
    const named = statements.filter(({ Action }) => [Action].flat().includes(action)).map(({ Resource }) => Resource);
    expect([action, named]).toEqual([action, keys.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }))]);
  }
});
