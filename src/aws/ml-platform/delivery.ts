import { Annotations, Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BuildSpec,
  ComputeType,
  LinuxArmBuildImage,
  LinuxBuildImage,
  PipelineProject,
} from 'aws-cdk-lib/aws-codebuild';
import { Artifact, GlobalVariables, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction, ManualApprovalAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { UseCase } from '../../contract/use-cases';
import type { Environment } from '../../definition/environments';
import { pascalCase } from '../../kernel/names';
import type { DeliveryPlan, DeliveryStage } from '../../plan/plan';
import type { IEvalGatePipeline } from '../eval-gate-pipeline/pipeline-interface';
import { type ContainerImage, imageParameter } from '../support/container-image';
import { policyLivesWithBucket } from '../support/encryption';
import type { Handler } from '../support/handler';
import type { Place } from '../support/places';
import { stackMate } from '../support/stack-mate';
import { buildImageOf } from './build-image';
import { ConnectionSource } from './connection-source';
import { handover } from './image-handover';

export interface DeliveryProps {
  readonly platform: string;
  readonly plan: DeliveryPlan;
  /** False in every environment but the first, from which all are deployed. */
  readonly enabled: boolean;
  readonly environments: readonly Environment[];
  /** Where this environment is, and those after it; null where the definition does not say. */
  readonly own: Place | null;
  readonly laters: readonly Place[];
  /** Images to build, by model and purpose. */
  readonly images: readonly {
    readonly model: string;
    readonly purpose: string;
    readonly folder: string;
    readonly image: ContainerImage;
  }[];
  /** Pipelines that train again when the code has changed. */
  readonly pipelines: readonly IEvalGatePipeline[];
  /** Who approves. */
  readonly approvals: ITopic;
  /** Handlers that are told how a delivery has ended, by model. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly encryptionKey?: IKey;
}

const BUILD_DAYS = 30;
const RETRIES = 3;

/** Named by the delivery, so that a stage which is tried again starts no second run. Commits and times have no quotes. */
const START_TRAINING = [
  `INPUT=$(printf '{"startedBy":"delivery","cause":"code","commit":"%s","committedAt":"%s"}' "$COMMIT" "$COMMITTED_AT")`,
  'aws stepfunctions start-execution --state-machine-arn "$STATE_MACHINE" --name "delivery-$DELIVERY" --input "$INPUT"',
];

/**
 * CI/CD of code as CodePipeline V2: source → lint, build, test → images by digest → environments in order → training, which is
 * asked for and not waited for. Without a connection to the repository there is no pipeline, and a warning says so.
 */
export class Delivery extends Construct {
  readonly pipeline?: Pipeline;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DeliveryProps,
  ) {
    super(scope, id);
    const { plan, encryptionKey } = props;
    if (!props.enabled) return;
    const connectionArn = plan.source.connection.aws;
    if (connectionArn === null) {
      Annotations.of(this).addWarningV2(
        'ml-platform-constructs:delivery-without-connection',
        'delivery.source.connection.aws is not set, so no CodePipeline is made: create a connection under Developer Tools, Settings, Connections, and name its ARN',
      );
      return;
    }
    const artifactBucket = new Bucket(this, 'Artifacts', {
      encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
      ...(encryptionKey && { encryptionKey, bucketKeyEnabled: true }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        { id: 'builds', expiration: Duration.days(BUILD_DAYS), noncurrentVersionExpiration: Duration.days(1) },
      ],
    });
    policyLivesWithBucket(artifactBucket, RemovalPolicy.RETAIN);
    const source = new Artifact('Source');
    const [owner = '', ...rest] = plan.source.repository.split('/');
    const pipeline = new Pipeline(this, 'Pipeline', {
      pipelineType: PipelineType.V2,
      pipelineName: props.platform,
      artifactBucket,
      restartExecutionOnUpdate: false,
      stages: [
        {
          stageName: 'Source',
          actions: [
            new ConnectionSource({
              actionName: 'Source',
              variablesNamespace: 'Source',
              connectionArn,
              owner,
              repo: rest.join('/'),
              branch: plan.source.branch,
              output: source,
            }),
          ],
        },
      ],
    });
    this.pipeline = pipeline;
    let imagesBuilt = props.images.length === 0;
    for (const stage of plan.stages) {
      if (stage.kind !== 'commands' && !imagesBuilt) {
        pipeline.addStage({ stageName: 'Images', actions: [this.images(source)] });
        imagesBuilt = true;
      }
      pipeline.addStage({ stageName: pascalCase(stage.id), actions: [this.action(stage, source)] });
    }
    if (props.pipelines.length > 0) {
      pipeline.addStage({
        stageName: 'Train',
        actions: props.pipelines.map((trained) => this.train(trained, source)),
      });
    }
    this.node.defaultChild = pipeline.node.defaultChild;
    Object.entries(props.handlers).forEach(([model, handler], place) => {
      this.tell(model, handler, place === 0);
    });
  }

  /**
   * Asks for training, and does not wait for it, as CodePipeline's own action for Step Functions does: all environments are deployed
   * by then, and a gate that says no to a candidate is no failed delivery.
   */
  private train({ model, stateMachine }: IEvalGatePipeline, source: Artifact): CodeBuildAction {
    const project = this.project(`train-${model}`, START_TRAINING, 'aws');
    stateMachine.grantStartExecution(project);
    const variables = {
      STATE_MACHINE: stateMachine.stateMachineArn,
      DELIVERY: GlobalVariables.executionId,
      COMMIT: '#{Source.CommitId}',
      COMMITTED_AT: '#{Source.AuthorDate}',
    };
    return new CodeBuildAction({
      actionName: pascalCase(model),
      input: source,
      project,
      environmentVariables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, { value }])),
    });
  }

  /** A delivery that has ended is a deployment, or a failure that somebody should know of. */
  private tell(model: string, handler: Handler, tells: boolean): void {
    new Rule(stackMate(this, handler.function), `${pascalCase(model)}Delivered`, {
      description: `Deliveries of ${this.props.platform} are deployments of ${model}`,
      eventPattern: {
        source: ['aws.codepipeline'],
        detailType: ['CodePipeline Pipeline Execution State Change'],
        detail: { pipeline: [this.props.platform], state: ['SUCCEEDED', 'FAILED'] },
      },
      targets: [
        new LambdaFunction(handler.function, {
          retryAttempts: RETRIES,
          deadLetterQueue: handler.deadLetters,
          event: RuleTargetInput.fromObject({
            use: 'recordDelivery' satisfies UseCase,
            step: 'delivery',
            run: EventField.fromPath('$.detail.execution-id'),
            arguments: { model, tells },
            state: { outcome: EventField.fromPath('$.detail.state'), at: EventField.time },
          }),
        }),
      ],
    });
  }

  private action(stage: DeliveryStage, source: Artifact): CodeBuildAction | ManualApprovalAction {
    switch (stage.kind) {
      case 'commands':
        return this.build(stage.id, stage.commands, source);
      case 'approval':
        return new ManualApprovalAction({
          actionName: pascalCase(stage.id),
          notificationTopic: this.props.approvals,
          additionalInformation: `Release of ${this.props.platform} into ${stage.environment}: #{Source.CommitMessage}`,
        });
      case 'deploy':
        return this.deploy(stage, source);
    }
  }

  private build(id: string, commands: readonly string[], source: Artifact): CodeBuildAction {
    return new CodeBuildAction({
      actionName: pascalCase(id),
      input: source,
      project: this.project(id, commands),
    });
  }

  /** Deploys by the roles that `cdk bootstrap` made in the environment's account; the build itself may do nothing else. */
  private deploy(stage: Extract<DeliveryStage, { kind: 'deploy' }>, source: Artifact): CodeBuildAction {
    const target = this.props.environments.find((one) => one.name === stage.environment)?.aws;
    const [account, region] = target ? [target.account, target.region] : [Aws.ACCOUNT_ID, Aws.REGION];
    const { own, laters } = this.props;
    const to = laters.find(({ name }) => name === stage.environment);
    const images = this.props.images.map(({ model, purpose, image }) => ({
      here: image,
      there: imageParameter([to?.platform ?? '', model, purpose]),
    }));
    const { commands, statements } =
      own === null || to === undefined ? { commands: [], statements: [] } : handover(this, to, images);
    const project = this.project(stage.id, [
      'npm ci',
      `npx cdk deploy "${this.props.platform}-${stage.environment}" --require-approval never`,
      ...commands,
    ]);
    for (const statement of statements) project.addToRolePolicy(statement);
    project.addToRolePolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['deploy', 'file-publishing', 'lookup'].map(
          (purpose) => `arn:${Aws.PARTITION}:iam::${account}:role/cdk-hnb659fds-${purpose}-role-${account}-${region}`,
        ),
      }),
    );
    return new CodeBuildAction({ actionName: pascalCase(stage.id), input: source, project });
  }

  /** Builds each image, pushes it under the commit, and writes its digest to the parameter that the platform reads. */
  private images(source: Artifact): CodeBuildAction {
    const { images } = this.props;
    const commands = images.flatMap(({ folder, image }) => {
      const repository = image.repository!.repositoryUri;
      const name = image.repository!.repositoryName;
      return [
        `docker build --platform linux/amd64 --tag "${repository}:$CODEBUILD_RESOLVED_SOURCE_VERSION" "${folder}"`,
        `docker push "${repository}:$CODEBUILD_RESOLVED_SOURCE_VERSION" || aws ecr describe-images --repository-name "${name}" --image-ids imageTag="$CODEBUILD_RESOLVED_SOURCE_VERSION"`,
        `DIGEST=$(aws ecr describe-images --repository-name "${name}" --image-ids imageTag="$CODEBUILD_RESOLVED_SOURCE_VERSION" --query "imageDetails[0].imageDigest" --output text)`,
        `aws ssm put-parameter --overwrite --name "${image.parameterName}" --value "${repository}@$DIGEST"`,
      ];
    });
    const registry = `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    const login = `aws ecr get-login-password | docker login --username AWS --password-stdin "${registry}"`;
    const project = this.project('images', [login, ...commands], 'docker');
    for (const { image } of images) {
      image.repository!.grantPullPush(project);
      project.addToRolePolicy(
        new PolicyStatement({ actions: ['ecr:DescribeImages'], resources: [image.repository!.repositoryArn] }),
      );
      project.addToRolePolicy(new PolicyStatement({ actions: ['ssm:PutParameter'], resources: [image.parameterArn!] }));
    }
    return new CodeBuildAction({ actionName: 'Images', input: source, project });
  }

  /** @param needs what the commands are run with: the definition's own image may have neither Docker nor the CLI of AWS */
  private project(
    id: string,
    commands: readonly string[],
    needs: 'definition' | 'aws' | 'docker' = 'definition',
  ): PipelineProject {
    const { plan, encryptionKey } = this.props;
    const own = needs === 'definition' ? plan.buildImage.aws : null;
    const images = needs === 'docker';
    return new PipelineProject(this, pascalCase(id), {
      description: `${this.props.platform}: ${id}`,
      timeout: Duration.seconds(plan.timeoutSeconds),
      environment: {
        // Images for SageMaker are amd64; they need Docker, which needs a privileged build.
        buildImage: images
          ? LinuxBuildImage.AMAZON_LINUX_2023_5
          : own === null
            ? LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0
            : buildImageOf(this, `${pascalCase(id)}BuildImage`, own),
        computeType: ComputeType.SMALL,
        privileged: images,
      },
      ...(encryptionKey && { encryptionKey }),
      logging: {
        cloudWatch: {
          logGroup: new LogGroup(this, `${pascalCase(id)}Logs`, {
            retention: RetentionDays.THREE_MONTHS,
            removalPolicy: RemovalPolicy.DESTROY,
            ...(encryptionKey && { encryptionKey }),
          }),
        },
      },
      buildSpec: BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: [...commands] } } }),
    });
  }
}
