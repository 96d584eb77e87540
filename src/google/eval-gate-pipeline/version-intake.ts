import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription';
import { Construct } from 'constructs';
import type { Handler } from '../support/handler';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';
import { offersTopicName, type Place } from '../support/places';
import { modelLabels, platformContextOf } from '../support/platform-context';
import type { RoleIdentity } from '../support/role-identity';

/** Pub/Sub waits at most so long for an answer; a model is copied meanwhile. */
const ACK_SECONDS = 600;

export interface VersionIntakeProps {
  readonly model: string;
  /** The environment before this one. */
  readonly from: Place;
  readonly handler: Handler;
  readonly identity: RoleIdentity;
}

/** Takes what the environment before this one has promoted: its topic is pushed to the pipeline's handler. */
export class VersionIntake extends Construct {
  constructor(scope: Construct, id: string, { model, from, handler, identity }: VersionIntakeProps) {
    super(scope, id);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    this.node.defaultChild = new PubsubSubscription(this, 'Push', {
      project,
      name: physicalName(this, 'subscription', context.platform, model, 'offers'),
      topic: `projects/${from.project}/topics/${offersTopicName(from)}`,
      filter: `attributes.platform = ${JSON.stringify(from.platform)} AND attributes.model = ${JSON.stringify(model)}`,
      ackDeadlineSeconds: ACK_SECONDS,
      messageRetentionDuration: '604800s',
      expirationPolicy: { ttl: '' },
      retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
      labels: modelLabels(context, model),
      pushConfig: {
        pushEndpoint: `${handler.url}/offers`,
        oidcToken: { serviceAccountEmail: identity.email, audience: handler.url },
      },
    });
  }
}
