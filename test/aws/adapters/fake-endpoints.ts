import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { FakeAutoscaling } from './fake-autoscaling';
import { fakeClient, serviceError } from './fake-client';

export interface ProductionVariant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InstanceType: string;
  readonly InitialInstanceCount: number;
  readonly InitialVariantWeight: number;
}
export interface Configuration {
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly ProductionVariant[];
  readonly ShadowProductionVariants?: readonly ProductionVariant[];
  readonly DataCaptureConfig?: { readonly DestinationS3Uri: string };
}
interface Fleet {
  weight: number;
  count: number;
}
interface Endpoint {
  readonly config: string;
  readonly fleets: Map<string, Fleet>;
  busy: number;
  /** Instances alone change: no new configuration is under way. */
  scales: boolean;
}
interface Update extends Configuration {
  readonly RetainAllVariantProperties?: boolean;
  readonly ExcludeRetainedVariantProperties?: readonly { readonly VariantPropertyType: string }[];
}

/**
 * SageMaker as far as endpoints go: changes take some looks, an update can fail and be taken back in silence, and a variant
 * that autoscaling has registered is neither removed nor given another machine.
 */
export function fakeSageMaker({
  looks = 0,
  failUpdates = false,
  autoscaling,
}: {
  readonly looks?: number;
  readonly failUpdates?: boolean;
  readonly autoscaling?: FakeAutoscaling;
} = {}) {
  const configurations = new Map<string, Configuration>();
  /** Image of each model, by its name. */
  const models = new Map<string, string | undefined>();
  /** Where the archive of each lies. */
  const archives = new Map<string, string | undefined>();
  let beforeUpdate: (() => void) | undefined;
  let endpoint: Endpoint | undefined;
  const existing = (): Endpoint => {
    if (endpoint === undefined) throw serviceError('ValidationException', 'Could not find endpoint');
    return endpoint;
  };
  const idle = (): Endpoint => {
    beforeUpdate?.();
    beforeUpdate = undefined;
    const found = existing();
    if (found.busy > 0) throw serviceError('ValidationException', 'Cannot update in-progress endpoint "acme-churn"');
    return found;
  };
  const start = (name: string, kept: ReadonlyMap<string, Fleet> = new Map(), keepsWeights = false): void => {
    const fleets = configurations.get(name)!.ProductionVariants.map((one): [string, Fleet] => {
      const before = kept.get(one.VariantName);
      const weight = keepsWeights ? (before?.weight ?? one.InitialVariantWeight) : one.InitialVariantWeight;
      return [one.VariantName, { weight, count: before?.count ?? one.InitialInstanceCount }];
    });
    endpoint = { config: name, fleets: new Map(fleets), busy: looks, scales: false };
  };
  const refuseScaled = ({ config }: Endpoint, next: readonly ProductionVariant[]): void => {
    for (const { VariantName, InstanceType } of configurations.get(config)!.ProductionVariants) {
      const after = next.find((one) => one.VariantName === VariantName);
      const isScaled = autoscaling?.targets.has(`endpoint/acme-churn/variant/${VariantName}`);
      if (isScaled && after?.InstanceType !== InstanceType) {
        throw serviceError('ValidationException', `${VariantName} is registered for autoscaling: deregister it first`);
      }
    }
  };
  const client = fakeClient<SageMakerClient>({
    DescribeModel: ({ ModelName }: { ModelName: string }) => {
      if (!models.has(ModelName)) throw serviceError('ValidationException', `Could not find model ${ModelName}`);
      return { PrimaryContainer: { ModelDataUrl: archives.get(ModelName) } };
    },
    CreateModel: ({
      ModelName,
      PrimaryContainer,
    }: {
      ModelName: string;
      PrimaryContainer?: { Image: string; ModelDataUrl?: string };
    }) => {
      if (models.has(ModelName)) throw serviceError('ValidationException', 'Cannot create already existing model');
      models.set(ModelName, PrimaryContainer?.Image);
      archives.set(ModelName, PrimaryContainer?.ModelDataUrl);
    },
    CreateEndpointConfig: (input: Configuration) => {
      if (configurations.has(input.EndpointConfigName)) {
        throw serviceError('ValidationException', 'Cannot create already existing endpoint configuration');
      }
      for (const { ModelName } of input.ProductionVariants) {
        if (!models.has(ModelName)) throw serviceError('ValidationException', `Could not find model ${ModelName}`);
      }
      configurations.set(input.EndpointConfigName, input);
    },
    CreateEndpoint: ({ EndpointConfigName }: Configuration) => start(EndpointConfigName),
    UpdateEndpoint: (input: Update) => {
      const found = idle();
      refuseScaled(found, configurations.get(input.EndpointConfigName)!.ProductionVariants);
      const excluded = (input.ExcludeRetainedVariantProperties ?? []).map((one) => one.VariantPropertyType);
      if (failUpdates) found.busy = looks;
      else if (!input.RetainAllVariantProperties) start(input.EndpointConfigName);
      else start(input.EndpointConfigName, found.fleets, !excluded.includes('DesiredWeight'));
    },
    UpdateEndpointWeightsAndCapacities: (input: {
      DesiredWeightsAndCapacities: readonly {
        VariantName: string;
        DesiredWeight: number;
        DesiredInstanceCount?: number;
      }[];
    }) => {
      const found = idle();
      for (const { VariantName, DesiredWeight, DesiredInstanceCount } of input.DesiredWeightsAndCapacities) {
        const fleet = found.fleets.get(VariantName)!;
        found.fleets.set(VariantName, { weight: DesiredWeight, count: DesiredInstanceCount ?? fleet.count });
      }
      found.busy = looks;
    },
    DeleteEndpoint: () => {
      refuseScaled(idle(), []);
      endpoint = undefined;
    },
    DescribeEndpoint: () => {
      const found = existing();
      const changes = found.busy-- > 0;
      return {
        EndpointStatus: changes ? 'Updating' : 'InService',
        EndpointConfigName: found.config,
        ...(changes && !found.scales && { PendingDeploymentSummary: { EndpointConfigName: found.config } }),
        ProductionVariants: [...found.fleets].map(([VariantName, { weight, count }]) => ({
          VariantName,
          CurrentWeight: weight,
          DesiredWeight: weight,
          CurrentInstanceCount: count,
          DesiredInstanceCount: count,
        })),
      };
    },
    DescribeEndpointConfig: ({ EndpointConfigName }: Configuration) => configurations.get(EndpointConfigName),
  });
  return {
    client,
    configurations,
    models,
    current: () => configurations.get(endpoint?.config ?? ''),
    /** Instances by variant. */
    counts: () => Object.fromEntries([...(endpoint?.fleets ?? [])].map(([name, { count }]) => [name, count])),
    /** Something that happens between a look at the endpoint and the next change of it. */
    beforeNextUpdate(happens: () => void): void {
      beforeUpdate = happens;
    },
    /** Autoscaling gives a variant another number of instances, which takes some looks. */
    scale(variant: string, count: number, busy = 0): void {
      const found = existing();
      const target = autoscaling?.targets.get(`endpoint/acme-churn/variant/${variant}`);
      if (target === undefined || count < target.MinCapacity || count > target.MaxCapacity) {
        throw new Error(`autoscaling may not give ${variant} ${count} instances`);
      }
      found.fleets.set(variant, { ...found.fleets.get(variant)!, count });
      Object.assign(found, { busy, scales: true });
    },
  };
}
