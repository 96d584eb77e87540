import { BigqueryTable } from '@cdktf/provider-google/lib/bigquery-table';
import { VertexAiEndpoint } from '@cdktf/provider-google/lib/vertex-ai-endpoint';
import { Construct } from 'constructs';
import { z } from 'zod';
import { errorsSchema, latencySchema } from '../../definition/monitoring';
import { releaseSchema } from '../../definition/release';
import { releaseRules } from '../../definition/rules/release';
import { servingRules } from '../../definition/rules/serving';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { servingSchema } from '../../definition/serving';
import { TASKS, type Task } from '../../kernel/metric-catalogue';
import { pascalCase } from '../../kernel/names';
import { localRunbook } from '../../plan/alarm';
import { planEndpoint } from '../../plan/endpoint';
import { defaultIncidentPolicy } from '../../plan/incidents';
import type { EndpointPlan } from '../../plan/plan';
import { type INotifications, topicsOf } from '../ml-platform/notifications';
import type { IModelRegistry } from '../model-registry/model-registry';
import { Alarms } from '../support/alarm-renderer';
import { Annotations } from '../support/cdktf';
import { imageAddress, registryEnvironment } from '../support/environment';
import { handedOr } from '../support/handed-plan';
import { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { retentionSeconds } from '../support/retention';
import { RoleIdentity } from '../support/role-identity';
import { ScheduledCall } from '../support/scheduled-call';
import { StateMachine } from '../support/state-machine';
import { StoppedExecutions } from '../support/stopped-executions';
import { scheduledEvent } from '../support/task-event';
import { EndpointGrants } from './canary-endpoint-grants';
import { EndpointMetrics } from './canary-endpoint-metrics';
import { CAPTURE_FIELDS, CAPTURE_TABLE } from './capture-table';
import { type AlarmedPart, IncidentAlarms, IncidentIntake } from './incident-intake';
import { Objectives } from './objectives';
import { hasShadow, withoutShadow } from './without-shadow';

/** An endpoint as other constructs see it. */
export interface ICanaryEndpoint extends Construct {
  readonly model: string;
  /** Id of the Vertex AI endpoint in its project and region. */
  readonly endpointId: string;
  /** Table of captured requests in the registry's dataset. */
  readonly captureTable: string;
}

export interface CanaryEndpointProps {
  /** The model's name. */
  readonly model: string;
  readonly task: Task;
  readonly serving: SectionInput<typeof servingSchema>;
  readonly release: SectionInput<typeof releaseSchema>;
  /** @default - no latency alarm */
  readonly latency?: SectionInput<typeof latencySchema>;
  /** @default - no error alarm */
  readonly errors?: SectionInput<typeof errorsSchema>;
  readonly registry: IModelRegistry;
  /** @default - nobody is told */
  readonly notifications?: INotifications;
}

const DEFAULT_CAPTURE_SECONDS = 30 * 86_400;

/**
 * Serving of one model: a stable Vertex AI endpoint whose traffic belongs to the release controller, and the controller.
 * Terraform owns the endpoint and ignores its traffic and its deployed models, so that an apply never fights a canary.
 */
export class CanaryEndpoint extends Construct implements ICanaryEndpoint {
  readonly plan: EndpointPlan;
  readonly model: string;
  readonly endpointId: string;
  readonly captureTable: string;
  readonly releaseWorkflowId: string;
  readonly identity: RoleIdentity;
  readonly server: RoleIdentity;
  readonly handler: Handler;
  readonly alarms: Alarms;
  readonly objectives: Objectives;
  readonly grants: EndpointGrants;
  readonly metrics: EndpointMetrics;
  readonly incidents: IncidentIntake;
  private readonly incidentAlarms = new IncidentAlarms();

  constructor(scope: Construct, id: string, props: CanaryEndpointProps) {
    super(scope, id);
    const reader = new SectionReader(this);
    this.model = reader.model(props.model, props.registry.model);
    const task = reader.read('task', z.enum(TASKS), props.task);
    const serving = reader.read('serving', servingSchema, props.serving, servingRules);
    const release = reader.read('release', releaseSchema, props.release, releaseRules);
    const latency = reader.optional('latency', latencySchema, props.latency);
    const errors = reader.optional('errors', errorsSchema, props.errors);
    reader.done();
    this.plan = handedOr(props, () =>
      planEndpoint({
        model: this.model,
        task,
        serving,
        release,
        latency,
        errors,
        availability: null,
        captureRetentionSeconds: DEFAULT_CAPTURE_SECONDS,
        incidents: defaultIncidentPolicy(),
        runbook: localRunbook,
      }),
    );

    const { registry, notifications } = props;
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const capture = this.capture(registry, project);
    this.captureTable = capture.tableId;
    this.endpointId = physicalName(this, 'endpoint', context.platform, this.model);
    const endpoint = this.endpoint(registry, capture, project, region);

    const targets = {
      project,
      region,
      artifacts: registry.artifactBucketName,
      ledger: registry.ledgerBucketName,
      state: registry.stateBucketName,
      dataset: registry.datasetId,
      repository: registry.repositoryId,
      topics: topicsOf(notifications),
      offers: context.promotion.offersTopic,
    };
    this.server = new RoleIdentity(this, 'Server', { role: 'server', of: this.model, project }).grant(
      this.plan.permissions,
      targets,
    );
    this.identity = new RoleIdentity(this, 'Identity', { role: 'release', of: this.model, project }).grant(
      this.plan.permissions,
      { ...targets, actsAs: [this.server.account.name] },
    );
    const { compute, image } = this.plan;
    this.handler = new Handler(this, 'Handler', {
      role: 'release',
      of: this.model,
      identity: this.identity,
      // Deploying a model takes minutes; the handler waits for it.
      timeoutSeconds: Math.max(
        ...this.plan.graph.steps.map((step) => (step.kind === 'task' ? step.timeoutSeconds : 0)),
      ),
      kmsKeyName: registry.kmsKeyName,
      notifications,
      environment: {
        ...registryEnvironment(registry, notifications),
        MLP_TASK: task,
        MLP_CAPTURE_TABLE: CAPTURE_TABLE,
        MLP_ENDPOINT: this.endpointId,
        MLP_SERVER_ACCOUNT: this.server.email,
        ...(compute.google !== null && { MLP_SERVER_MACHINE: compute.google }),
        ...(compute.accelerator && {
          MLP_SERVER_ACCELERATOR: compute.accelerator.type,
          MLP_SERVER_ACCELERATOR_COUNT: String(compute.accelerator.count),
        }),
        MLP_SERVER_IMAGE: imageAddress(image, registry, 'server'),
        MLP_ALARMS: this.incidentAlarms.variable,
        ...(context.promotion.offersTopic !== null && { MLP_OFFERS: context.promotion.offersTopic }),
      },
    });
    const machine = new StateMachine(this, 'Release', {
      graph: withoutShadow(this.plan.graph),
      registry,
      identity: this.identity,
      handler: this.handler,
    });
    if (hasShadow(this.plan.graph)) {
      Annotations.of(this).addWarning(
        'release.shadow: a Vertex AI endpoint mirrors no requests; on Google Cloud a release starts with its first canary step',
      );
    }
    this.releaseWorkflowId = machine.workflowId;
    new StoppedExecutions(this, 'Stopped', {
      registry,
      handler: this.handler,
      identity: this.identity,
      workflowName: machine.workflowName,
      of: 'release',
    });
    for (const job of this.plan.jobs) {
      new ScheduledCall(this, `${pascalCase(job.id)}Schedule`, {
        model: this.model,
        schedule: job.schedule,
        path: `${this.node.path}.${job.id}.schedule`,
        event: scheduledEvent(job.use, job.id, job.arguments),
        handler: this.handler,
        identity: this.identity,
        timeoutSeconds: job.timeoutSeconds,
      });
    }
    this.node.defaultChild = endpoint;
    const subject = { platform: context.platform, model: this.model, endpointId: this.endpointId };
    this.objectives = new Objectives(this, 'Objectives', { objectives: this.plan.objectives, subject });
    this.alarms = new Alarms(this, 'Alarms', {
      burnRates: this.objectives.burnRates,
      pageGroup: this.plan.pageGroup,
      alarms: this.plan.alarms,
      metrics: this.plan.metrics,
      subject,
      notifications,
    });
    const { incidentGraph: graph } = this.plan;
    this.incidents = new IncidentIntake(this, 'Incidents', {
      graph,
      registry,
      handler: this.handler,
      identity: this.identity,
    });
    this.recordIncidents(this);
    this.grants = new EndpointGrants(this);
    this.metrics = new EndpointMetrics(subject);
  }

  /** Makes an incident of each page alarm that fires, which is over when the alarm is: of this endpoint, and of other parts. */
  recordIncidents({ plan, alarms }: AlarmedPart): void {
    this.incidents.watch(alarms, this.incidentAlarms.add(plan));
  }

  /** An endpoint that exists already. */
  static fromEndpointAttributes(
    scope: Construct,
    id: string,
    attributes: Omit<ICanaryEndpoint, keyof Construct>,
  ): ICanaryEndpoint {
    return new ImportedEndpoint(scope, id, attributes);
  }

  /** Vertex AI writes captured requests into this table; a day that is older than the retention goes. */
  private capture(registry: IModelRegistry, project: string): BigqueryTable {
    const seconds = retentionSeconds(this.plan, 'capture') ?? DEFAULT_CAPTURE_SECONDS;
    return new BigqueryTable(this, 'Capture', {
      project,
      datasetId: registry.datasetId,
      tableId: CAPTURE_TABLE,
      description: `Captured requests and answers of ${this.model}`,
      labels: modelLabels(platformContextOf(this), this.model),
      deletionProtection: registry.deletionProtection ?? true,
      schema: JSON.stringify(CAPTURE_FIELDS),
      timePartitioning: { type: 'DAY', field: 'logging_time', expirationMs: seconds * 1000 },
      ...(registry.kmsKeyName !== null && { encryptionConfiguration: { kmsKeyName: registry.kmsKeyName } }),
    });
  }

  private endpoint(
    registry: IModelRegistry,
    capture: BigqueryTable,
    project: string,
    region: string,
  ): VertexAiEndpoint {
    const context = platformContextOf(this);
    return new VertexAiEndpoint(this, 'Endpoint', {
      project,
      location: region,
      region,
      name: this.endpointId,
      displayName: `${context.platform}-${this.model}`,
      description: `Predictions of ${this.model}; traffic is the release controller's`,
      labels: modelLabels(context, this.model),
      ...(this.plan.capturePercent > 0 && {
        predictRequestResponseLoggingConfig: {
          enabled: true,
          samplingRate: this.plan.capturePercent / 100,
          bigqueryDestination: { outputUri: `bq://${project}.${registry.datasetId}.${capture.tableId}` },
        },
      }),
      ...(registry.kmsKeyName !== null && { encryptionSpec: { kmsKeyName: registry.kmsKeyName } }),
      ...(context.network !== null && {
        privateServiceConnectConfig: { enablePrivateServiceConnect: true, projectAllowlist: [project] },
      }),
      // deployed_models is computed only, and therefore never Terraform's to change.
      lifecycle: { ignoreChanges: ['traffic_split'] },
      dependsOn: [capture],
    });
  }
}

class ImportedEndpoint extends Construct implements ICanaryEndpoint {
  readonly model: string;
  readonly endpointId: string;
  readonly captureTable: string;

  constructor(scope: Construct, id: string, attributes: Omit<ICanaryEndpoint, keyof Construct>) {
    super(scope, id);
    this.model = attributes.model;
    this.endpointId = attributes.endpointId;
    this.captureTable = attributes.captureTable;
  }
}
