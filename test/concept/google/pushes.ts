import type { AlertChange } from './policies';
import type { Call } from './schedules';
import { calledBy, type DeployedTemplate } from './template';

/** Who is called over Pub/Sub when an alert opens or closes: the policy's channels, their topics, and who subscribes to them. */
export class Pushes {
  private readonly topics: ReadonlyMap<string, string>;
  private readonly subscriptions: readonly { readonly topic: string; readonly endpoint: string }[];

  constructor(template: DeployedTemplate) {
    const channels = template.channels();
    this.topics = new Map(
      [...channels].flatMap(([id, { type, labels }]) => (type === 'pubsub' ? [[id, labels['topic']!]] : [])),
    );
    // What nobody could handle is kept by a subscription that pushes to nobody.
    this.subscriptions = template.all('google_pubsub_subscription').flatMap(({ topic, push_config }) => {
      const push = push_config as { readonly push_endpoint: string } | undefined;
      return push === undefined ? [] : [{ topic: String(topic), endpoint: push.push_endpoint }];
    });
  }

  on({ policy, open, id, at, since }: AlertChange): Call[] {
    const incident = {
      incident_id: id,
      state: open ? 'open' : 'closed',
      started_at: Math.floor(since / 1000),
      ended_at: open ? null : Math.floor(at / 1000),
      summary: policy.summary,
      policy_user_labels: policy.labels,
    };
    const data = Buffer.from(JSON.stringify({ version: '1.2', incident })).toString('base64');
    return policy.channels
      .flatMap((channel) => this.topics.get(channel) ?? [])
      .flatMap((topic) => this.subscriptions.filter((one) => one.topic === topic))
      .map(({ endpoint }) => ({ ...calledBy(endpoint), body: { message: { data, messageId: id } }, headers: {} }));
  }
}
