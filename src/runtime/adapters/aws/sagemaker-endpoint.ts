import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  type DeploymentConfig,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  DescribeModelCommand,
  type EndpointStatus,
  type ProductionVariant,
  type SageMakerClient,
  type Tag,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker';
import { PREFIXES, VARIANTS, type Variant } from '../../../contract/aws';
import {
  configurationName,
  deploymentName,
  type EndpointCapacity,
  type EndpointLayout,
  modelName,
  SHADOW_VARIANT,
  versionOfModel,
} from './endpoint-layout';
import { isMissing, unlessMissing, unlessThere } from './sagemaker-error';
import { forgetVersions } from './sagemaker-old-versions';
import { errorMessage, errorName } from './sdk-error';
import { TargetChangingError } from './target-changing';

export interface SageMakerEndpointOptions {
  readonly endpoint: string;
  /** Role of the served container. */
  readonly roleArn: string;
  readonly bucket: string;
  /** KMS key of captured requests; empty for keys of AWS. */
  readonly key: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** Of the endpoint, its configurations and models. */
  readonly tags: readonly Tag[];
}

/** SageMaker's deployment guardrails of one change. */
export interface Guardrails {
  readonly bakeSeconds: number;
  /** Names of CloudWatch alarms, at most ten. */
  readonly alarms: readonly string[];
}

/** SageMaker gives a guarded change up after so long, and goes back: before the step of the release does. */
const LONGEST_CHANGE_SECONDS = 3000;

const deploymentConfig = ({ bakeSeconds, alarms }: Guardrails): DeploymentConfig => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
    TerminationWaitInSeconds: bakeSeconds,
    MaximumExecutionTimeoutInSeconds: LONGEST_CHANGE_SECONDS,
  },
  AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) },
});

/** What is really so. */
export interface EndpointReading {
  readonly status: 'absent' | 'ready' | 'changing' | 'failed';
  /** Only the number of instances changes: versions and weights are what they were asked to be. */
  readonly scaling: boolean;
  readonly layout: EndpointLayout;
  /** `instances` are those of the largest variant that serves, as they are now. */
  readonly capacity: EndpointCapacity | null;
  readonly configuration: string | null;
  readonly reason: string | null;
}

const STATUS = {
  InService: 'ready',
  Creating: 'changing',
  Updating: 'changing',
  SystemUpdating: 'changing',
  RollingBack: 'changing',
  Deleting: 'changing',
  OutOfService: 'failed',
  Failed: 'failed',
  UpdateRollbackFailed: 'failed',
} as const satisfies Record<EndpointStatus, EndpointReading['status']>;

/** Share of production traffic that is mirrored at a shadow weight equal to the production variant's. */
const PRODUCTION_WEIGHT = 100;

/** The calls of SageMaker that make and read an endpoint; each is idempotent. */
export class SageMakerEndpoint {
  constructor(
    private readonly client: SageMakerClient,
    readonly options: SageMakerEndpointOptions,
  ) {}

  async read(): Promise<EndpointReading> {
    const { endpoint } = this.options;
    const found = await this.describe();
    if (found === undefined) {
      return {
        status: 'absent',
        scaling: false,
        layout: { production: {}, shadow: null },
        capacity: null,
        configuration: null,
        reason: null,
      };
    }
    const EndpointConfigName = found.EndpointConfigName;
    const config = await this.client.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const weights = new Map(
      found.ProductionVariants?.map(({ VariantName, CurrentWeight }) => [VariantName, CurrentWeight]),
    );
    const production: Partial<Record<Variant, { version: number; weight: number }>> = {};
    for (const { VariantName, ModelName, InitialVariantWeight } of config.ProductionVariants ?? []) {
      const version = versionOfModel(endpoint, ModelName);
      if (version === undefined) continue;
      production[VariantName as Variant] = { version, weight: weights.get(VariantName) ?? InitialVariantWeight ?? 0 };
    }
    const [mirrored] = config.ShadowProductionVariants ?? [];
    const version = versionOfModel(endpoint, mirrored?.ModelName);
    const [first] = config.ProductionVariants ?? [];
    const counts = (found.ProductionVariants ?? []).flatMap(({ CurrentInstanceCount }) => CurrentInstanceCount ?? []);
    return {
      status: STATUS[found.EndpointStatus ?? 'Failed'],
      scaling: isScaling(found),
      layout: {
        production,
        shadow:
          mirrored === undefined || version === undefined
            ? null
            : { version, percent: mirrored.InitialVariantWeight ?? 0 },
      },
      capacity: first
        ? {
            instanceType: first.InstanceType ?? '',
            instances: counts.length > 0 ? Math.max(...counts) : (first.InitialInstanceCount ?? 1),
            capturePercent: config.DataCaptureConfig?.InitialSamplingPercentage ?? 0,
          }
        : null,
      configuration: found.EndpointConfigName ?? null,
      reason: found.FailureReason ?? null,
    };
  }

  /** Makes a version's model known. */
  async createModel(version: number, image: string, archive: string): Promise<void> {
    const { endpoint, roleArn, subnets, securityGroups, tags } = this.options;
    await this.client
      .send(
        new CreateModelCommand({
          ModelName: modelName(endpoint, version),
          ExecutionRoleArn: roleArn,
          PrimaryContainer: {
            Image: image,
            ModelDataUrl: archive,
            Environment: { MLP_MODEL_DIR: '/opt/ml/model', PORT: '8080' },
          },
          Tags: [...tags],
          ...(subnets.length > 0 && {
            VpcConfig: { Subnets: [...subnets], SecurityGroupIds: [...securityGroups] },
            EnableNetworkIsolation: true,
          }),
        }),
      )
      .catch(unlessThere);
  }

  /**
   * Asks for a layout; SageMaker carries it out afterwards. Variants that stay keep the number of instances that autoscaling
   * has given them, whatever the configuration says.
   * @param guardrails the variants keep their names: SageMaker makes a second fleet, gives it all traffic, and goes back to
   *   the first one when an alarm fires while it bakes
   * @throws TargetChangingError when something has begun to change the endpoint meanwhile
   */
  async request(
    layout: EndpointLayout,
    capacity: EndpointCapacity,
    exists: boolean,
    guardrails?: Guardrails,
  ): Promise<void> {
    const { endpoint, tags } = this.options;
    const name = configurationName(endpoint, layout, capacity);
    await this.client
      .send(new CreateEndpointConfigCommand(this.configuration(name, layout, capacity)))
      .catch(unlessThere);
    const target = { EndpointName: endpoint, EndpointConfigName: name };
    if (!exists) {
      await this.client.send(new CreateEndpointCommand({ ...target, Tags: [...tags] }));
      return;
    }
    await this.unlessChanging(
      this.client.send(
        new UpdateEndpointCommand({
          ...target,
          RetainAllVariantProperties: true,
          ExcludeRetainedVariantProperties: [{ VariantPropertyType: 'DesiredWeight' }],
          ...(guardrails && { DeploymentConfig: deploymentConfig(guardrails) }),
        }),
      ),
    );
  }

  /** Weights alone: the numbers of instances stay. @throws TargetChangingError as above */
  async setWeights(weights: Readonly<Partial<Record<Variant, number>>>): Promise<void> {
    await this.unlessChanging(
      this.client.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: this.options.endpoint,
          DesiredWeightsAndCapacities: VARIANTS.flatMap((variant) => {
            const weight = weights[variant];
            return weight === undefined ? [] : [{ VariantName: variant, DesiredWeight: weight }];
          }),
        }),
      ),
    );
  }

  async delete(): Promise<void> {
    await this.unlessChanging(this.client.send(new DeleteEndpointCommand({ EndpointName: this.options.endpoint })));
  }

  /** Where the archive of a version's model lies, as SageMaker knows it; null where it has no such model. */
  async archiveOf(version: number): Promise<string | null> {
    const model = await this.client
      .send(new DescribeModelCommand({ ModelName: modelName(this.options.endpoint, version) }))
      .catch(unlessMissing);
    return model?.PrimaryContainer?.ModelDataUrl ?? null;
  }

  /** Deletes configurations that are not in force and of which a version is not kept, and the models of such versions. */
  async forget(isKept: (version: number) => boolean, inForce: string | null): Promise<void> {
    await forgetVersions(this.client, this.options.endpoint, isKept, inForce);
  }

  /** SageMaker refuses a change while another one goes on, which autoscaling may have begun since the last look. */
  private async unlessChanging(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (error) {
      if (errorName(error) === 'ValidationException' && /in-progress/i.test(errorMessage(error))) {
        throw new TargetChangingError(this.options.endpoint);
      }
      throw error;
    }
  }

  private configuration(name: string, layout: EndpointLayout, capacity: EndpointCapacity) {
    const { endpoint, bucket, key, tags } = this.options;
    const variant = (name: Variant | typeof SHADOW_VARIANT, version: number, weight: number): ProductionVariant => ({
      VariantName: name,
      ModelName: modelName(endpoint, version),
      InstanceType: capacity.instanceType as ProductionVariant['InstanceType'],
      InitialInstanceCount: capacity.instances,
      InitialVariantWeight: weight,
    });
    const { shadow } = layout;
    return {
      EndpointConfigName: name,
      Tags: [...tags],
      ProductionVariants: VARIANTS.flatMap((slot) => {
        const served = layout.production[slot];
        return served ? [variant(slot, served.version, shadow ? PRODUCTION_WEIGHT : served.weight)] : [];
      }),
      ...(shadow && { ShadowProductionVariants: [variant(SHADOW_VARIANT, shadow.version, shadow.percent)] }),
      ...(capacity.capturePercent > 0 && {
        DataCaptureConfig: {
          EnableCapture: true,
          InitialSamplingPercentage: Math.round(capacity.capturePercent),
          DestinationS3Uri: `s3://${bucket}/${PREFIXES.capture}/${deploymentName(layout)}`,
          CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
          CaptureContentTypeHeader: { JsonContentTypes: ['application/json'] },
          ...(key !== '' && { KmsKeyId: key }),
        },
      }),
    };
  }

  private async describe() {
    try {
      return await this.client.send(new DescribeEndpointCommand({ EndpointName: this.options.endpoint }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** A new configuration is a pending deployment, and new weights are not in force yet; what is left are instances. */
const isScaling = ({ EndpointStatus, PendingDeploymentSummary, ProductionVariants = [] }: DescribeEndpointOutput) =>
  EndpointStatus === 'Updating' &&
  PendingDeploymentSummary === undefined &&
  ProductionVariants.every(({ CurrentWeight, DesiredWeight }) => CurrentWeight === DesiredWeight);
