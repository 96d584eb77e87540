import { type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { retrainingSchema } from '../../definition/retraining';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import type { Json } from '../../kernel/json';
import { pascalCase } from '../../kernel/names';
import { localRunbook } from '../../plan/alarm';
import type { RetrainingPlan } from '../../plan/plan';
import { planRetraining } from '../../plan/retraining';
import type { ICanaryEndpoint } from '../canary-endpoint/endpoint-interface';
import type { IDriftAlarm } from '../drift-alarm/drift-alarm';
import type { IEvalGatePipeline } from '../eval-gate-pipeline/pipeline-interface';
import { alarmsOfKinds, type RenderedAlarm, renderAlarms } from '../support/alarm-renderer';
import { removalPolicy } from '../support/encryption';
import { handlerEnvironment } from '../support/environment';
import { Handler } from '../support/handler';
import { NAME_LIMITS, physicalName } from '../support/names';
import type { INotifications } from '../support/notifications';
import { onAlarm } from '../support/on-alarm';
import { grantPermissions } from '../support/permissions';
import { logRetention } from '../support/retention';
import { scheduleCall } from '../support/schedules';
import type { Wiring } from '../support/wiring';

export interface RetrainScheduleProps {
  /** Name of the model. */
  readonly model: string;
  readonly retraining: SectionInput<typeof retrainingSchema>;
  /** What a decision starts. */
  readonly pipeline: IEvalGatePipeline;
  /** Alarms that ask for a decision. @default - none: by schedule and by hand */
  readonly drift?: IDriftAlarm;
  /** Where the champion serves. @default - unknown to the decision */
  readonly endpoint?: ICanaryEndpoint;
  /** Who is told when retraining stops. @default - nobody: the alarm has no action */
  readonly notifications?: INotifications;
  /** Wired by MlPlatform. @default - planned from the section */
  readonly wiring?: Wiring<RetrainingPlan>;
}

/** State of a call that nobody's reason has caused. */
const NOBODY_ASKS: { readonly [key: string]: Json } = {};

/** A retraining decision: what others call to ask for a run. */
export interface IRetrainSchedule {
  readonly model: string;
  readonly decision: IFunction;
}

/** The decision to train again: asked by schedule and by alarms, taken by one function, carried out once. */
export class RetrainSchedule extends Construct implements IRetrainSchedule {
  /** A decision that exists already, by the ARN of its function. */
  static fromDecisionArn(scope: Construct, id: string, model: string, functionArn: string): IRetrainSchedule {
    return { model, decision: LambdaFunction.fromFunctionArn(scope, id, functionArn) };
  }

  readonly model: string;
  readonly plan: RetrainingPlan;
  readonly handler: Handler;
  readonly decision: IFunction;
  readonly schedules: ScheduleGroup;
  readonly alarms: readonly RenderedAlarm[];

  constructor(scope: Construct, id: string, props: RetrainScheduleProps) {
    super(scope, id);
    this.plan = props.wiring?.plan ?? this.planned(props);
    this.model = this.plan.model;
    const { plan } = this;
    const { registry, stateMachine } = props.pipeline;
    const { encryptionKey } = registry;
    const notifications = props.notifications ?? props.wiring?.notifications;
    const network = props.wiring?.network;
    const runbooks = props.wiring?.runbooks ?? '';
    this.handler = new Handler(this, 'Handler', {
      handlerRole: 'retraining',
      description: `Decides whether ${this.model} is trained again`,
      logRetention: logRetention(plan),
      encryptionKey,
      network,
      unhandled: { platform: registry.platform, model: this.model, runbooks, ...(notifications && { notifications }) },
      environment: {
        ...handlerEnvironment({ registry, notifications, network, runbooks }),
        ...props.pipeline.tables?.environment,
        MLP_PIPELINE_MACHINE: stateMachine.stateMachineArn,
        MLP_ENDPOINT: props.endpoint?.endpointName ?? '',
      },
    });
    this.decision = this.handler.function;
    grantPermissions(this.handler.role, plan.permissions, 'retraining', {
      registry,
      // Labels are counted here; frozen sets are the pipeline's to write and to replace.
      ...(props.pipeline.tables && {
        query: { workgroup: props.pipeline.tables.workgroup, database: props.pipeline.tables.database, freezes: false },
        sources: props.pipeline.tables.sources,
      }),
      pipelineArn: stateMachine.stateMachineArn,
      topics: notifications ? Object.values(notifications.topics) : [],
      encryptionKey,
    });
    this.schedules = new ScheduleGroup(this, 'Schedules', {
      scheduleGroupName: physicalName(NAME_LIMITS.scheduleGroup, registry.platform, registry.model, 'retraining'),
      removalPolicy: removalPolicy(false),
    });
    for (const { id: scheduleId, schedule, starts } of plan.schedules) {
      const call = {
        id: scheduleId,
        use: 'decideRetraining',
        arguments: plan.arguments,
        state: starts.kind === 'retrainingDecision' && starts.cause !== null ? { cause: starts.cause } : NOBODY_ASKS,
        schedule,
      } as const;
      scheduleCall(this, call, this.handler, this.schedules, encryptionKey);
    }
    for (const { cause, alarmKinds } of plan.causes) {
      onAlarm(
        this,
        {
          id: `On${pascalCase(cause)}`,
          description: `An alarm of ${this.model} asks for retraining: ${cause}`,
          use: 'decideRetraining',
          arguments: plan.arguments,
          state: { cause },
          alarms: alarmsOfKinds(props.drift?.alarms ?? [], alarmKinds),
        },
        this.handler,
      );
    }
    const subject = {
      platform: registry.platform,
      model: registry.model,
      endpointName: props.endpoint?.endpointName ?? '',
    };
    this.alarms = renderAlarms(this, subject, plan.alarms, notifications);
    this.node.defaultChild = this.handler.function.node.defaultChild;
  }

  private planned(props: RetrainScheduleProps): RetrainingPlan {
    const sections = new SectionReader(this);
    const model = sections.model(props.model);
    const retraining = sections.read('retraining', retrainingSchema, props.retraining);
    sections.done();
    return planRetraining({ model, retraining, budget: null, estimatedRunCost: null, runbook: localRunbook });
  }
}
