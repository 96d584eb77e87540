import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import { type AlertTrigger, alertTriggerSchema } from '../../contract/google';
import { retrainingSchema } from '../../definition/retraining';
import { type SectionInput, SectionReader } from '../../definition/section-reader';
import { localRunbook } from '../../plan/alarm';
import type { RetrainingPlan } from '../../plan/plan';
import { planRetraining } from '../../plan/retraining';
import type { ICanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import type { IDriftAlarm } from '../drift-alarm/drift-alarm';
import type { IEvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import { topicsOf } from '../ml-platform/notifications';
import { Alarms } from '../support/alarm-renderer';
import { registryEnvironment } from '../support/environment';
import { handedOr } from '../support/handed-plan';
import { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';
import { RoleIdentity } from '../support/role-identity';
import { ScheduledCall } from '../support/scheduled-call';
import { terraformText } from '../support/step-graph-to-workflow';
import { scheduledEvent } from '../support/task-event';

/** A retraining decision as other constructs see it. */
export interface IRetrainSchedule extends Construct {
  readonly model: string;
  /** Topic on which alerts ask for the decision. */
  readonly topicName: string;
}

export interface RetrainScheduleProps {
  /** The model's name. */
  readonly model: string;
  readonly retraining: SectionInput<typeof retrainingSchema>;
  readonly pipeline: IEvalGatePipeline;
  /** Alarms that may ask for a retraining. @default - only the schedule asks */
  readonly drift?: IDriftAlarm;
  /** Endpoint of which the champion's age is read. @default - the registry alone knows the champion */
  readonly endpoint?: ICanaryEndpoint;
}

/** When a model is trained again: a schedule and alerts ask one decision, which starts the pipeline or says why not. */
export class RetrainSchedule extends Construct implements IRetrainSchedule {
  readonly plan: RetrainingPlan;
  readonly model: string;
  readonly topicName: string;
  readonly identity: RoleIdentity;
  readonly handler: Handler;
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: RetrainScheduleProps) {
    super(scope, id);
    const reader = new SectionReader(this);
    this.model = reader.model(props.model);
    const retraining = reader.read('retraining', retrainingSchema, props.retraining);
    reader.done();
    this.plan = handedOr(props, () =>
      planRetraining({ model: this.model, retraining, budget: null, estimatedRunCost: null, runbook: localRunbook }),
    );

    const { pipeline, drift, endpoint } = props;
    const { registry } = pipeline;
    const notifications = pipeline.notifications ?? undefined;
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    this.identity = new RoleIdentity(this, 'Identity', { role: 'retraining', of: this.model, project }).grant(
      this.plan.permissions,
      {
        project,
        region,
        artifacts: registry.artifactBucketName,
        ledger: registry.ledgerBucketName,
        state: registry.stateBucketName,
        dataset: registry.datasetId,
        topics: topicsOf(notifications),
        sources: pipeline.sources,
      },
    );
    this.handler = new Handler(this, 'Handler', {
      role: 'retraining',
      of: this.model,
      identity: this.identity,
      timeoutSeconds: DECISION_SECONDS,
      kmsKeyName: registry.kmsKeyName,
      notifications,
      environment: {
        ...registryEnvironment(registry, notifications),
        ...pipeline.handlerData,
        ...(endpoint && { MLP_ENDPOINT: endpoint.endpointId }),
        MLP_TRIGGER: terraformText(JSON.stringify(this.trigger())),
      },
    });
    for (const { id: job, schedule, starts } of this.plan.schedules) {
      const cause = starts.kind === 'retrainingDecision' ? starts.cause : null;
      new ScheduledCall(this, cause === 'schedule' ? 'Schedule' : 'Recheck', {
        model: this.model,
        schedule,
        path: `${this.node.path}.retraining.schedule`,
        event: scheduledEvent(
          'decideRetraining',
          job,
          { ...this.plan.arguments, ...(cause !== null && { cause }) },
          cause === null ? {} : { cause },
        ),
        handler: this.handler,
        identity: this.identity,
        timeoutSeconds: DECISION_SECONDS,
      });
    }
    const topic = new PubsubTopic(this, 'Alerts', {
      project,
      name: physicalName(this, 'topic', context.platform, this.model, 'alerts'),
      labels: modelLabels(context, this.model),
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = topic;
    this.topicName = topic.name;
    this.listen(topic, project, drift);
    this.alarms = new Alarms(this, 'Alarms', {
      alarms: this.plan.alarms,
      metrics: this.plan.metrics,
      subject: { platform: context.platform, model: this.model, endpointId: null },
      notifications,
    });
  }

  /** A retraining decision that exists already. */
  static fromTopicName(
    scope: Construct,
    id: string,
    attributes: { readonly model: string; readonly topicName: string },
  ): IRetrainSchedule {
    return new ImportedRetraining(scope, id, attributes);
  }

  /** What an alert's message becomes; the cause follows from the alarm's kind. */
  private trigger(): AlertTrigger {
    return alertTriggerSchema.parse({
      use: 'decideRetraining',
      arguments: this.plan.arguments,
      causes: Object.fromEntries(
        this.plan.causes.flatMap(({ cause, alarmKinds }) => alarmKinds.map((kind) => [kind.toLowerCase(), cause])),
      ),
    });
  }

  /** Alert policies publish to the topic, the topic pushes to the handler, as the role's own account. */
  private listen(topic: PubsubTopic, project: string, drift: IDriftAlarm | undefined): void {
    const kinds = this.plan.causes.flatMap((one) => one.alarmKinds);
    if (drift && kinds.length > 0) {
      const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
      const channel = new MonitoringNotificationChannel(this, 'Channel', {
        project,
        displayName: `${this.model}: retraining decision`,
        type: 'pubsub',
        labels: { topic: topic.id },
      });
      // A project's first channel of this kind makes the service account that publishes.
      new PubsubTopicIamMember(this, 'AlertsPublish', {
        project,
        topic: topic.name,
        role: 'roles/pubsub.publisher',
        member: `serviceAccount:service-${number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com`,
        dependsOn: [channel],
      });
      drift.addChannel(kinds, channel.id);
    }
    pushTo(this, 'AlertsPush', {
      topic: topic.name,
      of: [this.model, 'alerts'],
      model: this.model,
      handler: this.handler,
      path: '/alerts',
      identity: this.identity,
      keepDays: 1,
    });
  }
}

const DECISION_SECONDS = 300;

class ImportedRetraining extends Construct implements IRetrainSchedule {
  readonly model: string;
  readonly topicName: string;

  constructor(scope: Construct, id: string, attributes: { readonly model: string; readonly topicName: string }) {
    super(scope, id);
    this.model = attributes.model;
    this.topicName = attributes.topicName;
  }
}
