import { RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { z } from 'zod';
import { PREFIXES } from '../../contract/aws';
import { dataSchema } from '../../definition/data';
import { evaluationSchema } from '../../definition/evaluation';
import { asMap } from '../../definition/raw';
import { dataRules } from '../../definition/rules/data';
import { evaluationRules } from '../../definition/rules/evaluation';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { trainingSchema } from '../../definition/training';
import { toJson } from '../../kernel/json';
import { TASKS, type Task } from '../../kernel/metric-catalogue';
import { localRunbook } from '../../plan/alarm';
import { planPipeline } from '../../plan/pipeline';
import type { PipelinePlan } from '../../plan/plan';
import type { Step, StepGraph } from '../../plan/step-graph';
import type { ICanaryEndpoint } from '../canary-endpoint/endpoint-interface';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import { type RenderedAlarm, renderAlarms } from '../support/alarm-renderer';
import { type ContainerImage, containerImage } from '../support/container-image';
import { DataTables } from '../support/data-tables';
import { handlerEnvironment } from '../support/environment';
import { Handler } from '../support/handler';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { PlatformNetwork } from '../support/network';
import type { INotifications } from '../support/notifications';
import { onStopped, saidOfExecution } from '../support/on-stopped';
import { grantPermissions, type Reach } from '../support/permissions';
import { tagsOf } from '../support/resource-tags';
import { logRetention, retentionSeconds } from '../support/retention';
import { workflow } from '../support/state-machine';
import { type AslMachine, stepGraphToAsl } from '../support/step-graph-to-asl';
import type { Wiring } from '../support/wiring';
import { onApproval } from './approvals';
import { ImportedPipeline } from './imported-pipeline';
import { MANAGED_JOBS } from './managed-jobs';
import { PipelineGrants } from './pipeline-grants';
import type { IEvalGatePipeline } from './pipeline-interface';
import { PipelineMetrics } from './pipeline-metrics';

export interface EvalGatePipelineProps {
  /** Name of the model. */
  readonly model: string;
  readonly task: Task;
  readonly data: SectionInput<typeof dataSchema>;
  readonly training: SectionInput<typeof trainingSchema>;
  /** When a candidate is good enough. @default - no gate: versions are registered on their trainer's metrics and wait for a person */
  readonly evaluation?: SectionInput<typeof evaluationSchema>;
  readonly registry: IModelRegistry;
  /** Who is told of failures. @default - nobody: the alarms have no action */
  readonly notifications?: INotifications;
  /** Wired by MlPlatform. @default - planned from the sections */
  readonly wiring?: Wiring<PipelinePlan>;
}

const RETRIES = 3;

/** Job names are at most 63 characters: this, `-t` (so that no name is that of what serves), a dash and a SHA-1. */
const JOB_PREFIX_LENGTH = 20;

/** The model pipeline as a state machine: validate → train → evaluate → gate → register, each failure with its reason. */
export class EvalGatePipeline extends Construct implements IEvalGatePipeline {
  /** A pipeline that exists already. */
  static fromStateMachineArn(
    scope: Construct,
    id: string,
    stateMachineArn: string,
    registry: IModelRegistry,
  ): IEvalGatePipeline {
    return new ImportedPipeline(scope, id, stateMachineArn, registry);
  }

  readonly model: string;
  readonly registry: IModelRegistry;
  readonly plan: PipelinePlan;
  readonly stateMachine: StateMachine;
  readonly handler: Handler;
  /** What the training job may do. */
  readonly trainingRole: Role;
  readonly trainerImage: ContainerImage;
  readonly tables: DataTables;
  readonly alarms: readonly RenderedAlarm[];
  readonly grants: PipelineGrants;
  readonly metrics: PipelineMetrics;
  private readonly machineRole: Role;
  private readonly reach: Reach;
  private readonly network: PlatformNetwork | undefined;
  private endpoint: ICanaryEndpoint | undefined;

  constructor(scope: Construct, id: string, props: EvalGatePipelineProps) {
    super(scope, id);
    this.plan = props.wiring?.plan ?? this.planned(props);
    this.model = this.plan.model;
    this.registry = props.registry;
    const { registry, plan } = this;
    const { encryptionKey } = registry;
    const notifications = props.notifications ?? props.wiring?.notifications;
    const network = props.wiring?.network;
    this.network = network;
    const runbooks = props.wiring?.runbooks ?? '';

    this.tables = new DataTables(this, 'Tables', { registry, data: plan.data, purpose: 'training' });
    this.trainerImage = containerImage(
      this,
      'Trainer',
      plan.training.image,
      [registry.platform, registry.model, 'trainer'],
      registry,
      props.wiring?.images,
    );
    this.trainingRole = new Role(this, 'TrainingRole', {
      assumedBy: new ServicePrincipal('sagemaker.amazonaws.com'),
      description: `Training of ${this.model}: frozen data in, model and metrics out`,
    });
    const jobPrefix = `${physicalName(JOB_PREFIX_LENGTH - 2, registry.platform, registry.model)}-t`;
    this.reach = {
      registry,
      sources: this.tables.sources,
      query: this.tables,
      trainingJobPrefix: jobPrefix,
      passedRoles: [this.trainingRole],
      images: [this.trainerImage],
      topics: notifications ? Object.values(notifications.topics) : [],
      encryptionKey,
      ...(network && { network }),
    };
    grantPermissions(this.trainingRole, plan.permissions, 'trainer', this.reach);

    this.handler = new Handler(this, 'Handler', {
      handlerRole: 'pipeline',
      unhandled: { platform: registry.platform, model: this.model, runbooks, ...(notifications && { notifications }) },
      description: `Steps of the pipeline of ${this.model}`,
      logRetention: logRetention(plan),
      encryptionKey,
      network,
      environment: {
        ...handlerEnvironment({ registry, notifications, network, runbooks }),
        ...this.tables.environment,
        MLP_SERVER_IMAGE: this.trainerImage.reference,
      },
    });
    const smokeRows = smokeRowsOf(plan.graph);
    const jobs = smokeRows === null ? ('tidyUp' as const) : ('measure' as const);
    grantPermissions(this.handler.role, plan.permissions, 'pipeline', { ...this.reach, jobs, approvals: true });

    onApproval(this, registry, this.handler);

    this.machineRole = new Role(this, 'StateMachineRole', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs the pipeline of ${this.model}`,
    });
    this.handler.function.grantInvoke(this.machineRole);
    const runs = { permissions: [{ role: 'pipeline', action: 'runTraining', because: 'jobs' }] } as const;
    grantPermissions(this.machineRole, runs.permissions, 'pipeline', this.reach);
    this.readParameter(this.trainerImage);
    this.stateMachine = workflow(this, 'StateMachine', {
      name: physicalName(NAME_LIMITS.stateMachine, registry.platform, registry.model, 'pipeline'),
      role: this.machineRole,
      logRetention: logRetention(plan),
      encryptionKey,
      definition: () => this.definition(jobPrefix, smokeRows),
    });
    onStopped(
      this,
      this.stateMachine,
      ['ABORTED', 'TIMED_OUT', 'FAILED'],
      `Runs of ${this.model} that were stopped are recorded, and leave no endpoint`,
      new LambdaFunction(this.handler.function, {
        retryAttempts: RETRIES,
        deadLetterQueue: this.handler.deadLetters,
        event: RuleTargetInput.fromObject({
          stopped: saidOfExecution(),
          arguments: { model: this.model },
          jobPrefix,
          isMeasured: smokeRows !== null,
        }),
      }),
    );
    const queries = retentionSeconds(plan, 'queryResults');
    if (queries !== undefined) registry.expireAfter(PREFIXES.queries, queries);
    const subject = { platform: registry.platform, model: registry.model, endpointName: '' };
    this.alarms = renderAlarms(this, subject, plan.alarms, notifications);
    this.grants = new PipelineGrants(this);
    this.metrics = new PipelineMetrics(subject);
    this.node.defaultChild = this.stateMachine.node.defaultChild;
  }

  /**
   * Hands versions that passed to an endpoint's release controller, and scores candidates with what serves. Without it,
   * versions are registered and wait for a person.
   */
  releaseTo(endpoint: ICanaryEndpoint): void {
    this.endpoint = endpoint;
    const { function: lambda, role } = this.handler;
    lambda.addEnvironment('MLP_RELEASE_MACHINE', endpoint.releaseController.stateMachineArn);
    lambda.addEnvironment('MLP_ENDPOINT', endpoint.endpointName);
    lambda.addEnvironment('MLP_SERVER_IMAGE', endpoint.serverImage.reference);
    const wired: Reach = {
      registry: this.registry,
      releaseArn: endpoint.releaseController.stateMachineArn,
      images: [endpoint.serverImage],
    };
    const needed = [
      { role: 'pipeline', action: 'startRelease', because: 'requestRelease' },
      { role: 'pipeline', action: 'pullImage', because: 'register: image of the version' },
    ] as const;
    grantPermissions(role, needed, 'pipeline', wired);
    const scoring = [{ role: 'trainer', action: 'pullImage', because: 'score with what serves' }] as const;
    grantPermissions(this.trainingRole, scoring, 'trainer', wired);
    this.readParameter(endpoint.serverImage);
  }

  /** The definition of the state machine, printed from the plan. */
  private definition(jobPrefix: string, smokeRows: number | null): AslMachine {
    return stepGraphToAsl(this.endpoint ? this.plan.graph : withoutRelease(this.plan.graph), {
      handlerArn: this.handler.function.functionArn,
      job: (step) =>
        MANAGED_JOBS[step.job](step, {
          registry: this.registry,
          training: this.plan.training,
          trainerImage: this.trainerImage,
          scoringImage: this.endpoint?.serverImage ?? this.trainerImage,
          serving: this.endpoint?.compute ?? this.plan.training.compute,
          role: this.trainingRole,
          handlerArn: this.handler.function.functionArn,
          data: toJson(this.plan.data),
          smokeRows,
          jobPrefix,
          tags: tagsOf(this.stateMachine),
          ...(this.network && { network: this.network }),
        }),
    });
  }

  /** The state machine looks up the digest of an image that we build. */
  private readParameter(image: ContainerImage): void {
    if (image.parameterArn === undefined) return;
    const lookUp = [{ role: 'pipeline', action: 'pullImage', because: 'digest of the last build' }] as const;
    grantPermissions(this.machineRole, lookUp, 'pipeline', {
      registry: this.registry,
      images: [{ reference: image.reference, parameterArn: image.parameterArn }],
    });
  }

  private planned(props: EvalGatePipelineProps): PipelinePlan {
    const sections = new SectionReader(this);
    const model = sections.model(props.model, props.registry.model);
    const task = sections.read('task', z.enum(TASKS), props.task);
    const data = sections.read('data', dataSchema, props.data, dataRules);
    const training = sections.read('training', trainingSchema, props.training);
    const context = { task: props.task, columns: asMap(asMap(props.data)?.['columns']) };
    const evaluation = sections.optional('evaluation', evaluationSchema, props.evaluation, evaluationRules, context);
    sections.done();
    return planPipeline({
      model,
      task,
      data,
      training,
      evaluation,
      drift: null,
      pipelineSuccess: null,
      retrainRelease: 'automatic',
      runbook: localRunbook,
    });
  }
}

/** Rows of which the latency is measured before a candidate may pass; null when the gate asks for no latency. */
function smokeRowsOf(graph: StepGraph): number | null {
  const gate = graph.steps.find((step) => step.kind === 'task' && step.use === 'decideGate');
  if (gate?.kind !== 'task' || !gate.arguments['evaluation']) return null;
  const { serving } = evaluationSchema.parse(gate.arguments['evaluation']);
  return serving.maxLatencyP99 === undefined ? null : serving.smokeRows;
}

/** No release controller is wired: a version that passed is registered, and the run ends there. */
function withoutRelease(graph: StepGraph): StepGraph {
  const skipped = new Map(
    graph.steps.flatMap((step): [string, string][] =>
      step.kind === 'choice' && step.id === 'mayRelease' ? [[step.id, step.otherwise]] : [],
    ),
  );
  const dropped = new Set(['mayRelease', 'requestRelease']);
  const steps = graph.steps
    .filter((step) => !dropped.has(step.id))
    .map((step): Step => ('next' in step ? { ...step, next: skipped.get(step.next) ?? step.next } : step));
  return { ...graph, steps };
}
