import { Aws } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { TARGET_CHANGING, TARGET_POLL_SECONDS } from '../../contract/aws';
import type { Json } from '../../kernel/json';
import { DefinitionError } from '../../kernel/problem';
import type { ComputePlan, TrainingPlan } from '../../plan/plan';
import type { JobStep } from '../../plan/step-graph';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { ContainerImage } from '../support/container-image';
import type { PlatformNetwork } from '../support/network';
import type { AslState, JobState } from '../support/step-graph-to-asl';

/** What SageMaker's managed jobs of a pipeline have in common. */
export interface JobContext {
  readonly registry: IModelRegistry;
  readonly training: TrainingPlan;
  readonly trainerImage: ContainerImage;
  /** Image that scores: the server's, or the trainer's where no server is wired. */
  readonly scoringImage: ContainerImage;
  /** Machines that serve; the trainer's where no server is wired. */
  readonly serving: ComputePlan;
  readonly role: IRole;
  /** ARN of the function that puts the jobs' results where every target has them. */
  readonly handlerArn: string;
  /** The model's data section. */
  readonly data: Json;
  /** Rows of which a candidate's latency is measured on an endpoint of its own; null measures none. */
  readonly smokeRows: number | null;
  /** Prefix of the names of jobs; a hash of the execution follows. */
  readonly jobPrefix: string;
  /** Tags of jobs and models, by key. */
  readonly tags: Readonly<Record<string, string>>;
  readonly network?: PlatformNetwork;
}

/** Room for starting machines, and for finding interruptible ones. */
const START_SECONDS = 1800;
const COLLECT_SECONDS = 900;
/** Time for a candidate's endpoint to come, and to come again where no machine was free. */
const MEASURE_SECONDS = 3600;
/** Time after which SageMaker has made an endpoint, or says that it cannot. */
const GIVES_UP_SECONDS = 7200;
const VOLUME_GB = 50;
/** Largest request of a batch transform, in MB: scoring files are written below it. */
const MAX_PAYLOAD_MB = 6;

/** Where the trainer finds things in a SageMaker container: the same variables as on every target. */
const TRAINER_PATHS = {
  MLP_TRAIN_DATA: '/opt/ml/input/data/train',
  MLP_MODEL_DIR: '/opt/ml/model',
  MLP_METRICS_FILE: '/opt/ml/output/data/metrics.json',
  MLP_HYPERPARAMETERS: '/opt/ml/input/config/hyperparameters.json',
} as const;

type Job = (step: JobStep, context: JobContext) => readonly JobState[];

/** States of each kind of job. */
export const MANAGED_JOBS = { train: trainingJob, score: scoringJob } as const satisfies Record<JobStep['job'], Job>;

/** A name that is unique for the execution, at most 63 characters: `<prefix>-<SHA-1>`. */
const jobName = (prefix: string, subject = ''): string =>
  `States.Format('${prefix}-{}', States.Hash(States.Format('{}${subject}', $$.Execution.Id), 'SHA-1'))`;

const runUri = (context: JobContext, rest: string): string =>
  `States.Format('s3://{}/runs/{}/${rest}', '${context.registry.artifactBucket.bucketName}', $$.Execution.Name)`;

/**
 * A call that a service could not take, throttled above all, is made again; a job that failed is no such error
 * (`States.TaskFailed`), and is not paid for twice.
 */
const callAgain = (error: string): { readonly Retry: Json } => ({
  Retry: [{ ErrorEquals: [error], IntervalSeconds: 10, MaxAttempts: 4, BackoffRate: 2, JitterStrategy: 'FULL' }],
});
/** What a service's integration calls its errors by; calls of the SDK (`aws-sdk:sagemaker`) name them otherwise. */
const SAGEMAKER_ERROR = 'SageMaker.AmazonSageMakerException';
const SAGEMAKER_SDK_ERROR = 'SageMaker.SageMakerException';

/** Reads the digest of the last build before the job that needs it. */
const readImage = (image: ContainerImage, output: string): JobState[] =>
  image.parameterName === undefined
    ? []
    : [
        {
          suffix: '',
          state: {
            Type: 'Task',
            Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:ssm:getParameter`,
            Parameters: { Name: image.parameterName },
            ...callAgain('Ssm.SsmException'),
            ResultSelector: { 'uri.$': '$.Parameter.Value' },
            ResultPath: `$.${output}`,
          },
        },
      ];

const imageField = (field: string, image: ContainerImage, output: string): { [key: string]: Json } =>
  image.uri === undefined ? { [`${field}.$`]: `$.${output}.uri` } : { [field]: image.uri };

function trainingJob(step: JobStep, context: JobContext): readonly JobState[] {
  const { training, trainerImage, registry } = context;
  const before = readImage(trainerImage, 'trainerImage');
  return [
    ...before,
    {
      suffix: before.length === 0 ? '' : 'Job',
      state: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::sagemaker:createTrainingJob.sync`,
        ...callAgain(SAGEMAKER_ERROR),
        TimeoutSeconds: training.maxWaitSeconds + START_SECONDS,
        Parameters: {
          'TrainingJobName.$': jobName(context.jobPrefix),
          RoleArn: context.role.roleArn,
          AlgorithmSpecification: {
            ...imageField('TrainingImage', trainerImage, 'trainerImage'),
            TrainingInputMode: 'File',
            ...(training.command && { ContainerEntrypoint: training.command }),
          },
          Environment: { ...TRAINER_PATHS, MLP_SEED: String(training.seed) },
          HyperParameters: Object.fromEntries(
            Object.entries(training.hyperparameters).map(([name, value]) => [name, String(value)]),
          ),
          InputDataConfig: [
            {
              ChannelName: 'train',
              DataSource: {
                S3DataSource: {
                  S3DataType: 'S3Prefix',
                  'S3Uri.$': runUri(context, 'train.'),
                  S3DataDistributionType: 'FullyReplicated',
                },
              },
            },
          ],
          OutputDataConfig: {
            'S3OutputPath.$': runUri(context, 'training'),
            ...(registry.encryptionKey && { KmsKeyId: registry.encryptionKey.keyArn }),
          },
          ResourceConfig: {
            InstanceType: instanceType(training.compute, 'training', context),
            InstanceCount: 1,
            VolumeSizeInGB: VOLUME_GB,
          },
          StoppingCondition: {
            MaxRuntimeInSeconds: training.maxDurationSeconds,
            ...(training.spot && { MaxWaitTimeInSeconds: training.maxWaitSeconds }),
          },
          EnableManagedSpotTraining: training.spot,
          ...(training.spot && { CheckpointConfig: { 'S3Uri.$': runUri(context, 'checkpoints') } }),
          ...isolation(context.network),
          Tags: tagsIn(context),
        },
        ResultSelector: {
          'jobName.$': '$.TrainingJobName',
          'artifactUri.$': '$.ModelArtifacts.S3ModelArtifacts',
          'image.$': '$.AlgorithmSpecification.TrainingImage',
        },
        ResultPath: `$.${step.output}`,
      },
    },
    collected(step, context, { collect: 'training' }),
  ];
}

/** Puts what the job has left where every target has it; its answer is the step's. */
const collected = (step: JobStep, context: JobContext, what: { readonly [key: string]: Json }): JobState => ({
  suffix: 'Collect',
  state: {
    Type: 'Task',
    Resource: context.handlerArn,
    Parameters: { ...what, 'run.$': '$$.Execution.Name', data: context.data, 'job.$': `$.${step.output}` },
    ResultPath: `$.${step.output}`,
    TimeoutSeconds: COLLECT_SECONDS,
    Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 }],
  },
});

/**
 * Queries the candidate on an endpoint that is there for this alone: the call is made again until it serves. When that fails
 * for good the endpoint is taken away before anything else, since a machine that nobody asks costs as much as one that serves.
 */
const smokeTest = (step: JobStep, context: JobContext): JobState => ({
  suffix: 'Smoke',
  state: {
    ...smokeCall(step, context, {
      collect: 'smoke',
      smoke: { rows: context.smokeRows, instanceType: instanceType(context.serving, 'serving', context) },
    }),
    ResultPath: `$.${step.id}Smoke`,
    Retry: smokeRetries(MEASURE_SECONDS),
  },
  onFailure: [
    {
      suffix: 'SmokeRemoval',
      state: {
        ...smokeCall(step, context, { collect: 'smokeRemoval' }),
        // An endpoint that is still made cannot be deleted: SageMaker gives up by itself before that.
        Retry: smokeRetries(GIVES_UP_SECONDS),
      },
    },
    { suffix: 'SmokeModelRemoval', state: modelRemoval(`$.${step.output}.jobName`) },
  ],
});

/** A model that has scored is of no use any more: what serves has one of its own, and thousands would be left. */
const modelRemoval = (name: string): AslState => ({
  Type: 'Task',
  Resource: `arn:${Aws.PARTITION}:states:::aws-sdk:sagemaker:deleteModel`,
  Parameters: { 'ModelName.$': name },
  ...callAgain(SAGEMAKER_SDK_ERROR),
  ResultPath: null,
});

const smokeCall = (step: JobStep, context: JobContext, what: { readonly [key: string]: Json }): AslState => ({
  Type: 'Task',
  Resource: context.handlerArn,
  Parameters: { ...what, 'run.$': '$$.Execution.Name', data: context.data, 'job.$': `$.${step.output}` },
  TimeoutSeconds: COLLECT_SECONDS,
});

/** Two minutes of calls that SageMaker does not take, beside the time for which the endpoint changes. */
const smokeRetries = (changingSeconds: number): Json => [
  {
    ErrorEquals: [TARGET_CHANGING],
    IntervalSeconds: TARGET_POLL_SECONDS,
    MaxAttempts: Math.ceil(changingSeconds / TARGET_POLL_SECONDS),
    BackoffRate: 1,
  },
  { ErrorEquals: ['States.ALL'], IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 },
];

/** The candidate is this run's model; the champion is that of the run which made it. */
const modelArchive = ({ registry }: JobContext, subject: string): string =>
  `States.Format('s3://{}/runs/{}/model.tar.gz', '${registry.artifactBucket.bucketName}', ${
    subject === 'champion' ? '$.evaluation.champion.run' : '$$.Execution.Name'
  })`;

/** Batch transform of the files that were written after the training below `runs/<run>/scoring/`, with the subject's model. */
function scoringJob(step: JobStep, context: JobContext): readonly JobState[] {
  const { scoringImage, training } = context;
  const subject = String(step.arguments['subject']);
  const image = `${step.id}Image`;
  const measured = subject === 'candidate' && context.smokeRows !== null;
  const before = readImage(scoringImage, image);
  const name = jobName(context.jobPrefix, `/${subject}`);
  return [
    ...before,
    {
      suffix: before.length === 0 ? '' : 'Model',
      state: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::sagemaker:createModel`,
        ...callAgain(SAGEMAKER_ERROR),
        Parameters: {
          'ModelName.$': name,
          ExecutionRoleArn: context.role.roleArn,
          PrimaryContainer: {
            ...imageField('Image', scoringImage, image),
            'ModelDataUrl.$': modelArchive(context, subject),
            Environment: { MLP_MODEL_DIR: '/opt/ml/model', PORT: '8080' },
          },
          ...isolation(context.network),
          Tags: tagsIn(context),
        },
        ResultPath: null,
      },
    },
    {
      suffix: 'Job',
      state: {
        Type: 'Task',
        Resource: `arn:${Aws.PARTITION}:states:::sagemaker:createTransformJob.sync`,
        ...callAgain(SAGEMAKER_ERROR),
        TimeoutSeconds: step.timeoutSeconds,
        Parameters: {
          'TransformJobName.$': name,
          'ModelName.$': name,
          BatchStrategy: 'SingleRecord',
          MaxPayloadInMB: MAX_PAYLOAD_MB,
          TransformInput: {
            ContentType: 'application/json',
            SplitType: 'None',
            DataSource: {
              S3DataSource: { S3DataType: 'S3Prefix', 'S3Uri.$': runUri(context, 'scoring/') },
            },
          },
          TransformOutput: {
            Accept: 'application/json',
            'S3OutputPath.$': runUri(context, `scored/${subject}`),
            ...(context.registry.encryptionKey && { KmsKeyId: context.registry.encryptionKey.keyArn }),
          },
          TransformResources: { InstanceType: instanceType(training.compute, 'training', context), InstanceCount: 1 },
          Tags: tagsIn(context),
        },
        ResultSelector: { 'jobName.$': '$.TransformJobName', 'outputUri.$': '$.TransformOutput.S3OutputPath' },
        ResultPath: `$.${step.output}`,
      },
      onFailure: [{ suffix: 'JobModelRemoval', state: modelRemoval(name) }],
    },
    ...(measured ? [smokeTest(step, context)] : []),
    { suffix: 'ModelRemoval', state: modelRemoval(name), mayFail: true },
    collected(step, context, {
      collect: subject,
      // What scored is what serves later, whatever is built meanwhile.
      ...imageField('image', scoringImage, image),
      'testSetDigest.$': '$.validation.test.digest',
      ...(measured && { 'serving.$': `$.${step.id}Smoke` }),
    }),
  ];
}

const tagsIn = ({ tags }: JobContext): Json => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Containers in a private network: no way out but the endpoints. */
function isolation(network: PlatformNetwork | undefined): { [key: string]: Json } {
  if (network === undefined) return {};
  return {
    VpcConfig: {
      SecurityGroupIds: [network.securityGroup.securityGroupId],
      Subnets: network.vpc.selectSubnets(network.subnets).subnetIds,
    },
    EnableNetworkIsolation: true,
  };
}

/** @throws DefinitionError when the definition names no machine for AWS */
export function instanceType(compute: ComputePlan, field: string, { registry }: Pick<JobContext, 'registry'>): string {
  if (compute.aws !== null) return compute.aws;
  throw new DefinitionError(`${registry.model}: no machine for AWS`, [
    {
      code: 'noMachine',
      path: `${registry.model}.${field}.compute.aws`,
      got: compute.google === null ? 'nothing' : `only google: ${compute.google}`,
      expected: 'a size, or a SageMaker instance type such as ml.m5.large',
      fix: 'add compute.aws or use a size',
    },
  ]);
}
