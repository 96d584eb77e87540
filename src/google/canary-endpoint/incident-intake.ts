import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { MonitoringNotificationChannel } from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import { type AlarmTable, alarmTableSchema } from '../../contract/google';
import type { AlarmGroupPlan, AlarmPlan } from '../../plan/plan';
import type { StepGraph } from '../../plan/step-graph';
import type { IModelRegistry } from '../model-registry/model-registry';
import type { Alarms } from '../support/alarm-renderer';
import { Lazy } from '../support/cdktf';
import type { Handler } from '../support/handler';
import { labelValue } from '../support/labels';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';
import type { RoleIdentity } from '../support/role-identity';
import { StateMachine } from '../support/state-machine';
import { terraformText } from '../support/step-graph-to-workflow';

/** A part of a model with its alarms, planned and rendered. */
export interface AlarmedPart {
  readonly plan: { readonly alarms: readonly AlarmPlan[]; readonly pageGroup?: AlarmGroupPlan | null };
  readonly alarms: Alarms;
}

/** Alarms that become incidents, collected while the parts of a model are made. */
export class IncidentAlarms {
  private readonly table: AlarmTable = {};

  /** Its text in the handler's environment, which is there before all alarms are. */
  readonly variable = Lazy.stringValue({
    produce: () => terraformText(JSON.stringify(alarmTableSchema.parse(this.table))),
  });

  /** @returns ids of the part's page alarms */
  add({ alarms, pageGroup }: AlarmedPart['plan']): string[] {
    const paged = alarms.filter(({ severity }) => severity === 'page');
    for (const { id, kind, severity, runbook } of paged) {
      const group = pageGroup?.alarms.includes(id) ? pageGroup.id : null;
      this.table[labelValue(id)] = { kind, severity, runbook, group };
    }
    return paged.map(({ id }) => id);
  }
}

export interface IncidentIntakeProps {
  readonly graph: StepGraph;
  readonly registry: IModelRegistry;
  readonly handler: Handler;
  readonly identity: RoleIdentity;
}

/**
 * Makes an incident of each page alarm that fires, which is over when the alarm is: beside the channels of people, which
 * Cloud Monitoring tells without us, page policies publish to a topic that is pushed to the handler.
 */
export class IncidentIntake extends Construct {
  /** Workflow that looks after one incident. */
  readonly machine: StateMachine;
  private readonly topic: PubsubTopic;
  private readonly model: string;
  private channel: MonitoringNotificationChannel | undefined;

  constructor(scope: Construct, id: string, { graph, registry, handler, identity }: IncidentIntakeProps) {
    super(scope, id);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    this.model = registry.model;
    this.machine = new StateMachine(this, 'Incident', { graph, registry, identity, handler });
    this.topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, this.model, 'incidents'),
      labels: modelLabels(context, this.model),
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = this.topic;
    pushTo(this, 'Push', {
      topic: this.topic.name,
      of: [this.model, 'incidents'],
      model: this.model,
      handler,
      path: '/incidents',
      identity,
      keepDays: 7,
    });
  }

  /** Lets alarms of a part become incidents. */
  watch({ policies }: Alarms, ids: readonly string[]): void {
    for (const policy of ids.map((id) => policies[id]!)) {
      this.channel ??= this.publish();
      policy.notificationChannels = [...(policy.notificationChannelsInput ?? []), this.channel.id];
      // An incident is over when its alarm is: that has to be said as well.
      policy.putAlertStrategy({ ...policy.alertStrategyInput, notificationPrompts: ['OPENED', 'CLOSED'] });
    }
  }

  /** A project's first channel of this kind makes the service account that publishes. */
  private publish(): MonitoringNotificationChannel {
    const { project } = locationOf(this);
    const channel = new MonitoringNotificationChannel(this, 'Channel', {
      project,
      displayName: `${this.model}: incidents`,
      type: 'pubsub',
      labels: { topic: this.topic.id },
    });
    const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
    new PubsubTopicIamMember(this, 'Publish', {
      project,
      topic: this.topic.name,
      role: 'roles/pubsub.publisher',
      member: `serviceAccount:service-${number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com`,
      dependsOn: [channel],
    });
    return channel;
  }
}
