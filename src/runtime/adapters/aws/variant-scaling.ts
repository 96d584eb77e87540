import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { VARIANTS, type Variant } from '../../../contract/aws';
import { errorName } from './sdk-error';
import { TargetChangingError } from './target-changing';

/** How many instances a variant may have, and what one of them takes. */
export interface ScalingLimits {
  readonly min: number;
  readonly max: number;
  /** Requests a minute. */
  readonly targetRequestsPerInstance: number;
}

/** A target of Application Auto Scaling, whose words these are. */
const NAMESPACE = 'sagemaker';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
const POLICY = 'requests-per-instance';

/**
 * Autoscaling of an endpoint's variants. Only limits and policies are written here: how many instances there are is the
 * autoscaling's own decision.
 */
export class VariantScaling {
  constructor(
    private readonly client: ApplicationAutoScalingClient,
    private readonly endpoint: string,
    private readonly limits: ScalingLimits,
  ) {}

  /**
   * Brings what is registered in line with the variants that serve; what is so already is left alone. While two of them do,
   * a release goes on and instances are added only: a fallback without requests keeps the machines for all of them.
   * @throws TargetChangingError while another change of a target is under way
   */
  async follow(serving: readonly Variant[]): Promise<void> {
    const { min, max } = this.limits;
    const wanted = min < max ? serving : [];
    const registered = await this.registered();
    await this.deregister(VARIANTS.filter((variant) => registered.has(variant) && !wanted.includes(variant)));
    for (const variant of wanted) {
      const keepsMachines = serving.length > 1;
      if (!this.isRegistered(registered.get(variant), keepsMachines)) await this.register(variant, keepsMachines);
      if ((await this.targetValue(variant)) !== this.limits.targetRequestsPerInstance) await this.putPolicy(variant);
    }
  }

  /** Ends the autoscaling of variants, with its policies and alarms: SageMaker neither removes nor replaces one that has it. */
  async deregister(variants: readonly Variant[]): Promise<void> {
    for (const variant of variants) {
      await unlessChanging(this.endpoint, async () => {
        try {
          await this.client.send(new DeregisterScalableTargetCommand(this.target(variant)));
        } catch (error) {
          if (errorName(error) !== 'ObjectNotFoundException') throw error;
        }
      });
    }
  }

  private async registered(): Promise<ReadonlyMap<Variant, ScalableTarget>> {
    const { ScalableTargets = [] } = await this.client.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace: NAMESPACE,
        ScalableDimension: DIMENSION,
        ResourceIds: VARIANTS.map((variant) => this.target(variant).ResourceId),
      }),
    );
    return new Map(
      VARIANTS.flatMap((variant): [Variant, ScalableTarget][] => {
        const found = ScalableTargets.find(({ ResourceId }) => ResourceId === this.target(variant).ResourceId);
        return found === undefined ? [] : [[variant, found]];
      }),
    );
  }

  private isRegistered(target: ScalableTarget | undefined, keepsMachines: boolean): boolean {
    return (
      target?.MinCapacity === this.limits.min &&
      target.MaxCapacity === this.limits.max &&
      (target.SuspendedState?.DynamicScalingInSuspended ?? false) === keepsMachines
    );
  }

  private register(variant: Variant, keepsMachines: boolean): Promise<void> {
    return unlessChanging(this.endpoint, async () => {
      await this.client.send(
        new RegisterScalableTargetCommand({
          ...this.target(variant),
          MinCapacity: this.limits.min,
          MaxCapacity: this.limits.max,
          SuspendedState: {
            DynamicScalingInSuspended: keepsMachines,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
          },
        }),
      );
    });
  }

  /** What the policy aims at, in requests a minute and instance; undefined when there is none. */
  private async targetValue(variant: Variant): Promise<number | undefined> {
    const { ScalingPolicies = [] } = await this.client.send(
      new DescribeScalingPoliciesCommand({ ...this.target(variant), PolicyNames: [POLICY] }),
    );
    return ScalingPolicies[0]?.TargetTrackingScalingPolicyConfiguration?.TargetValue;
  }

  private putPolicy(variant: Variant): Promise<void> {
    return unlessChanging(this.endpoint, async () => {
      await this.client.send(
        new PutScalingPolicyCommand({
          ...this.target(variant),
          PolicyName: POLICY,
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
            TargetValue: this.limits.targetRequestsPerInstance,
          },
        }),
      );
    });
  }

  private target(variant: Variant) {
    return {
      ServiceNamespace: NAMESPACE,
      ScalableDimension: DIMENSION,
      ResourceId: `endpoint/${this.endpoint}/variant/${variant}`,
    } as const;
  }
}

/** A target that somebody else is changing is asked again with the next call. */
async function unlessChanging(endpoint: string, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (errorName(error) === 'ConcurrentUpdateException') throw new TargetChangingError(endpoint);
    throw error;
  }
}
