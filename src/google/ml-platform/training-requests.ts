import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import type { EvalGatePipeline } from '../eval-gate-pipeline/eval-gate-pipeline';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';

export interface TrainingRequestsProps {
  readonly pipeline: EvalGatePipeline;
  /** Who may ask. */
  readonly publisher: string;
}

/**
 * Asks a model's pipeline for training, by a topic: Workflows can be granted in the whole project alone (no roles on one workflow,
 * no conditions on its name), and builds run code of many hands. Whoever may publish here can start this pipeline and nothing else.
 */
export class TrainingRequests extends Construct {
  /** `projects/…/topics/…`. */
  readonly topicId: string;

  constructor(scope: Construct, id: string, { pipeline, publisher }: TrainingRequestsProps) {
    super(scope, id);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    const { model, registry, handler, identity } = pipeline;
    const topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, model, 'training'),
      labels: modelLabels(context, model),
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = topic;
    this.topicId = topic.id;
    new PubsubTopicIamMember(this, 'Publish', {
      project,
      topic: topic.name,
      role: 'roles/pubsub.publisher',
      member: publisher,
    });
    pushTo(this, 'Push', {
      topic: topic.name,
      of: [model, 'training'],
      model,
      handler,
      path: '/train',
      identity,
      keepDays: 1,
    });
  }
}
