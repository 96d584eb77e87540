import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';

/** Cloud Billing publishes as this account, on every billing account. */
const BILLING = 'serviceAccount:billing-budget-alert@system.gserviceaccount.com';

/**
 * `budget.onExceeded: blockTraining`: Cloud Billing says several times a day what the model has cost, on a topic of its own, and
 * the pipeline's handler blocks training once the budget is used up: it starts no training job, whoever asks for it. The block
 * ends with the budget's month, or when a person raises the budget.
 */
export class TrainingBlock extends Construct {
  readonly topic: PubsubTopic;
  /** The budget's topic, and what has to be there before the budget is. */
  readonly publishing: { readonly topicId: string; readonly grant: PubsubTopicIamMember };

  constructor(scope: Construct, id: string, { pipeline }: { readonly pipeline: EvalGatePipeline }) {
    super(scope, id);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    const { model, registry, handler, identity } = pipeline;
    const labels = modelLabels(context, model);
    this.topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, model, 'budget'),
      labels,
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = this.topic;
    const grant = new PubsubTopicIamMember(this, 'Publish', {
      project,
      topic: this.topic.name,
      role: 'roles/pubsub.publisher',
      member: BILLING,
    });
    this.publishing = { topicId: this.topic.id, grant };
    pushTo(this, 'Push', {
      topic: this.topic.name,
      of: [model, 'budget'],
      model,
      handler,
      path: '/budget',
      identity,
      keepDays: 1,
    });
  }
}
