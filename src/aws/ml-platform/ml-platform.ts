import { Annotations, Stack, Tags, Token } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { PlatformInput } from '../../definition/input';
import { parsePlatformOrThrow } from '../../definition/parse';
import type { PlatformDefinition } from '../../definition/platform';
import { pascalCase } from '../../kernel/names';
import { DefinitionError, show } from '../../kernel/problem';
import { stageIncludes } from '../../kernel/stages';
import type { Finding } from '../../plan/findings/finding';
import type { Plan } from '../../plan/plan';
import { planPlatform } from '../../plan/plan-platform';
import { platformKey } from '../support/encryption';
import type { MetricSubject } from '../support/metric';
import { type PlatformNetwork, PrivateNetwork, wiredNetwork } from '../support/network';
import { type INotifications, Notifications } from '../support/notifications';
import { type Neighbours, neighboursOf, platformIn } from '../support/places';
import { AuditTrail } from './audit-trail';
import { COST_TAGS, renderBudget } from './budgets';
import { renderDashboards } from './dashboards';
import { Delivery } from './delivery';
import { ImageIntake, letPull } from './image-handover';
import { ModelConstructs } from './model-constructs';
import { VersionIntake, VersionOffer } from './promotion';
import { blockTraining } from './training-block';

export interface MlPlatformProps {
  /** The definition, as written or parsed. */
  readonly definition: PlatformDefinition | PlatformInput | { readonly [key: string]: unknown };
  /** Name of the environment that this stack is. @default - the first one */
  readonly environment?: string;
  /** A VPC to run in. @default - one with endpoints when security.network is private, none otherwise */
  readonly network?: IVpc;
  /** Key of everything stored. @default - a key of its own, or keys of AWS when security.encryption is managed */
  readonly encryptionKey?: IKey;
  /** Who is told. @default - topics with the contacts of the definition */
  readonly notifications?: INotifications;
  /**
   * Whether the parts of each model stand in a nested stack of its own. A stack has 500 resources, which three models of stage scale
   * come to. Decide before the first deployment: what is there cannot be moved by an update.
   * @default false
   */
  readonly nestModels?: boolean;
}

/** A whole ML platform in one stack: the parts of every model and what they share. */
export class MlPlatform extends Construct {
  readonly definition: PlatformDefinition;
  readonly plan: Plan;
  readonly environment: string;
  /** Prefix of physical names and dimension of metrics. */
  readonly platform: string;
  readonly incidents: INotifications;
  readonly delivery: Delivery;
  /** The service dashboard; `dashboards` has all. */
  readonly dashboard: Dashboard;
  readonly dashboards: readonly Dashboard[];
  readonly audit: AuditTrail;
  readonly findings: readonly Finding[];
  private readonly neighbours: Neighbours;
  private readonly models: Readonly<Record<string, ModelConstructs>>;

  constructor(scope: Construct, id: string, props: MlPlatformProps) {
    super(scope, id);
    this.definition = parsePlatformOrThrow(props.definition, `${this.node.path}: the platform definition is not valid`);
    this.plan = planPlatform(this.definition);
    const { plan, definition } = this;
    this.findings = plan.findings;
    this.reportFindings();
    const environment = this.environmentOf(props.environment);
    this.environment = environment.name;
    this.platform = platformIn(plan.platform.name, plan.environments, environment.name);
    this.tag();

    const { security } = plan;
    const encryptionKey =
      props.encryptionKey ??
      (security.encryption === 'customerKey'
        ? platformKey(this, 'Key', `Platform ${this.platform}`, security.deletionProtection)
        : undefined);
    const network = this.network(props.network, encryptionKey);
    this.incidents =
      props.notifications ??
      new Notifications(this, 'Incidents', { incidents: plan.incidents, ...(encryptionKey && { encryptionKey }) });
    this.neighbours = neighboursOf(plan.platform.name, plan.environments, environment.name);
    const { first, own } = this.neighbours;
    const isFirst = plan.environments[0]!.name === environment.name;
    const wiring = {
      notifications: this.incidents,
      ...(network && { network }),
      ...(!isFirst && first !== null && own !== null && { images: first }),
      runbooks: definition.incidents.runbooks.baseUrl ?? '',
    };
    this.models = Object.fromEntries(
      Object.entries(plan.models).map(([name, modelPlan]) => {
        const model = definition.models[name]!;
        const parts = new ModelConstructs(this, pascalCase(name), {
          platform: this.platform,
          definition,
          model,
          plan: modelPlan,
          wiring,
          ...(encryptionKey && { encryptionKey }),
          nested: props.nestModels ?? false,
        });
        // Environments that share an account are told apart in its bills.
        const tag = this.platform === plan.platform.name ? name : `${this.platform}/${name}`;
        Tags.of(parts).add(COST_TAGS.model, tag);
        for (const [key, value] of Object.entries(modelPlan.tags)) Tags.of(parts).add(key, value);
        if (modelPlan.budget) {
          const budget = renderBudget(parts, 'Budget', {
            platform: this.platform,
            model: name,
            tag,
            budget: modelPlan.budget,
            notifications: this.incidents,
          });
          if (budget && modelPlan.budget.onExceeded === 'blockTraining') {
            blockTraining(parts, {
              model: name,
              budget,
              pipeline: parts.pipeline,
              topic: this.incidents.topics.ticket,
            });
          }
        }
        return [name, parts];
      }),
    );
    if (plan.budget) {
      renderBudget(this, 'Budget', {
        platform: this.platform,
        model: null,
        budget: plan.budget,
        notifications: this.incidents,
      });
    }
    const subjectOf = (model: string): MetricSubject => ({
      platform: this.platform,
      model,
      endpointName: this.model(model).endpoint.endpointName,
    });
    this.dashboards = renderDashboards(this, this.platform, plan.dashboards, subjectOf);
    this.dashboard = this.dashboards[0]!;
    const registries = Object.values(this.models).map(({ registry }) => registry);
    this.audit = new AuditTrail(this, 'Audit', {
      ledgers: Object.fromEntries(registries.map((registry) => [registry.model, registry.ledgerBucket])),
      artifacts: registries.map((registry) => registry.artifactBucket),
      tables: registries.map((registry) => registry.stateTable),
      retentionSeconds: plan.governance.auditRetentionSeconds,
      recordAccess: stageIncludes(plan.platform.stage, 'scale'),
      ...(encryptionKey && { encryptionKey }),
      deletionProtection: security.deletionProtection,
    });
    this.promotion(encryptionKey);
    this.delivery = this.renderDelivery(encryptionKey);
    this.node.defaultChild = this.dashboard.node.defaultChild;
  }

  /**
   * The parts of a model.
   * @throws DefinitionError with the known names when there is no such model
   */
  model(name: string): ModelConstructs {
    const parts = Object.hasOwn(this.models, name) ? this.models[name] : undefined;
    if (parts) return parts;
    throw this.unknown('model', name, Object.keys(this.models));
  }

  private unknown(what: string, name: string, known: readonly string[]): DefinitionError {
    return new DefinitionError(`${this.node.path} has no such ${what}`, [
      {
        code: `unknown${pascalCase(what)}`,
        path: `${this.node.path}.${what}`,
        got: show(name),
        expected: `one of ${known.join(', ')}`,
        fix: `name one of them, or add it to the definition`,
      },
    ]);
  }

  /** Errors stop the synthesis, all at once; the rest is shown with the construct. */
  private reportFindings(): void {
    const open = this.findings.filter((finding) => finding.acknowledged === null);
    const errors = open.filter((finding) => finding.severity === 'error');
    if (errors.length > 0) {
      throw new DefinitionError(
        `${this.node.path}: the definition has findings that must be mended or acknowledged`,
        errors.map(({ id, path, message, fix }) => ({
          code: id,
          path,
          got: message,
          expected: 'no finding of severity error',
          fix: `${fix}; or acknowledge ${id} under governance.acknowledge with a reason`,
        })),
      );
    }
    for (const { id, severity, path, message, fix } of open) {
      const text = `${path}: ${message} (${fix})`;
      if (severity === 'warning') Annotations.of(this).addWarningV2(`ml-platform-constructs:${id}:${path}`, text);
      else Annotations.of(this).addInfoV2(`ml-platform-constructs:${id}:${path}`, text);
    }
  }

  private environmentOf(name: string | undefined): Plan['environments'][number] {
    const { environments } = this.plan;
    const found = name === undefined ? environments[0] : environments.find((one) => one.name === name);
    if (found) return found;
    throw this.unknown(
      'environment',
      name ?? '',
      environments.map((one) => one.name),
    );
  }

  /** Versions that are promoted in an environment are offered to the one after it. */
  private promotion(encryptionKey: IKey | undefined): void {
    const { first, before, own, after, laters } = this.neighbours;
    const parts = Object.values(this.models);
    if (own !== null && after !== null) {
      const registries = parts.map(({ registry }) => registry);
      new VersionOffer(this, 'Offer', { own, to: after, registries, ...(encryptionKey && { encryptionKey }) });
    }
    if (own !== null && before !== null) {
      new VersionIntake(this, 'Intake', { own, from: before, pipelines: parts.map(({ pipeline }) => pipeline) });
    }
    const images = parts.flatMap(({ pipeline, endpoint }) => [pipeline.trainerImage, endpoint.serverImage]);
    const built = images.filter(({ parameterName }) => parameterName !== undefined);
    if (own === null || built.length === 0) return;
    if (first?.name === own.name) {
      const accounts = [...new Set(laters.map(({ account }) => account))];
      letPull(
        built,
        accounts.filter((account) => account !== own.account),
      );
    } else if (first !== null) {
      new ImageIntake(this, 'Images', { own, first, images: built });
      if (first.region !== own.region) {
        Annotations.of(this).addWarningV2(
          'ml-platform-constructs:images-of-another-region',
          `SageMaker pulls images of its own region alone, and ${first.name} builds them in ${first.region}: name images for ${own.region} (image.aws), or put both environments into one region`,
        );
      }
    }
  }

  private tag(): void {
    const { owner, tags } = this.plan.platform;
    const all = {
      ...tags,
      [COST_TAGS.platform]: this.platform,
      'mlp:owner': owner,
      'mlp:environment': this.environment,
    };
    for (const [key, value] of Object.entries(all)) Tags.of(this).add(key, value);
  }

  private network(vpc: IVpc | undefined, encryptionKey: IKey | undefined): PlatformNetwork | undefined {
    if (vpc) return wiredNetwork(this, vpc);
    if (this.plan.security.network === 'standard') return undefined;
    return new PrivateNetwork(this, 'Network', encryptionKey ? { encryptionKey } : {});
  }

  /** The delivery stands in the first environment and deploys to all. */
  private renderDelivery(encryptionKey: IKey | undefined): Delivery {
    const { plan } = this;
    const first = plan.environments[0]!.name === this.environment;
    const { stackName } = Stack.of(this);
    const deployed = `${plan.platform.name}-${this.environment}`;
    const isAnother = !Token.isUnresolved(stackName) && stackName !== deployed;
    if (first && plan.delivery.source.connection.aws !== null && isAnother) {
      Annotations.of(this).addWarningV2(
        'ml-platform-constructs:stack-of-another-name',
        `the delivery deploys ${deployed}, and this stack is named ${stackName}: name it ${deployed}`,
      );
    }
    const parts = Object.values(this.models);
    return new Delivery(this, 'Delivery', {
      platform: plan.platform.name,
      plan: plan.delivery,
      enabled: first,
      environments: plan.environments,
      own: this.neighbours.own,
      laters: this.neighbours.laters,
      images: plan.delivery.images.map(({ model, purpose, folder }) => ({
        model,
        purpose,
        folder,
        image: purpose === 'trainer' ? this.model(model).pipeline.trainerImage : this.model(model).endpoint.serverImage,
      })),
      pipelines: parts.map(({ pipeline }) => pipeline),
      handlers: Object.fromEntries(parts.map(({ endpoint }) => [endpoint.model, endpoint.handler])),
      approvals: this.incidents.topics.ticket,
      ...(encryptionKey && { encryptionKey }),
    });
  }
}
