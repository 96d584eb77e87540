import { LoggingProjectSink } from '@cdktf/provider-google/lib/logging-project-sink';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { PubsubTopicIamMember } from '@cdktf/provider-google/lib/pubsub-topic-iam-member';
import { Construct } from 'constructs';
import type { IModelRegistry } from '../model-registry/model-registry';
import type { Handler } from './handler';
import { locationOf } from './location';
import { physicalName } from './names';
import { modelLabels, platformContextOf } from './platform-context';
import { pushTo } from './push';
import type { RoleIdentity } from './role-identity';

export interface StoppedExecutionsProps {
  readonly registry: IModelRegistry;
  readonly handler: Handler;
  readonly identity: RoleIdentity;
  /** Id of the workflow whose executions are meant, and what it is for. */
  readonly workflowName: string;
  readonly of: 'release' | 'pipeline';
}

/**
 * Tells a handler of executions that somebody has cancelled, or that broke: Workflows runs no step of theirs any more, and says
 * so in its log alone.
 */
export class StoppedExecutions extends Construct {
  constructor(scope: Construct, id: string, props: StoppedExecutionsProps) {
    super(scope, id);
    const { registry, handler, identity, workflowName, of } = props;
    const { model } = registry;
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const topic = new PubsubTopic(this, 'Topic', {
      project,
      name: physicalName(this, 'topic', context.platform, model, of, 'stopped'),
      labels: modelLabels(context, model),
      ...(registry.kmsKeyName !== null && { kmsKeyName: registry.kmsKeyName }),
    });
    this.node.defaultChild = topic;
    const sink = new LoggingProjectSink(this, 'Sink', {
      project,
      name: physicalName(this, 'sink', context.platform, model, of, 'stopped'),
      description: `Executions of the ${of} of ${model} that were stopped`,
      destination: `pubsub.googleapis.com/${topic.id}`,
      filter: [
        'log_id("workflows.googleapis.com/executions_system")',
        'resource.type = "workflows.googleapis.com/Workflow"',
        `resource.labels.workflow_id = ${JSON.stringify(workflowName)}`,
        `resource.labels.location = ${JSON.stringify(region)}`,
        'jsonPayload.state = ("FAILED" OR "CANCELLED")',
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
      of: [model, of, 'stopped'],
      model,
      handler,
      path: '/stopped',
      identity,
      keepDays: 7,
      // What an endpoint of minutes has begun is waited for.
      ackSeconds: 600,
    });
  }
}
