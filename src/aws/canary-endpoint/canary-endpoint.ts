import { ArnFormat, Stack } from 'aws-cdk-lib';
import { RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { z } from 'zod';
import { PREFIXES } from '../../contract/aws';
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
import type { ComputePlan, EndpointPlan } from '../../plan/plan';
import { instanceType } from '../eval-gate-pipeline/managed-jobs';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import { alarmsOfKinds, type RenderedAlarm, renderAlarms } from '../support/alarm-renderer';
import { type ContainerImage, containerImage } from '../support/container-image';
import { removalPolicy } from '../support/encryption';
import { handlerEnvironment } from '../support/environment';
import { Handler } from '../support/handler';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { INotifications } from '../support/notifications';
import { onAlarm, startOnAlarm } from '../support/on-alarm';
import { onStopped, saidOfExecution } from '../support/on-stopped';
import { grantPermissions, type Reach } from '../support/permissions';
import { logRetention, retentionSeconds } from '../support/retention';
import { scheduleCall } from '../support/schedules';
import { workflow } from '../support/state-machine';
import { stepGraphToAsl } from '../support/step-graph-to-asl';
import type { Wiring } from '../support/wiring';
import { EndpointGrants } from './endpoint-grants';
import type { ICanaryEndpoint } from './endpoint-interface';
import { EndpointMetrics } from './endpoint-metrics';
import { CAPTURE_DAYS, type CanaryEndpointAttributes, ImportedEndpoint } from './imported-endpoint';

export interface CanaryEndpointProps {
  /** Name of the model. */
  readonly model: string;
  readonly task: Task;
  readonly serving: SectionInput<typeof servingSchema>;
  readonly release: SectionInput<typeof releaseSchema>;
  /** @default - no alarm on latency */
  readonly latency?: SectionInput<typeof latencySchema>;
  /** @default - no alarm on errors */
  readonly errors?: SectionInput<typeof errorsSchema>;
  readonly registry: IModelRegistry;
  /** Who is told of alarms. @default - nobody: the alarms have no action */
  readonly notifications?: INotifications;
  /** Wired by MlPlatform. @default - planned from the sections */
  readonly wiring?: Wiring<EndpointPlan>;
}

const DAY = 86_400;
const RETRIES = 3;

/**
 * Serving of one model and the controller that releases into it. The endpoint itself is not in the template: the controller
 * makes it for the first approved version and owns its traffic, so that neither a deployment nor autoscaling fights a release.
 */
export class CanaryEndpoint extends Construct implements ICanaryEndpoint {
  /** An endpoint that exists already. */
  static fromCanaryEndpointAttributes(
    scope: Construct,
    id: string,
    attributes: CanaryEndpointAttributes,
  ): ICanaryEndpoint {
    return new ImportedEndpoint(scope, id, attributes);
  }

  readonly model: string;
  readonly registry: IModelRegistry;
  readonly plan: EndpointPlan;
  readonly endpointName: string;
  readonly releaseController: StateMachine;
  /** What a page alarm starts. */
  readonly incidents: StateMachine;
  readonly handler: Handler;
  /** What the served container may do. */
  readonly serverRole: Role;
  readonly serverImage: ContainerImage;
  readonly compute: ComputePlan;
  readonly captureSeconds: number;
  readonly alarms: readonly RenderedAlarm[];
  readonly grants: EndpointGrants;
  readonly metrics: EndpointMetrics;

  constructor(scope: Construct, id: string, props: CanaryEndpointProps) {
    super(scope, id);
    this.plan = props.wiring?.plan ?? this.planned(props);
    this.model = this.plan.model;
    this.registry = props.registry;
    const { registry, plan } = this;
    const { encryptionKey } = registry;
    const notifications = props.notifications ?? props.wiring?.notifications;
    const network = props.wiring?.network;
    const runbooks = props.wiring?.runbooks ?? '';
    // Fails here, at synthesis, rather than in the first release.
    const machine = instanceType(plan.compute, 'serving', { registry });

    this.compute = plan.compute;
    this.endpointName = physicalName(NAME_LIMITS.endpoint, registry.platform, registry.model);
    this.captureSeconds = retentionSeconds(plan, 'capture') ?? CAPTURE_DAYS * DAY;
    registry.expireAfter(PREFIXES.capture, this.captureSeconds);
    const subject = { platform: registry.platform, model: registry.model, endpointName: this.endpointName };
    this.alarms = renderAlarms(this, subject, plan.alarms, notifications, plan.pageGroup);
    this.serverImage = containerImage(
      this,
      'Server',
      plan.image,
      [registry.platform, registry.model, 'server'],
      registry,
      props.wiring?.images,
    );
    this.serverRole = new Role(this, 'ServerRole', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      description: `Serving of ${this.model}: the model in, captured requests out`,
    });
    // SageMaker would make it with the first line, and keep for ever what the container says.
    new LogGroup(this, 'ServerLogs', {
      logGroupName: `/aws/sagemaker/Endpoints/${this.endpointName}`,
      retention: logRetention(plan),
      removalPolicy: removalPolicy(false),
      ...(encryptionKey && { encryptionKey }),
    });
    const controllerName = physicalName(NAME_LIMITS.stateMachine, registry.platform, registry.model, 'release');
    // By its name: the controller's definition names the handler.
    const controllerArn = Stack.of(this).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: controllerName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const reach: Reach = {
      registry,
      releaseArn: controllerArn,
      endpointName: this.endpointName,
      passedRoles: [this.serverRole],
      images: [this.serverImage],
      topics: notifications ? Object.values(notifications.topics) : [],
      encryptionKey,
      alarmPrefix: registry.platform,
      ...(network && { network }),
    };
    grantPermissions(this.serverRole, plan.permissions, 'server', reach);

    this.handler = new Handler(this, 'Handler', {
      handlerRole: 'release',
      description: `Steps of the release controller of ${this.model}`,
      logRetention: logRetention(plan),
      encryptionKey,
      network,
      unhandled: { platform: registry.platform, model: this.model, runbooks, ...(notifications && { notifications }) },
      environment: {
        ...handlerEnvironment({ registry, notifications, network, runbooks }),
        MLP_ENDPOINT: this.endpointName,
        MLP_SERVER_ROLE: this.serverRole.roleArn,
        MLP_SERVER_IMAGE: this.serverImage.reference,
        MLP_SERVER_INSTANCE: machine,
        MLP_RELEASE_MACHINE: controllerArn,
        MLP_INSTANCES_MIN: String(plan.instances.min),
        MLP_INSTANCES_MAX: String(plan.instances.max),
        MLP_TARGET_REQUESTS: String(plan.targetRequestsPerInstance),
        MLP_ABORT_ALARMS: this.alarms
          .filter(({ plan }) => plan.abortsRelease)
          .map((one) => one.alarmName)
          .join(','),
      },
    });
    grantPermissions(this.handler.role, plan.permissions, 'release', reach);
    const image = [{ role: 'release', action: 'pullImage', because: 'digest of the image to serve' }] as const;
    grantPermissions(this.handler.role, image, 'release', {
      registry,
      images: [{ reference: '', parameterArn: this.serverImage.parameterArn }],
    });

    const machineRole = new Role(this, 'ReleaseControllerRole', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs the releases of ${this.model}`,
    });
    this.handler.function.grantInvoke(machineRole);
    this.releaseController = workflow(this, 'ReleaseController', {
      name: controllerName,
      role: machineRole,
      logRetention: logRetention(plan),
      encryptionKey,
      definition: () => stepGraphToAsl(plan.graph, { handlerArn: this.handler.function.functionArn, job: () => [] }),
    });

    // Whoever stops a release stops it in the middle: a version that nobody watches any more must not keep its traffic. A
    // release that has ended by itself leaves no lock, and nothing to take back.
    onStopped(
      this,
      this.releaseController,
      ['ABORTED', 'TIMED_OUT', 'FAILED'],
      `Releases of ${this.model} that were stopped are taken back`,
      new SfnStateMachine(this.releaseController, {
        retryAttempts: RETRIES,
        deadLetterQueue: this.handler.deadLetters,
        input: RuleTargetInput.fromObject({ recovers: saidOfExecution().name }),
      }),
    );

    const incidentRole = new Role(this, 'IncidentRole', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Looks after the incidents of ${this.model}`,
    });
    this.handler.function.grantInvoke(incidentRole);
    this.incidents = workflow(this, 'Incidents', {
      name: physicalName(NAME_LIMITS.stateMachine, registry.platform, registry.model, 'incident'),
      role: incidentRole,
      logRetention: logRetention(plan),
      encryptionKey,
      definition: () =>
        stepGraphToAsl(plan.incidentGraph, { handlerArn: this.handler.function.functionArn, job: () => [] }),
    });

    const group = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: physicalName(NAME_LIMITS.scheduleGroup, registry.platform, registry.model, 'reports'),
      removalPolicy: removalPolicy(false),
    });
    for (const job of plan.jobs) scheduleCall(this, job, this.handler, group, encryptionKey);
    this.recordIncidents('Endpoint', this.alarms);
    this.grants = new EndpointGrants(this);
    this.metrics = new EndpointMetrics(subject);
    this.node.defaultChild = this.releaseController.node.defaultChild;
  }

  /**
   * Makes an incident of each page alarm that fires, which is over when the alarm is: of this endpoint, and of other parts.
   * @param part whose alarms they are, for construct ids
   */
  recordIncidents(part: string, alarms: readonly RenderedAlarm[]): void {
    const paged = alarms.filter(({ plan }) => plan.severity === 'page');
    for (const { kind, plan, group } of new Map(paged.map((one) => [one.kind, one])).values()) {
      startOnAlarm(
        this,
        {
          id: `${pascalCase(kind)}Incident`,
          description: `${kind} of ${this.model} becomes an incident with a record`,
          input: { kind, severity: plan.severity, runbook: plan.runbook, group },
          alarms: alarmsOfKinds(paged, [kind]),
        },
        this.incidents,
        this.handler.deadLetters,
      );
    }
    onAlarm(
      this,
      {
        id: `${part}IncidentsOver`,
        description: `An alarm of ${this.model} that is over ends its incident`,
        becomes: 'OK',
        use: 'resolveIncident',
        arguments: { model: this.model },
        alarms: paged,
      },
      this.handler,
    );
  }

  private planned(props: CanaryEndpointProps): EndpointPlan {
    const sections = new SectionReader(this);
    const model = sections.model(props.model, props.registry.model);
    const task = sections.read('task', z.enum(TASKS), props.task);
    const serving = sections.read('serving', servingSchema, props.serving, servingRules);
    const release = sections.read('release', releaseSchema, props.release, releaseRules);
    const latency = sections.optional('latency', latencySchema, props.latency);
    const errors = sections.optional('errors', errorsSchema, props.errors);
    sections.done();
    return planEndpoint({
      model,
      task,
      serving,
      release,
      latency,
      errors,
      availability: null,
      captureRetentionSeconds: CAPTURE_DAYS * DAY,
      incidents: defaultIncidentPolicy(),
      runbook: localRunbook,
    });
  }
}
