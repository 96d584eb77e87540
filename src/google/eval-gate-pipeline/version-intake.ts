import { Construct } from 'constructs';
import type { Handler } from '../support/handler';
import { offersTopicName, type Place } from '../support/places';
import { platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';
import type { RoleIdentity } from '../support/role-identity';

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
    const context = platformContextOf(this);
    this.node.defaultChild = pushTo(this, 'Push', {
      topic: `projects/${from.project}/topics/${offersTopicName(from)}`,
      of: [context.platform, model, 'offers'],
      model,
      handler,
      path: '/offers',
      identity,
      keepDays: 7,
      // A model is copied meanwhile.
      ackSeconds: 600,
      filter: `attributes.platform = ${JSON.stringify(from.platform)} AND attributes.model = ${JSON.stringify(model)}`,
    });
  }
}
