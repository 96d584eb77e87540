import { Aws, Fn, Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { EVENT_SOURCE, OPS_ITEM_TAG, PREFIXES } from '../../contract/aws';
import type { PermissionAction, PermissionPlan, Role } from '../../plan/plan';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { ContainerImage } from './container-image';
import type { PlatformNetwork } from './network';

/** What the statements of a part can point at; a permission whose target is not wired gives no statement. */
export interface Reach {
  readonly registry: IModelRegistry;
  /** `s3://bucket/prefix` of training data and labels. */
  readonly sources?: readonly string[];
  readonly query?: { readonly workgroup: string; readonly database: string; readonly freezes: boolean };
  readonly endpointName?: string;
  /** Endpoint whose arms are read by somebody who does not manage it. */
  readonly watchedEndpoint?: string;
  readonly trainingJobPrefix?: string;
  /**
   * The handler's part in a run's jobs, which the state machine runs: it tidies up after a run that was stopped, and, with
   * `measure`, queries a candidate on an endpoint of its own.
   */
  readonly jobs?: 'tidyUp' | 'measure';
  /** True for the handler that looks at what people have decided in SageMaker's own registry; ours is in the state table. */
  readonly approvals?: boolean;
  /** Where containers run; SageMaker makes their network interfaces with their role. */
  readonly network?: PlatformNetwork;
  /** Roles that are handed to SageMaker. */
  readonly passedRoles?: readonly IRole[];
  readonly images?: readonly ContainerImage[];
  readonly pipelineArn?: string;
  readonly releaseArn?: string;
  readonly topics?: readonly ITopic[];
  readonly encryptionKey?: IKey;
  readonly alarmPrefix?: string;
}

type Statements = (reach: Reach, arn: ArnMaker) => PolicyStatementProps[];

/** `arn('sagemaker', 'endpoint/x')` in the stack's partition, region and account. */
type ArnMaker = (service: string, resource: string) => string;

/** What each verb of the plan is on AWS. No action is `*`; where a resource is, AWS authorises the call by none. */
const STATEMENTS = {
  readData: ({ sources = [] }) => sources.flatMap(readPrefix),
  queryData: ({ query, registry }, arn) =>
    query
      ? [
          {
            actions: ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
            resources: [arn('athena', `workgroup/${query.workgroup}`)],
          },
          {
            // Views and frozen sets are tables of the model's own database.
            actions: [
              'glue:GetDatabase',
              'glue:GetTable',
              'glue:GetTables',
              'glue:GetPartitions',
              'glue:CreateTable',
              'glue:UpdateTable',
              'glue:DeleteTable',
            ],
            resources: [
              arn('glue', 'catalog'),
              arn('glue', `database/${query.database}`),
              arn('glue', `table/${query.database}/*`),
            ],
          },
          {
            // Athena looks for the region's default database whatever is asked, and its DDL makes it where there is none.
            actions: ['glue:GetDatabase', 'glue:CreateDatabase'],
            resources: [arn('glue', 'catalog'), arn('glue', 'database/default')],
          },
          {
            actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
            resources: [registry.artifactBucket.arnForObjects(`${PREFIXES.queries}/*`)],
          },
          { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [registry.artifactBucket.bucketArn] },
          ...(query.freezes
            ? [
                {
                  // A run that is repeated writes its frozen sets anew.
                  actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
                  resources: [registry.artifactBucket.arnForObjects('runs/*')],
                },
              ]
            : []),
        ]
      : [],
  readArtifacts: ({ registry }) => [
    { actions: ['s3:GetObject'], resources: [registry.artifactBucket.arnForObjects('*')] },
    { actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [registry.artifactBucket.bucketArn] },
  ],
  writeArtifacts: ({ registry }) => [
    {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: [registry.artifactBucket.arnForObjects('*')],
    },
  ],
  readCapture: ({ registry }) => [
    { actions: ['s3:GetObject'], resources: [registry.artifactBucket.arnForObjects(`${PREFIXES.capture}/*`)] },
    { actions: ['s3:ListBucket'], resources: [registry.artifactBucket.bucketArn] },
  ],
  writeCapture: ({ registry }) => [
    { actions: ['s3:PutObject'], resources: [registry.artifactBucket.arnForObjects(`${PREFIXES.capture}/*`)] },
  ],
  // Neither deletes nor overwrites: the bucket keeps every version until its retention is over.
  appendLedger: ({ registry }) => [
    { actions: ['s3:GetObject', 's3:PutObject'], resources: [registry.ledgerBucket.arnForObjects('*')] },
    { actions: ['s3:ListBucket'], resources: [registry.ledgerBucket.bucketArn] },
  ],
  readRegistry: ({ registry, approvals = false }, arn) => [
    ...(approvals ? [{ actions: ['sagemaker:DescribeModelPackage'], resources: packages(registry, arn) }] : []),
    { actions: ['dynamodb:GetItem'], resources: [registry.stateTable.tableArn] },
  ],
  writeRegistry: ({ registry }, arn) => [
    {
      actions: ['sagemaker:CreateModelPackage', 'sagemaker:UpdateModelPackage'],
      resources: packages(registry, arn),
    },
    { actions: ['dynamodb:PutItem'], resources: [registry.stateTable.tableArn] },
  ],
  runTraining: ({ trainingJobPrefix, passedRoles = [], jobs }, arn) =>
    trainingJobPrefix === undefined
      ? []
      : jobs !== undefined
        ? [
            { actions: ['sagemaker:DeleteModel'], resources: [arn('sagemaker', `model/${trainingJobPrefix}-*`)] },
            ...(jobs === 'tidyUp'
              ? []
              : [
                  {
                    actions: [
                      'sagemaker:CreateEndpointConfig',
                      'sagemaker:DeleteEndpointConfig',
                      'sagemaker:CreateEndpoint',
                      'sagemaker:DescribeEndpoint',
                      'sagemaker:InvokeEndpoint',
                      'sagemaker:DeleteEndpoint',
                      'sagemaker:AddTags',
                    ],
                    resources: ['endpoint', 'endpoint-config'].map((kind) =>
                      arn('sagemaker', `${kind}/${trainingJobPrefix}-*`),
                    ),
                  },
                ]),
          ]
        : [
            {
              actions: [
                'sagemaker:CreateTrainingJob',
                'sagemaker:DescribeTrainingJob',
                'sagemaker:StopTrainingJob',
                'sagemaker:CreateTransformJob',
                'sagemaker:DescribeTransformJob',
                'sagemaker:StopTransformJob',
                'sagemaker:CreateModel',
                'sagemaker:DeleteModel',
                'sagemaker:AddTags',
                // Step Functions looks whether a job of the name is its own.
                'sagemaker:ListTags',
              ],
              resources: ['training-job', 'transform-job', 'model'].map((kind) =>
                arn('sagemaker', `${kind}/${trainingJobPrefix}-*`),
              ),
            },
            {
              // Step Functions hears of the end of a job by rules that it manages under these names.
              actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
              resources: [
                arn('events', 'rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule'),
                arn('events', 'rule/StepFunctionsGetEventsForSageMakerTransformJobsRule'),
              ],
            },
            ...passRoles(passedRoles),
          ],
  manageEndpoint: ({ endpointName, passedRoles = [] }, arn) =>
    endpointName === undefined
      ? []
      : [
          {
            actions: [
              'sagemaker:CreateModel',
              'sagemaker:DescribeModel',
              'sagemaker:DeleteModel',
              'sagemaker:CreateEndpointConfig',
              'sagemaker:DescribeEndpointConfig',
              'sagemaker:DeleteEndpointConfig',
              'sagemaker:CreateEndpoint',
              'sagemaker:DeleteEndpoint',
              'sagemaker:DescribeEndpoint',
              'sagemaker:UpdateEndpoint',
              'sagemaker:UpdateEndpointWeightsAndCapacities',
              'sagemaker:AddTags',
            ],
            resources: [
              arn('sagemaker', `endpoint/${endpointName}`),
              arn('sagemaker', `endpoint-config/${endpointName}-*`),
              arn('sagemaker', `model/${endpointName}-*`),
            ],
          },
          {
            actions: ['sagemaker:ListEndpointConfigs', 'sagemaker:ListModels'],
            resources: ['*'], // SageMaker authorises listing by no resource
          },
          ...passRoles(passedRoles),
          ...scaleVariants(endpointName, arn),
        ],
  readMetrics: ({ alarmPrefix, watchedEndpoint }, arn) => [
    { actions: ['cloudwatch:GetMetricData'], resources: ['*'] }, // CloudWatch authorises reading by no resource
    // Which variant a version is stands in the endpoint's configuration.
    ...(watchedEndpoint === undefined
      ? []
      : [
          {
            actions: ['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'],
            resources: [
              arn('sagemaker', `endpoint/${watchedEndpoint}`),
              arn('sagemaker', `endpoint-config/${watchedEndpoint}-*`),
            ],
          },
        ]),
    ...(alarmPrefix === undefined
      ? []
      : [{ actions: ['cloudwatch:DescribeAlarms'], resources: [arn('cloudwatch', 'alarm:*')] }]),
  ],
  // SageMaker's guardrails look with the role of the endpoint.
  watchAlarms: (_, arn) => [{ actions: ['cloudwatch:DescribeAlarms'], resources: [arn('cloudwatch', 'alarm:*')] }],
  // Metrics are log lines (embedded metric format): writeLogs is all they need.
  writeMetrics: () => [],
  lock: ({ registry }) => [
    { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: [registry.stateTable.tableArn] },
  ],
  startPipeline: ({ pipelineArn }) => startMachine(pipelineArn),
  startRelease: ({ releaseArn }) =>
    releaseArn === undefined ? [] : [{ actions: ['states:StartExecution'], resources: [releaseArn] }],
  followRelease: ({ releaseArn }) => followMachine(releaseArn),
  notify: ({ topics = [] }) =>
    topics.length === 0 ? [] : [{ actions: ['sns:Publish'], resources: topics.map((topic) => topic.topicArn) }],
  announce: (_, arn) => [
    {
      actions: ['events:PutEvents'],
      resources: [arn('events', 'event-bus/default')],
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    },
  ],
  trackIncidents: ({ registry }, arn) => [
    // Systems Manager authorises making an item by no resource; what is made carries the platform's tag.
    {
      actions: ['ssm:CreateOpsItem'],
      resources: ['*'],
    },
    {
      actions: ['ssm:AddTagsToResource'],
      resources: [arn('ssm', 'opsitem/*')],
      conditions: { StringEquals: { [`aws:RequestTag/${OPS_ITEM_TAG}`]: registry.platform } },
    },
    {
      actions: ['ssm:GetOpsItem', 'ssm:UpdateOpsItem'],
      resources: [arn('ssm', 'opsitem/*')],
      conditions: { StringEquals: { [`aws:ResourceTag/${OPS_ITEM_TAG}`]: registry.platform } },
    },
  ],
  useKey: ({ encryptionKey }) =>
    encryptionKey
      ? [{ actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'], resources: [encryptionKey.keyArn] }]
      : [],
  pullImage: ({ images = [] }) => {
    const repositories = images.flatMap((image) => image.repositoryArn ?? []);
    const parameters = images.flatMap((image) => image.parameterArn ?? []);
    return [
      ...(repositories.length === 0
        ? []
        : [
            {
              actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
              resources: repositories,
            },
            { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }, // a token for the registry, not for a repository
          ]),
      ...(parameters.length === 0 ? [] : [{ actions: ['ssm:GetParameter'], resources: parameters }]),
    ];
  },
  // Containers: the groups that SageMaker names. Handlers have their own log group, by the factory.
  writeLogs: ({ endpointName, trainingJobPrefix }, arn) =>
    [
      ...(endpointName === undefined ? [] : [`/aws/sagemaker/Endpoints/${endpointName}`]),
      ...(trainingJobPrefix === undefined ? [] : ['/aws/sagemaker/TrainingJobs', '/aws/sagemaker/TransformJobs']),
    ].map((group) => ({
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
      resources: [arn('logs', `log-group:${group}*`)],
    })),
  // Added by Lambda and Step Functions themselves where tracing is on.
  writeTraces: () => [],
} as const satisfies Record<PermissionAction, Statements>;

function readPrefix(uri: string): PolicyStatementProps[] {
  const [bucket = '', ...rest] = uri.replace('s3://', '').split('/');
  const prefix = rest.join('/');
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucket}`;
  return [
    { actions: ['s3:GetObject'], resources: [`${bucketArn}/${prefix}*`] },
    { actions: ['s3:ListBucket', 's3:GetBucketLocation'], resources: [bucketArn] },
  ];
}

const packages = (registry: IModelRegistry, arn: ArnMaker): string[] => [
  arn('sagemaker', `model-package-group/${registry.modelPackageGroupName}`),
  arn('sagemaker', `model-package/${registry.modelPackageGroupName}/*`),
];

const passRoles = (roles: readonly IRole[]): PolicyStatementProps[] =>
  roles.length === 0
    ? []
    : [
        {
          actions: ['iam:PassRole'],
          resources: roles.map((role) => role.roleArn),
          conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
        },
      ];

const SCALING_SERVICE = 'sagemaker.application-autoscaling.amazonaws.com';

/** Autoscaling of an endpoint's variants: limits, policies, and the alarms that Application Auto Scaling makes of them. */
const scaleVariants = (endpointName: string, arn: ArnMaker): PolicyStatementProps[] => [
  {
    actions: [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DeregisterScalableTarget',
      'application-autoscaling:PutScalingPolicy',
    ],
    // Targets have ids that the service makes up: what they may be is said by conditions.
    resources: [arn('application-autoscaling', 'scalable-target/*')],
    conditions: {
      StringEquals: {
        'application-autoscaling:service-namespace': 'sagemaker',
        'application-autoscaling:scalable-dimension': 'sagemaker:variant:DesiredInstanceCount',
      },
    },
  },
  {
    actions: ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:DescribeScalingPolicies'],
    resources: ['*'], // Application Auto Scaling authorises reading by no resource
  },
  {
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
    resources: [arn('cloudwatch', `alarm:TargetTracking-endpoint/${endpointName}/variant/*`)],
  },
  {
    // Made once an account, with the first target.
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [
      `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/${SCALING_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
    ],
    conditions: { StringEquals: { 'iam:AWSServiceName': SCALING_SERVICE } },
  },
];

const startMachine = (machineArn: string | undefined): PolicyStatementProps[] =>
  machineArn === undefined
    ? []
    : [{ actions: ['states:StartExecution'], resources: [machineArn] }, ...followMachine(machineArn)];

const followMachine = (machineArn: string | undefined): PolicyStatementProps[] =>
  machineArn === undefined
    ? []
    : [
        {
          actions: ['states:DescribeExecution'],
          // The machine's ARN is known at deployment only: `…:stateMachine:name` becomes `…:execution:name:*`.
          resources: [`${Fn.join(':execution:', Fn.split(':stateMachine:', machineArn, 2))}:*`],
        },
      ];

/** What SageMaker does with a container's role to run it in a network. */
function connect({ vpc, subnets, securityGroup }: PlatformNetwork, arn: ArnMaker): PolicyStatementProps[] {
  const places = vpc.selectSubnets(subnets).subnetIds.map((id) => arn('ec2', `subnet/${id}`));
  // Interfaces have ids that EC2 makes up: which they may be is said by where they are.
  const interfaces = arn('ec2', 'network-interface/*');
  return [
    {
      actions: ['ec2:CreateNetworkInterface'],
      resources: [interfaces, ...places, arn('ec2', `security-group/${securityGroup.securityGroupId}`)],
    },
    {
      actions: [
        'ec2:CreateNetworkInterfacePermission',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteNetworkInterfacePermission',
      ],
      resources: [interfaces],
      conditions: { ArnEquals: { 'ec2:Subnet': places } },
    },
    {
      actions: [
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeVpcs',
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
      ],
      resources: ['*'], // EC2 authorises describing by no resource
    },
  ];
}

/** Roles of what SageMaker runs. */
const CONTAINERS: readonly Role[] = ['trainer', 'server'];

/**
 * Gives an identity what the plan says its role needs, and nothing else.
 *
 * @param except verbs that another identity of the same role has (the state machine runs the jobs, not the handler)
 */
export function grantPermissions(
  identity: IRole,
  permissions: readonly PermissionPlan[],
  role: Role,
  reach: Reach,
  except: readonly PermissionAction[] = [],
): void {
  const stack = Stack.of(identity);
  const arn: ArnMaker = (service, resource) =>
    `arn:${stack.partition}:${service}:${stack.region}:${stack.account}:${resource}`;
  const actions = [...new Set(permissions.filter((one) => one.role === role).map((one) => one.action))];
  const others = [...except, ...(CONTAINERS.includes(role) ? [] : (['writeLogs'] as const))];
  const isContainer = CONTAINERS.includes(role);
  const statements = [
    ...actions.filter((one) => !others.includes(one)).flatMap((one) => (STATEMENTS[one] as Statements)(reach, arn)),
    ...(isContainer && reach.network ? connect(reach.network, arn) : []),
    // SageMaker's documentation asks for it where the output of a job has a key.
    ...(isContainer && reach.encryptionKey && actions.includes('useKey')
      ? [{ actions: ['kms:Encrypt'], resources: [reach.encryptionKey.keyArn] }]
      : []),
  ];
  for (const statement of statements) identity.addToPrincipalPolicy(new PolicyStatement(statement));
}
