import { DataGoogleProject } from '@cdktf/provider-google/lib/data-google-project';
import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription';
import { PubsubSubscriptionIamMember } from '@cdktf/provider-google/lib/pubsub-subscription-iam-member';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import type { Handler } from './handler';
import { locationOf } from './location';
import { physicalName } from './names';
import { modelLabels, platformContextOf } from './platform-context';
import { alarmOnDeadLetters } from './unhandled-alarm';

/** How long people have to look at what nobody could handle. */
const KEPT_DAYS = 7;
const ID = 'DeadLetters';

/** Messages that a handler could not take, also after all tries: kept where people can read them, and told. One a handler. */
export class DeadLetters extends Construct {
  readonly topic: PubsubTopic;
  /** Pub/Sub itself, which moves messages. */
  private readonly agent: string;
  private readonly publish: PubsubTopicIamMember;

  private constructor(handler: Handler) {
    super(handler, ID);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    const { model, part, notifications, kmsKeyName } = handler.told;
    const labels = modelLabels(context, model);
    this.topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, model, part, 'unhandled'),
      labels,
      ...(kmsKeyName !== null && { kmsKeyName }),
    });
    this.node.defaultChild = this.topic;
    const kept = new PubsubSubscription(this, 'Kept', {
      project,
      name: physicalName(this, 'subscription', model, part, 'unhandled'),
      topic: this.topic.name,
      ackDeadlineSeconds: 60,
      messageRetentionDuration: `${KEPT_DAYS * 86_400}s`,
      expirationPolicy: { ttl: '' },
      labels,
    });
    const { number } = new DataGoogleProject(this, 'Project', { projectId: project });
    this.agent = `serviceAccount:service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`;
    this.publish = new PubsubTopicIamMember(this, 'Publish', {
      project,
      topic: this.topic.name,
      role: 'roles/pubsub.publisher',
      member: this.agent,
    });
    alarmOnDeadLetters(this, {
      model,
      part,
      subscription: kept.nameInput!,
      ...(notifications && { notifications }),
    });
  }

  /** Those of a handler, made with its first subscription. */
  static of(handler: Handler): DeadLetters {
    return (handler.node.tryFindChild(ID) as DeadLetters | undefined) ?? new DeadLetters(handler);
  }

  /** Lets Pub/Sub take messages out of a subscription, without which it would try them for ever. */
  takeFrom(subscription: PubsubSubscription, scope: Construct, id: string): void {
    new PubsubSubscriptionIamMember(scope, `${id}DeadLetters`, {
      project: locationOf(this).project,
      subscription: subscription.name,
      role: 'roles/pubsub.subscriber',
      member: this.agent,
      dependsOn: [this.publish],
    });
  }
}
