import { Construct } from 'constructs';
import { BUILD_OUTCOMES, BUILD_TOPIC, type DeliverySource, deliverySourceSchema } from '../../contract/google';
import type { CanaryEndpoint } from '../canary-endpoint/canary-endpoint';
import { locationOf } from '../support/location';
import { platformContextOf } from '../support/platform-context';
import { pushTo } from '../support/push';

export interface DeliveryIntakeProps extends DeliverySource {
  readonly endpoint: CanaryEndpoint;
}

/**
 * Tells a model's release handler how builds have ended, since a delivery that came to its end is a deployment. The topic is
 * the project's, shared by all that build there, and no trigger of Terraform's can name another one: it has to be there before.
 */
export class DeliveryIntake extends Construct {
  constructor(scope: Construct, id: string, { endpoint, trigger, tells }: DeliveryIntakeProps) {
    super(scope, id);
    const { model, handler, identity } = endpoint;
    handler.addEnvironment('MLP_DELIVERY', JSON.stringify(deliverySourceSchema.parse({ trigger, tells })));
    this.node.defaultChild = pushTo(this, 'Push', {
      topic: `projects/${locationOf(this).project}/topics/${BUILD_TOPIC}`,
      of: [platformContextOf(this).platform, model, 'deliveries'],
      model,
      handler,
      path: '/deliveries',
      identity,
      keepDays: 7,
      // Of a build's attributes there are its status and its id: which trigger it is of, the handler reads.
      filter: Object.keys(BUILD_OUTCOMES)
        .map((status) => `attributes.status = "${status}"`)
        .join(' OR '),
    });
  }
}
