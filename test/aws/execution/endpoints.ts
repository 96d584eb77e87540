import type { FakeAutoscaling } from '../adapters/fake-autoscaling';
import { serviceError } from '../adapters/fake-client';
import type { Configuration, ProductionVariant } from '../adapters/fake-endpoints';

/** What serves at a moment. */
export interface Serving {
  readonly configuration: Configuration;
  readonly weights: ReadonlyMap<string, number>;
  readonly counts: ReadonlyMap<string, number>;
}

/** The session of a pipeline's handler. */
export const HANDLER = 'arn:aws:sts::111111111111:assumed-role/Pipeline/shop-pipeline';

interface Package {
  status: string;
  lineage?: object | undefined;
  metricsAt?: string | undefined;
  /** Image that serves it. */
  image?: string | undefined;
  /** Who has changed it last; the handler where nobody else has. */
  by?: string;
  properties: Record<string, string>;
}

/** How long SageMaker takes to change an endpoint, and its weights, in ms. */
export interface ChangeTimes {
  readonly endpoint: number;
  readonly weights: number;
}
const USUAL: ChangeTimes = { endpoint: 8 * 60_000, weights: 90_000 };

interface Listing {
  readonly NameContains: string;
  readonly NextToken?: string;
}

interface Guarded {
  readonly BlueGreenUpdatePolicy: {
    readonly TerminationWaitInSeconds: number;
    readonly MaximumExecutionTimeoutInSeconds: number;
  };
  readonly AutoRollbackConfiguration: { readonly Alarms: readonly { readonly AlarmName: string }[] };
}

/** SageMaker as far as models, packages, configurations and one endpoint go: what was asked for is there minutes later. */
export class Endpoints {
  readonly models = new Set<string>();
  /** Where the archive of each model lies. */
  readonly archives = new Map<string, string>();
  readonly configurations = new Map<string, Configuration>();
  readonly packages = new Map<string, Package>();
  /** Configurations in force that were deleted. */
  readonly orphaned: string[] = [];
  /** Updates of the endpoint that end in silence with the configuration of before. */
  silentRollbacks = 0;
  log: unknown[] = [];
  private serving: Serving | undefined;
  /** Changes that the guardrails have taken back. */
  takenBack = 0;
  private change:
    | {
        readonly until: number;
        readonly to: Serving | undefined;
        readonly status: string;
        readonly guard?: { readonly from: number; readonly before: Serving; readonly alarms: readonly string[] };
      }
    | undefined;

  constructor(
    private readonly now: () => number,
    private readonly autoscaling: FakeAutoscaling,
    private readonly takes: ChangeTimes = USUAL,
    /** Names of the alarms that fire now. */
    private readonly firing: () => readonly string[] = () => [],
  ) {}

  /** What answers requests at an instant, which is never before the last one; undefined when nothing does. */
  current(at = this.now()): Serving | undefined {
    const { change } = this;
    if (change?.guard !== undefined) {
      // The second fleet has all traffic and bakes: an alarm gives it back to the first one.
      if (at >= change.guard.from) this.serving = change.to;
      if (at >= change.guard.from && this.firing().some((name) => change.guard!.alarms.includes(name))) {
        this.serving = change.guard.before;
        this.change = undefined;
        this.takenBack += 1;
        return this.serving;
      }
    }
    if (change !== undefined && at >= change.until) {
      this.serving = change.to;
      this.change = undefined;
    }
    return this.serving;
  }

  /** Autoscaling gives a variant another number of instances, at once. */
  scale(variant: string, count: number): void {
    const serving = this.settled();
    const id = [...this.autoscaling.targets.keys()].find((one) => one.endsWith(`/variant/${variant}`));
    const target = this.autoscaling.targets.get(id ?? '');
    if (target === undefined || count > target.MaxCapacity)
      throw new RangeError(`${variant} does not scale to ${count}`);
    this.serving = { ...serving, counts: new Map(serving.counts).set(variant, count) };
  }

  operations() {
    return {
      CreateModel: ({
        ModelName,
        PrimaryContainer,
      }: {
        ModelName: string;
        PrimaryContainer: { readonly ModelDataUrl: string };
      }) => {
        if (this.models.has(ModelName)) throw invalid('Cannot create already existing model');
        this.models.add(ModelName);
        this.archives.set(ModelName, PrimaryContainer.ModelDataUrl);
        return {};
      },
      CreateEndpointConfig: (input: Configuration) => {
        if (this.configurations.has(input.EndpointConfigName)) {
          throw invalid('Cannot create already existing endpoint configuration');
        }
        const variants = [...input.ProductionVariants, ...(input.ShadowProductionVariants ?? [])];
        for (const { ModelName } of variants) {
          if (!this.models.has(ModelName)) throw invalid(`Could not find model ${ModelName}`);
        }
        if (input.ShadowProductionVariants !== undefined && input.ProductionVariants.length > 1) {
          throw invalid('A shadow goes with one production variant');
        }
        this.configurations.set(input.EndpointConfigName, input);
        return {};
      },
      ListEndpointConfigs: ({ NameContains, NextToken }: Listing) => {
        const { names, next } = this.page([...this.configurations.keys()], NameContains, NextToken);
        return {
          EndpointConfigs: names.map((EndpointConfigName) => ({ EndpointConfigName })),
          ...(next !== undefined && { NextToken: next }),
        };
      },
      ListModels: ({ NameContains, NextToken }: Listing) => {
        const { names, next } = this.page([...this.models], NameContains, NextToken);
        return { Models: names.map((ModelName) => ({ ModelName })), ...(next !== undefined && { NextToken: next }) };
      },
      DeleteEndpointConfig: ({ EndpointConfigName }: Configuration) => {
        // SageMaker takes this too, and the endpoint cannot be changed any more: nobody may ever do it.
        const inUse = [this.serving, this.change?.to].map((one) => one?.configuration.EndpointConfigName);
        if (inUse.includes(EndpointConfigName)) this.orphaned.push(EndpointConfigName);
        if (!this.configurations.delete(EndpointConfigName)) throw invalid('Could not find endpoint configuration');
        return {};
      },
      DescribeModel: ({ ModelName }: { ModelName: string }) => {
        if (!this.models.has(ModelName)) throw invalid('Could not find model');
        return { PrimaryContainer: { ModelDataUrl: this.archives.get(ModelName) } };
      },
      DeleteModel: ({ ModelName }: { ModelName: string }) => {
        if (!this.models.delete(ModelName)) throw invalid('Could not find model');
        return {};
      },
      CreateEndpoint: ({ EndpointConfigName }: Configuration) => {
        if (this.current() !== undefined || this.change !== undefined) throw invalid('Cannot create already existing');
        this.change = this.changeTo(servingOf(this.known(EndpointConfigName)), 'Creating', this.takes.endpoint);
        return {};
      },
      UpdateEndpoint: (input: Configuration & { RetainAllVariantProperties?: boolean; DeploymentConfig?: Guarded }) => {
        const before = this.settled();
        this.log.push(input);
        const next = this.known(input.EndpointConfigName);
        this.refuseScaled(before, next.ProductionVariants);
        const asked = servingOf(next, input.RetainAllVariantProperties ? before.counts : undefined);
        if (this.silentRollbacks > 0) {
          this.silentRollbacks -= 1;
          this.change = this.changeTo(before, 'Updating', this.takes.endpoint);
        } else if (input.DeploymentConfig !== undefined) {
          this.change = this.guarded(input.DeploymentConfig, before, asked);
        } else this.change = this.changeTo(asked, 'Updating', this.takes.endpoint);
        return {};
      },
      UpdateEndpointWeightsAndCapacities: (input: {
        DesiredWeightsAndCapacities: readonly { VariantName: string; DesiredWeight: number }[];
      }) => {
        const { configuration, weights, counts } = this.settled();
        const after = new Map(weights);
        this.log.push(input);
        for (const { VariantName, DesiredWeight } of input.DesiredWeightsAndCapacities) {
          if (!after.has(VariantName)) throw invalid(`Could not find variant ${VariantName}`);
          after.set(VariantName, DesiredWeight);
        }
        this.change = this.changeTo({ configuration, weights: after, counts }, 'Updating', this.takes.weights);
        return {};
      },
      DeleteEndpoint: () => {
        this.refuseScaled(this.settled(), []);
        this.serving = undefined;
        return {};
      },
      DescribeEndpoint: () => {
        const serving = this.current();
        if (serving === undefined && this.change === undefined) throw invalid('Could not find endpoint');
        const shown = serving ?? this.change!.to!;
        const { EndpointConfigName } = shown.configuration;
        const pending = this.change?.to?.configuration.EndpointConfigName;
        return {
          EndpointStatus: this.change?.status ?? 'InService',
          EndpointConfigName,
          ...(pending !== undefined && pending !== EndpointConfigName && { PendingDeploymentSummary: {} }),
          ProductionVariants: [...shown.weights].map(([VariantName, CurrentWeight]) => ({
            VariantName,
            CurrentWeight,
            DesiredWeight: this.change?.to?.weights.get(VariantName) ?? CurrentWeight,
            CurrentInstanceCount: shown.counts.get(VariantName),
            DesiredInstanceCount: shown.counts.get(VariantName),
          })),
        };
      },
      DescribeEndpointConfig: ({ EndpointConfigName }: Configuration) => this.known(EndpointConfigName),
      CreateModelPackage: (input: {
        ClientToken: string;
        CustomerMetadataProperties: Record<string, string>;
        MetadataProperties?: object;
        ModelMetrics?: { ModelQuality: { Statistics: { S3Uri: string } } };
        InferenceSpecification?: { Containers: readonly { Image: string }[] };
      }) => {
        const arn = `arn:aws:sagemaker:eu-central-1:111111111111:model-package/churn/${input.ClientToken}`;
        if (!this.packages.has(arn)) {
          this.packages.set(arn, {
            status: 'PendingManualApproval',
            properties: input.CustomerMetadataProperties,
            lineage: input.MetadataProperties,
            metricsAt: input.ModelMetrics?.ModelQuality.Statistics.S3Uri,
            image: input.InferenceSpecification?.Containers[0]?.Image,
          });
        }
        return { ModelPackageArn: arn };
      },
      UpdateModelPackage: (input: {
        ModelPackageArn: string;
        ModelApprovalStatus?: string;
        CustomerMetadataProperties: Record<string, string>;
      }) => {
        const found = this.packages.get(input.ModelPackageArn);
        if (found === undefined) throw invalid('ModelPackage does not exist');
        if (input.ModelApprovalStatus !== undefined) found.status = input.ModelApprovalStatus;
        found.by = HANDLER;
        Object.assign(found.properties, input.CustomerMetadataProperties);
        return {};
      },
      DescribeModelPackage: ({ ModelPackageName }: { ModelPackageName: string }) => {
        const found = this.packages.get(ModelPackageName);
        if (found === undefined) throw invalid('ModelPackage does not exist');
        return {
          ModelPackageArn: ModelPackageName,
          ModelApprovalStatus: found.status,
          CustomerMetadataProperties: found.properties,
          LastModifiedBy: { IamIdentity: { Arn: found.by ?? HANDLER } },
        };
      },
    };
  }

  /** Two at a time, so that whoever lists has to ask for more. */
  private page(all: readonly string[], part: string, token = '0') {
    const found = all.filter((name) => name.includes(part));
    const end = Number(token) + 2;
    return { names: found.slice(Number(token), end), next: end < found.length ? String(end) : undefined };
  }

  private known(name: string): Configuration {
    const found = this.configurations.get(name);
    if (found === undefined) throw invalid(`Could not find endpoint configuration ${name}`);
    return found;
  }

  /** What serves, when nothing is under way: SageMaker takes no change of an endpoint that changes. */
  private settled(): Serving {
    const serving = this.current();
    if (this.change !== undefined) throw invalid('Cannot update in-progress endpoint');
    if (serving === undefined) throw invalid('Could not find endpoint');
    return serving;
  }

  /** SageMaker neither takes a variant away that autoscaling has registered, nor gives it another machine. */
  private refuseScaled({ configuration }: Serving, next: readonly ProductionVariant[]): void {
    for (const { VariantName, InstanceType } of configuration.ProductionVariants) {
      const isScaled = [...this.autoscaling.targets.keys()].some((id) => id.endsWith(`/variant/${VariantName}`));
      const after = next.find((one) => one.VariantName === VariantName);
      if (isScaled && after?.InstanceType !== InstanceType) {
        throw invalid(`${VariantName} is registered for autoscaling: deregister it first`);
      }
    }
  }

  private guarded({ BlueGreenUpdatePolicy: policy, AutoRollbackConfiguration }: Guarded, before: Serving, to: Serving) {
    const names = (serving: Serving): string => [...serving.weights.keys()].sort().join(',');
    if (names(before) !== names(to)) throw invalid('Guardrails need the same variant names');
    const from = this.now() + this.takes.endpoint;
    const until = from + policy.TerminationWaitInSeconds * 1000;
    if (until - this.now() > policy.MaximumExecutionTimeoutInSeconds * 1000)
      throw invalid('The change would never end');
    const alarms = AutoRollbackConfiguration.Alarms.map(({ AlarmName }) => AlarmName);
    return { until, to, status: 'Updating', guard: { from, before, alarms } };
  }

  private changeTo(to: Serving | undefined, status: string, ms: number) {
    return { until: this.now() + ms, to, status };
  }
}

const servingOf = (configuration: Configuration, kept?: ReadonlyMap<string, number>): Serving => ({
  configuration,
  weights: new Map(configuration.ProductionVariants.map((one) => [one.VariantName, one.InitialVariantWeight])),
  counts: new Map(
    configuration.ProductionVariants.map((one) => [
      one.VariantName,
      kept?.get(one.VariantName) ?? one.InitialInstanceCount,
    ]),
  ),
});

const invalid = (message: string): Error => serviceError('ValidationException', message);
