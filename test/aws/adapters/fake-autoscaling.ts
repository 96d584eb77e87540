import { serviceError } from './fake-client';

interface Target {
  readonly ServiceNamespace: string;
  readonly ScalableDimension: string;
  readonly ResourceId: string;
}
export interface Registered extends Target {
  readonly MinCapacity: number;
  readonly MaxCapacity: number;
  readonly SuspendedState: { readonly DynamicScalingInSuspended: boolean };
}
interface Policy extends Target {
  readonly PolicyName: string;
  readonly TargetTrackingScalingPolicyConfiguration: {
    readonly TargetValue: number;
    readonly PredefinedMetricSpecification: { readonly PredefinedMetricType: string };
  };
}

/** Application Auto Scaling as far as variants of endpoints go: targets, and policies that go with them. */
export class FakeAutoscaling {
  readonly targets = new Map<string, Registered>();
  readonly policies = new Map<string, Policy>();
  /** Calls that are refused because another change of a target is under way. */
  concurrent = 0;

  operations() {
    return {
      RegisterScalableTarget: (input: Registered) => {
        this.refuseConcurrent();
        if (input.MinCapacity > input.MaxCapacity) throw serviceError('ValidationException', 'min above max');
        this.targets.set(input.ResourceId, { ...this.targets.get(input.ResourceId), ...input });
        return {};
      },
      DeregisterScalableTarget: ({ ResourceId }: Target) => {
        this.refuseConcurrent();
        if (!this.targets.delete(ResourceId)) throw serviceError('ObjectNotFoundException');
        this.policies.delete(ResourceId);
        return {};
      },
      DescribeScalableTargets: ({ ResourceIds }: { ResourceIds: readonly string[] }) => ({
        ScalableTargets: ResourceIds.flatMap((id) => this.targets.get(id) ?? []),
      }),
      PutScalingPolicy: (input: Policy) => {
        if (!this.targets.has(input.ResourceId)) throw serviceError('ObjectNotFoundException');
        this.policies.set(input.ResourceId, input);
        return {};
      },
      DescribeScalingPolicies: ({ ResourceId, PolicyNames }: Target & { PolicyNames: readonly string[] }) => {
        const found = this.policies.get(ResourceId);
        return { ScalingPolicies: found && PolicyNames.includes(found.PolicyName) ? [found] : [] };
      },
    };
  }

  /** What is registered, by variant: `{ blue: '2..4 at 600' }`; `, out only` where nothing is taken away. */
  byVariant(): Record<string, string> {
    return Object.fromEntries(
      [...this.targets.values()]
        .map(({ ResourceId, MinCapacity, MaxCapacity, SuspendedState }): [string, string] => {
          const aim = this.policies.get(ResourceId)?.TargetTrackingScalingPolicyConfiguration.TargetValue;
          const only = SuspendedState.DynamicScalingInSuspended ? ', out only' : '';
          return [ResourceId.split('/').at(-1)!, `${MinCapacity}..${MaxCapacity} at ${aim}${only}`];
        })
        .sort(),
    );
  }

  private refuseConcurrent(): void {
    if (this.concurrent-- > 0) throw serviceError('ConcurrentUpdateException');
  }
}
