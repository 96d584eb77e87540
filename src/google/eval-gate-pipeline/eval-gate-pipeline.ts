import { Construct } from 'constructs';
import { z } from 'zod';
import { type GoogleSmoke, type GoogleTraining, originSchema } from '../../contract/google';
import { dataSchema } from '../../definition/data';
import { evaluationSchema } from '../../definition/evaluation';
import { asMap } from '../../definition/raw';
import { columnsOf } from '../../definition/rules/context';
import { dataRules } from '../../definition/rules/data';
import { evaluationRules } from '../../definition/rules/evaluation';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { trainingSchema } from '../../definition/training';
import type { Location } from '../../definition/values';
import { TASKS, type Task } from '../../kernel/metric-catalogue';
import { localRunbook } from '../../plan/alarm';
import { planPipeline } from '../../plan/pipeline';
import type { ComputePlan, ImagePlan, PermissionPlan, PipelinePlan } from '../../plan/plan';
import type { StepGraph } from '../../plan/step-graph';
import { type INotifications, topicsOf } from '../ml-platform/notifications';
import type { IModelRegistry } from '../model-registry/model-registry';
import { Alarms } from '../support/alarm-renderer';
import { dataEnvironment, imageAddress, registryEnvironment } from '../support/environment';
import { handedOr } from '../support/handed-plan';
import { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { type PlatformContext, platformContextOf } from '../support/platform-context';
import { RoleIdentity } from '../support/role-identity';
import { StateMachine } from '../support/state-machine';
import { terraformText } from '../support/step-graph-to-workflow';
import { StoppedExecutions } from '../support/stopped-executions';
import { Approvals } from './approvals';
import { PipelineGrants } from './eval-gate-pipeline-grants';
import { PipelineMetrics } from './eval-gate-pipeline-metrics';
import { VersionIntake } from './version-intake';

/** A pipeline as other constructs see it. */
export interface IEvalGatePipeline extends Construct {
  readonly model: string;
  /** `projects/…/locations/…/workflows/…`. */
  readonly workflowId: string;
  readonly registry: IModelRegistry;
  /** Who is told of its runs; null where nobody is. */
  readonly notifications: INotifications | null;
  /** Where the model's data are: addresses to be allowed to read, and the variables that tell handlers. */
  readonly sources: readonly Location[];
  readonly handlerData: Readonly<Record<string, string>>;
}

/** What a pipeline that exists already is known by. */
export interface EvalGatePipelineAttributes {
  readonly model: string;
  /** `projects/…/locations/…/workflows/…`. */
  readonly workflowId: string;
  readonly registry: IModelRegistry;
  /** @default - nobody is told */
  readonly notifications?: INotifications;
  /** @default - the data are not read, so that new labels are not counted */
  readonly data?: { readonly task: Task; readonly section: SectionInput<typeof dataSchema> };
}

export interface EvalGatePipelineProps {
  /** The model's name. */
  readonly model: string;
  readonly task: Task;
  readonly data: SectionInput<typeof dataSchema>;
  readonly training: SectionInput<typeof trainingSchema>;
  /** @default - no gate: versions are registered on their trainer's metrics and wait for a person */
  readonly evaluation?: SectionInput<typeof evaluationSchema>;
  readonly registry: IModelRegistry;
  /** @default - nobody is told */
  readonly notifications?: INotifications;
  /** Machine that a candidate is asked on how fast it answers, where the gate asks that. @default - the trainer's */
  readonly servingCompute?: ComputePlan;
  /** Image that serves, and scores for the gate. @default - the one that the delivery builds */
  readonly servingImage?: ImagePlan;
  /** Whether a budget that is used up stops training (see `TrainingBlock`). @default false */
  readonly budgetBlocksTraining?: boolean;
}

/** The model pipeline: data checks, training, evaluation gate, registration. */
export class EvalGatePipeline extends Construct implements IEvalGatePipeline {
  readonly plan: PipelinePlan;
  readonly model: string;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly registry: IModelRegistry;
  readonly notifications: INotifications | null;
  readonly sources: readonly Location[];
  readonly handlerData: Readonly<Record<string, string>>;
  readonly identity: RoleIdentity;
  readonly trainer: RoleIdentity;
  readonly handler: Handler;
  readonly alarms: Alarms;
  readonly grants: PipelineGrants;
  readonly metrics: PipelineMetrics;

  constructor(scope: Construct, id: string, props: EvalGatePipelineProps) {
    super(scope, id);
    const reader = new SectionReader(this);
    this.model = reader.model(props.model, props.registry.model);
    const task = reader.read('task', z.enum(TASKS), props.task);
    const context = { task: props.task, columns: columnsOf({ data: asMap(props.data) }) };
    const data = reader.read('data', dataSchema, props.data, dataRules);
    const training = reader.read('training', trainingSchema, props.training);
    const evaluation = reader.optional('evaluation', evaluationSchema, props.evaluation, evaluationRules, context);
    reader.done();
    this.plan = handedOr(props, () =>
      planPipeline({
        model: this.model,
        task,
        data,
        training,
        evaluation,
        drift: null,
        pipelineSuccess: null,
        retrainRelease: 'automatic',
        runbook: localRunbook,
      }),
    );

    const { registry, notifications } = props;
    this.registry = registry;
    this.notifications = notifications ?? null;
    this.sources = [data.source, ...(data.label.source ? [data.label.source] : [])];
    this.handlerData = dataEnvironment(data, task);
    const { project, region } = locationOf(this);
    const common = {
      project,
      region,
      artifacts: registry.artifactBucketName,
      ledger: registry.ledgerBucketName,
      state: registry.stateBucketName,
      dataset: registry.datasetId,
      repository: registry.repositoryId,
      topics: topicsOf(notifications),
      sources: this.sources,
    };
    this.trainer = new RoleIdentity(this, 'Trainer', { role: 'trainer', of: this.model, project }).grant(
      this.plan.permissions,
      common,
    );
    this.identity = new RoleIdentity(this, 'Identity', { role: 'pipeline', of: this.model, project }).grant(
      [...this.plan.permissions, LOOK_UP_IMAGES],
      { ...common, actsAs: [this.trainer.account.name] },
    );
    const smoke = smokeOf(this.plan, props.servingCompute);
    this.handler = new Handler(this, 'Handler', {
      role: 'pipeline',
      of: this.model,
      identity: this.identity,
      timeoutSeconds: Math.max(longestCall(this.plan), smoke === null ? 0 : SMOKE_SECONDS),
      kmsKeyName: registry.kmsKeyName,
      notifications,
      environment: {
        ...registryEnvironment(registry, notifications),
        ...this.handlerData,
        MLP_APPROVALS: terraformText(JSON.stringify(registry.duties)),
        MLP_TRAINING: JSON.stringify(this.trainingFacts()),
        ...(smoke !== null && { MLP_SMOKE: JSON.stringify(smoke) }),
        ...(props.budgetBlocksTraining === true && { MLP_TRAINING_BLOCK: 'true' }),
        MLP_SERVER_IMAGE: imageAddress(props.servingImage ?? { google: null }, registry, 'server'),
        MLP_IMAGES: registry.imageRoot,
        ...originEnvironment(platformContextOf(this)),
      },
    });
    new Approvals(this, 'Approvals', { registry, handler: this.handler, identity: this.identity });
    const { intake } = platformContextOf(this).promotion;
    if (intake !== null) {
      const { handler, identity, model } = this;
      new VersionIntake(this, 'Intake', { model, from: intake.from, handler, identity });
    }
    const machine = new StateMachine(this, 'Pipeline', {
      graph: this.plan.graph,
      registry,
      identity: this.identity,
      handler: this.handler,
    });
    this.node.defaultChild = machine.workflow;
    this.workflowId = machine.workflowId;
    this.workflowName = machine.workflowName;
    new StoppedExecutions(this, 'Stopped', {
      registry,
      handler: this.handler,
      identity: this.identity,
      workflowName: machine.workflowName,
      of: 'pipeline',
    });
    const subject = { platform: platformContextOf(this).platform, model: this.model, endpointId: null };
    this.alarms = new Alarms(this, 'Alarms', {
      alarms: this.plan.alarms,
      metrics: this.plan.metrics,
      subject,
      notifications,
    });
    this.grants = new PipelineGrants(this);
    this.metrics = new PipelineMetrics(subject);
  }

  /** What the handler needs to start a training job. */
  private trainingFacts(): GoogleTraining {
    const { training } = this.plan;
    return {
      account: this.trainer.email,
      image: imageAddress(training.image, this.registry, 'trainer'),
      command: training.command === null ? null : training.command.map(terraformText),
      machine: training.compute.google,
      accelerator: training.compute.accelerator ?? null,
      maxDurationSeconds: training.maxDurationSeconds,
      spot: training.spot,
      tensorboard: this.registry.tensorboardName,
    };
  }

  /** A pipeline that exists already. */
  static fromPipelineAttributes(
    scope: Construct,
    id: string,
    attributes: EvalGatePipelineAttributes,
  ): IEvalGatePipeline {
    return new ImportedPipeline(scope, id, attributes);
  }
}

/** The images of a run are looked up once, when it begins to train. */
const LOOK_UP_IMAGES: PermissionPlan = { role: 'pipeline', action: 'pullImage', because: 'train: images by digest' };

/** What the handler knows of the environment whose champions it takes. */
function originEnvironment({ promotion: { intake } }: PlatformContext): Record<string, string> {
  if (intake === null) return {};
  const { name: from, project, platform } = intake.from;
  const { approval } = intake.own;
  return { MLP_ORIGIN: terraformText(JSON.stringify(originSchema.parse({ from, project, platform, approval }))) };
}

/** An endpoint of minutes is made within one call, the longest that a workflow waits for; one that takes longer is called again. */
const SMOKE_SECONDS = 1800;

/** How a candidate is asked how fast it answers; null where the gate has no bound on that. */
function smokeOf({ graph, training }: PipelinePlan, serving: ComputePlan | undefined): GoogleSmoke | null {
  const bound = boundOf(graph);
  const { google, accelerator } = serving ?? training.compute;
  return bound === null ? null : { rows: bound.smokeRows, machine: google, accelerator: accelerator ?? null };
}

function boundOf(graph: StepGraph): { readonly smokeRows: number } | null {
  const gate = graph.steps.find((step) => step.kind === 'task' && step.use === 'decideGate');
  if (gate?.kind !== 'task' || !gate.arguments['evaluation']) return null;
  const { serving } = evaluationSchema.parse(gate.arguments['evaluation']);
  return serving.maxLatencyP99 === undefined ? null : serving;
}

/** Longest call of a task, in seconds. */
const longestCall = (plan: PipelinePlan): number =>
  Math.max(...plan.graph.steps.map((step) => (step.kind === 'task' ? step.timeoutSeconds : 0)));

class ImportedPipeline extends Construct implements IEvalGatePipeline {
  readonly model: string;
  readonly workflowId: string;
  readonly registry: IModelRegistry;
  readonly notifications: INotifications | null;
  readonly sources: readonly Location[];
  readonly handlerData: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, attributes: EvalGatePipelineAttributes) {
    super(scope, id);
    this.model = attributes.model;
    this.workflowId = attributes.workflowId;
    this.registry = attributes.registry;
    this.notifications = attributes.notifications ?? null;
    const reader = new SectionReader(this);
    const data = reader.optional('data', dataSchema, attributes.data?.section, dataRules);
    reader.done();
    this.sources = data ? [data.source, ...(data.label.source ? [data.label.source] : [])] : [];
    this.handlerData = data && attributes.data ? dataEnvironment(data, attributes.data.task) : {};
  }
}
