import { PubsubSubscription } from '@cdktf/provider-google/lib/pubsub-subscription';
import type { Construct } from 'constructs';
import { DeadLetters } from './dead-letters';
import type { Handler } from './handler';
import { locationOf } from './location';
import { physicalName } from './names';
import { modelLabels, platformContextOf } from './platform-context';
import type { RoleIdentity } from './role-identity';

export interface PushProps {
  /** Name of the topic, or `projects/…/topics/…` of another project. */
  readonly topic: string;
  /** Parts of the subscription's name: whose it is, and what it brings. */
  readonly of: readonly string[];
  readonly model: string;
  readonly handler: Handler;
  /** Path of the handler's route, with its slash. */
  readonly path: string;
  /** As whom the handler is called: the role itself. */
  readonly identity: RoleIdentity;
  /** How long a message is kept for a handler that is not there. */
  readonly keepDays: number;
  /** Seconds that an answer may take; Pub/Sub waits at most 600. @default 300 */
  readonly ackSeconds?: number;
  readonly filter?: string;
}

const DAY_SECONDS = 86_400;
/** Pauses grow from ten seconds to ten minutes: six hours in all, as long as Lambda keeps an event. */
const TRIES = 40;

/**
 * Brings a topic's messages to a handler, with an identity token, again until it has taken them or six hours are over: then
 * they are dead letters, which people are told of. It never expires.
 */
export function pushTo(scope: Construct, id: string, props: PushProps): PubsubSubscription {
  const { topic, of, model, handler, path, identity, keepDays, ackSeconds = 300, filter } = props;
  const letters = DeadLetters.of(handler);
  const subscription = new PubsubSubscription(scope, id, {
    project: locationOf(scope).project,
    name: physicalName(scope, 'subscription', ...of),
    topic,
    ...(filter !== undefined && { filter }),
    ackDeadlineSeconds: ackSeconds,
    messageRetentionDuration: `${keepDays * DAY_SECONDS}s`,
    expirationPolicy: { ttl: '' },
    retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
    deadLetterPolicy: { deadLetterTopic: letters.topic.id, maxDeliveryAttempts: TRIES },
    labels: modelLabels(platformContextOf(scope), model),
    pushConfig: {
      pushEndpoint: `${handler.url}${path}`,
      oidcToken: { serviceAccountEmail: identity.email, audience: handler.url },
    },
  });
  letters.takeFrom(subscription, scope, id);
  return subscription;
}
