import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SmsSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Contact } from '../../definition/incidents';
import { pascalCase } from '../../kernel/names';
import { SEVERITIES, type Severity } from '../../kernel/severity';
import type { IncidentPlan } from '../../plan/plan';

/** Who is told, by severity. */
export interface INotifications {
  readonly topics: Readonly<Record<Severity, ITopic>>;
}

export interface NotificationsProps {
  readonly incidents: IncidentPlan;
  readonly encryptionKey?: IKey;
}

/** A topic by severity with the contacts that take it. Alarms, budgets and handlers write to it, TLS only. */
export class Notifications extends Construct implements INotifications {
  /** Topics that exist already. */
  static fromTopics(topics: Readonly<Record<Severity, ITopic>>): INotifications {
    return { topics };
  }

  readonly topics: Readonly<Record<Severity, Topic>>;

  constructor(scope: Construct, id: string, { incidents, encryptionKey }: NotificationsProps) {
    super(scope, id);
    this.topics = Object.fromEntries(
      SEVERITIES.map((severity) => {
        const topic = new Topic(this, pascalCase(severity), {
          displayName: `ML platform: ${severity}`,
          enforceSSL: true,
          ...(encryptionKey && { masterKey: encryptionKey }),
        });
        topic.addToResourcePolicy(
          new PolicyStatement({
            principals: ['cloudwatch', 'budgets'].map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
            actions: ['sns:Publish'],
            resources: [topic.topicArn],
            conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
          }),
        );
        for (const contact of incidents.routes[severity])
          topic.addSubscription(SUBSCRIPTIONS[contact.kind](contact.address));
        return [severity, topic];
      }),
    ) as unknown as Record<Severity, Topic>;
    this.node.defaultChild = this.topics.page.node.defaultChild;
  }
}

const SUBSCRIPTIONS = {
  email: (address: string) => new EmailSubscription(address),
  sms: (address: string) => new SmsSubscription(address),
  webhook: (address: string) => new UrlSubscription(address),
  pagerduty: (address: string) => new UrlSubscription(address),
} as const satisfies Record<Contact['kind'], unknown>;
