import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import { DECISION_ALIASES, vertexModelId } from '../../contract/google';
import type { IModelRegistry } from '../model-registry/model-registry';
import type { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';
import type { RoleIdentity } from '../support/role-identity';

export interface ApprovalsProps {
  readonly registry: IModelRegistry;
  readonly handler: Handler;
  readonly identity: RoleIdentity;
}

/**
 * Tells the pipeline's handler when somebody gives a version the alias `approve` or `reject` in Vertex AI's registry: the
 * audit log says who it was, as Google has authenticated the person.
 */
export class Approvals extends Construct {
  constructor(scope: Construct, id: string, { registry, handler, identity }: ApprovalsProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const labels = modelLabels(context, registry.model);
    const topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, registry.model, 'approvals'),
      labels,
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = topic;
    const name = `projects/[^/]+/locations/${region}/models/${vertexModelId(context.platform, registry.model)}@`;
    const sink = new LoggingProjectSink(this, 'Sink', {
      project,
      name: physicalName(this, 'sink', context.platform, registry.model, 'approvals'),
      description: `Decisions of people about versions of ${registry.model}`,
      destination: `pubsub.googleapis.com/${topic.id}`,
      filter: [
        '(log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/data_access"))',
        'protoPayload.serviceName = "aiplatform.googleapis.com"',
        'protoPayload.methodName =~ "ModelService\\.MergeVersionAliases$"',
        `protoPayload.request.name =~ ${JSON.stringify(`^${name}`)}`,
        `protoPayload.request.versionAliases = (${Object.values(DECISION_ALIASES)
          .map((alias) => JSON.stringify(alias))
          .join(' OR ')})`,
      ].join(' AND '),
      uniqueWriterIdentity: true,
    });
    new PubsubTopicIamMember(this, 'Publish', {
      project,
      topic: topic.name,
      role: 'roles/pubsub.publisher',
      member: sink.writerIdentity,
    });
    pushTo(this, 'Push', {
      topic: topic.name,
      of: [registry.model, 'approvals'],
      model: registry.model,
      handler,
      path: '/approvals',
      identity,
      keepDays: 1,
    });
  }
}
