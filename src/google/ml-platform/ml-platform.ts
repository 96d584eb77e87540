import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { Construct } from 'constructs';
import type { PlatformInput } from '../../definition/input';
import { parsePlatformOrThrow } from '../../definition/parse';
import type { PlatformDefinition } from '../../definition/platform';
import { pascalCase } from '../../kernel/names';
import { DefinitionError, show } from '../../kernel/problem';
import { stageIncludes } from '../../kernel/stages';
import type { Finding } from '../../plan/findings/finding';
import { runbookLinks } from '../../plan/incidents';
import type { Plan } from '../../plan/plan';
import { planPlatform } from '../../plan/plan-platform';
import { enableApis } from '../support/apis';
import { Annotations, TerraformStack } from '../support/cdktf';
import { labelsOf } from '../support/labels';
import { providerOf } from '../support/location';
import { neighboursOf, ownsProject, platformIn } from '../support/places';
import { NO_PROMOTION, providePlatformContext } from '../support/platform-context';
import { AuditTrail } from './audit-trail';
import { Budget } from './budget';
import { Dashboards } from './dashboards';
import { Delivery } from './delivery';
import { EncryptionKey, type IEncryptionKey } from './encryption-key';
import { ModelConstructs } from './model-constructs';
import { type INetwork, PrivateNetwork } from './network';
import { type INotifications, Notifications } from './notifications';
import { TrainingBlock } from './training-block';
import { VersionOffers } from './version-offers';

export interface MlPlatformProps {
  /** The definition, as written or parsed. */
  readonly definition: PlatformDefinition | PlatformInput | { readonly [key: string]: unknown };
  /** Name of the environment that this stack is. @default - the first one */
  readonly environment?: string;
  /** A network to run in. @default - one of its own when security.network is private, none otherwise */
  readonly network?: INetwork;
  /** Key of everything stored. @default - a key of its own, or Google's keys when security.encryption is managed */
  readonly encryptionKey?: IEncryptionKey;
  /** Who is told. @default - channels and topics for the contacts of the definition */
  readonly notifications?: INotifications;
  /** Billing account that budgets are set on, `XXXXXX-XXXXXX-XXXXXX`. @default - `google.billingAccount` of the environment; without it no budgets, and a warning where the definition asks for one */
  readonly billingAccount?: string;
}

/** A whole ML platform in one stack: the parts of every model and what they share. */
export class MlPlatform extends Construct {
  readonly definition: PlatformDefinition;
  readonly plan: Plan;
  readonly environment: string;
  /** Prefix of physical names and label of metrics. */
  readonly platform: string;
  readonly incidents: INotifications;
  readonly delivery: Delivery;
  readonly dashboard: Dashboards;
  readonly audit: AuditTrail;
  readonly findings: readonly Finding[];
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
    this.provide(environment);
    enableApis(new Construct(this, 'Apis'), { delivers: plan.delivery.source.connection.google !== null });

    const { owner, stage, tags } = plan.platform;
    const labels = labelsOf({ ...tags, platform: this.platform, owner, stage, environment: this.environment });
    const runbook = runbookLinks(definition.incidents.runbooks);
    const context = {
      platform: this.platform,
      labels,
      network: null,
      runbook,
      ownsProject: ownsProject(plan.environments, environment.name),
      promotion: NO_PROMOTION,
    };
    providePlatformContext(this, context);
    const network =
      props.network ??
      (plan.security.network === 'private' ? new PrivateNetwork(this, 'Network', { platform: this.platform }) : null);
    providePlatformContext(this, { ...context, network });
    const { security } = plan;
    const encryptionKey =
      security.encryption === 'managed'
        ? undefined
        : (props.encryptionKey ?? new EncryptionKey(this, 'Key', { deletionProtection: security.deletionProtection }));
    const kmsKeyName = encryptionKey?.keyName ?? null;
    const notifications =
      props.notifications ?? new Notifications(this, 'Incidents', { incidents: plan.incidents, kmsKeyName });
    this.incidents = notifications;
    const { before, own, after, laters } = neighboursOf(plan.platform.name, plan.environments, environment.name);
    const offers = own && after ? new VersionOffers(this, 'Offers', { own, to: after, laters, kmsKeyName }) : undefined;
    const intake = own && before ? { from: before, own } : null;
    const promotion = { offersTopic: offers?.topicId ?? null, intake };
    providePlatformContext(this, { ...context, network, promotion });
    const billingAccount = props.billingAccount ?? environment.google?.billingAccount;
    this.models = Object.fromEntries(
      Object.entries(plan.models).map(([name, modelPlan]) => [
        name,
        new ModelConstructs(this, pascalCase(name), {
          definition,
          model: definition.models[name]!,
          plan: modelPlan,
          notifications,
          isBilled: billingAccount !== undefined,
          ...(encryptionKey && { encryptionKey }),
        }),
      ]),
    );
    for (const { registry } of Object.values(this.models)) offers?.letRead(registry);
    this.dashboard = new Dashboards(this, 'Dashboards', {
      dashboards: plan.dashboards,
      objectives: Object.entries(this.models).flatMap(([model, { endpoint }]) =>
        Object.entries(endpoint.objectives.objectives).map(([id, { name }]) => ({ model, id, name })),
      ),
      subjectOf: (model) => ({
        platform: this.platform,
        model: model ?? this.platform,
        endpointId: model === null ? null : this.model(model).endpoint.endpointId,
      }),
    });
    this.audit = new AuditTrail(this, 'Audit', {
      governance: plan.governance,
      kmsKeyName,
      deletionProtection: security.deletionProtection,
      recordAccess: stageIncludes(plan.platform.stage, 'scale'),
    });
    this.delivery = new Delivery(this, 'Delivery', {
      delivery: plan.delivery,
      environment: this.environment,
      registries: Object.fromEntries(Object.entries(this.models).map(([name, { registry }]) => [name, registry])),
      // A later environment takes the versions of the one before it.
      pipelines: intake === null ? Object.values(this.models).map(({ pipeline }) => pipeline) : [],
      endpoints: Object.values(this.models).map(({ endpoint }) => endpoint),
    });
    this.budgets(billingAccount, notifications);
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
        fix: 'name one of them, or add it to the definition',
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
      const text = `${id}: ${path}: ${message} (${fix})`;
      if (severity === 'warning') Annotations.of(this).addWarning(text);
      else Annotations.of(this).addInfo(text);
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

  /** The provider of the environment, where the stack has none. */
  private provide({ google }: Plan['environments'][number]): void {
    const stack = TerraformStack.of(this);
    if (google && !providerOf(stack)) {
      new GoogleProvider(stack, 'google', { project: google.project, region: google.region });
    }
  }

  private budgets(billingAccount: string | undefined, notifications: INotifications): void {
    const wanted = [
      ...(this.plan.budget ? [{ model: null, budget: this.plan.budget, scope: this as Construct }] : []),
      ...Object.entries(this.plan.models).flatMap(([model, { budget }]) =>
        budget ? [{ model, budget, scope: this.model(model) as Construct }] : [],
      ),
    ];
    if (billingAccount === undefined) {
      if (wanted.length > 0) {
        Annotations.of(this).addWarning(
          'budget: Cloud Billing sets budgets on a billing account, and none is given, so that nothing that was spent is told or blocks training (set google.billingAccount of the environment)',
        );
      }
      return;
    }
    for (const { model, budget, scope } of wanted) {
      const block =
        model !== null && budget.onExceeded === 'blockTraining'
          ? new TrainingBlock(scope, 'TrainingBlock', { pipeline: this.model(model).pipeline })
          : undefined;
      new Budget(scope, 'Budget', { budget, billingAccount, model, notifications, ...(block && { block }) });
    }
  }
}
