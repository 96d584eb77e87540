import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy';
import {
  MonitoringNotificationChannel,
  type MonitoringNotificationChannelConfig,
} from '@cdktf/provider-google/lib/monitoring-notification-channel';
import { PubsubTopic } from '@cdktf/provider-google/lib/pubsub-topic';
import { Construct } from 'constructs';
import { NOTIFICATION_LOG_FIELD } from '../../contract/google';
import type { Contact } from '../../definition/incidents';
import { pascalCase } from '../../kernel/names';
import { SEVERITIES, type Severity } from '../../kernel/severity';
import type { IncidentPlan } from '../../plan/plan';
import { locationOf } from '../support/location';
import { physicalName, shortHash } from '../support/names';
import { platformContextOf } from '../support/platform-context';

/** Who is told of alarms and by handlers. */
export interface INotifications {
  /** Ids of notification channels for alarms of a severity. */
  channels(severity: Severity): readonly string[];
  /** Those of them that are emails, which is all that Cloud Billing takes. @default - none */
  emails?(severity: Severity): readonly string[];
  /** Name of the topic that handlers tell, if there is one. */
  topic(severity: Severity): string | null;
}

export interface NotificationsProps {
  readonly incidents: IncidentPlan;
  readonly kmsKeyName: string | null;
}

const ALERT_SEVERITY = { page: 'CRITICAL', ticket: 'ERROR', info: 'WARNING' } as const satisfies Record<
  Severity,
  string
>;

/**
 * Channels by contact, and what handlers tell people: a topic by severity for machines, and an alert policy on the
 * handlers' notification log lines, which reaches the same channels as every alarm.
 */
export class Notifications extends Construct implements INotifications {
  private readonly routes: Readonly<Record<Severity, readonly string[]>>;
  private readonly mailed: Readonly<Record<Severity, readonly string[]>>;
  private readonly topics: Readonly<Record<Severity, PubsubTopic>>;

  constructor(scope: Construct, id: string, { incidents, kmsKeyName }: NotificationsProps) {
    super(scope, id);
    const context = platformContextOf(this);
    const { project } = locationOf(this);
    const channels = new Map<string, MonitoringNotificationChannel>();
    const channelOf = (contact: Contact): string => {
      const key = `${contact.kind} ${contact.address}`;
      const known = channels.get(key);
      if (known) return known.id;
      const made = new MonitoringNotificationChannel(this, `${pascalCase(contact.kind)}${shortHash(contact.address)}`, {
        project,
        displayName: `${context.platform}: ${contact.kind}`,
        userLabels: { ...context.labels },
        ...channelConfig(contact),
      });
      channels.set(key, made);
      return made.id;
    };
    this.routes = bySeverity((severity) => incidents.routes[severity].map(channelOf));
    this.mailed = bySeverity((severity) =>
      incidents.routes[severity].filter(({ kind }) => kind === 'email').map(channelOf),
    );
    this.topics = bySeverity(
      (severity) =>
        new PubsubTopic(this, `${pascalCase(severity)}Topic`, {
          project,
          name: physicalName(this, 'topic', context.platform, severity),
          labels: { ...context.labels, urgency: severity },
          ...(kmsKeyName !== null && { kmsKeyName }),
        }),
    );
    for (const severity of SEVERITIES) this.tellOfLogLines(severity, project, context.platform);
  }

  channels(severity: Severity): readonly string[] {
    return this.routes[severity];
  }

  emails(severity: Severity): readonly string[] {
    return this.mailed[severity];
  }

  topic(severity: Severity): string | null {
    return this.topics[severity].name;
  }

  /** Names of all topics, for grants. */
  get topicNames(): readonly string[] {
    return SEVERITIES.map((severity) => this.topics[severity].name);
  }

  /** Channels and topics that exist already. */
  static fromNotificationsAttributes(attributes: {
    readonly channels: Partial<Record<Severity, readonly string[]>>;
    readonly topics?: Partial<Record<Severity, string>>;
  }): INotifications {
    return {
      channels: (severity) => attributes.channels[severity] ?? [],
      topic: (severity) => attributes.topics?.[severity] ?? null,
    };
  }

  private tellOfLogLines(severity: Severity, project: string, platform: string): void {
    if (this.routes[severity].length === 0) return;
    new MonitoringAlertPolicy(this, `${pascalCase(severity)}Notices`, {
      project,
      displayName: `${platform}: notices (${severity})`,
      combiner: 'OR',
      severity: ALERT_SEVERITY[severity],
      conditions: [
        {
          displayName: `a handler tells of something (${severity})`,
          conditionMatchedLog: {
            filter: [
              'resource.type = "cloud_run_revision"',
              `jsonPayload.${NOTIFICATION_LOG_FIELD}.platform = ${JSON.stringify(platform)}`,
              `jsonPayload.${NOTIFICATION_LOG_FIELD}.severity = ${JSON.stringify(severity)}`,
            ].join(' AND '),
            labelExtractors: {
              subject: `EXTRACT(jsonPayload.${NOTIFICATION_LOG_FIELD}.subject)`,
              runbook: `EXTRACT(jsonPayload.${NOTIFICATION_LOG_FIELD}.runbook)`,
            },
          },
        },
      ],
      documentation: {
        mimeType: 'text/markdown',
        subject: `[${severity}] ${extracted('subject')}`,
        content: `${extracted('subject')}\n\nRunbook: ${extracted('runbook')}`,
      },
      notificationChannels: [...this.routes[severity]],
      // Cloud Monitoring asks for a limit on policies about log lines.
      alertStrategy: { autoClose: '86400s', notificationRateLimit: { period: '300s' } },
      userLabels: { ...platformContextOf(this).labels, urgency: severity },
    });
  }
}

/** A label of the log line in an alert's text; `$$` because Terraform would read `${` itself. */
const extracted = (label: string): string => `$\${log.extracted_label.${label}}`;

const bySeverity = <T>(make: (severity: Severity) => T): Record<Severity, T> =>
  Object.fromEntries(SEVERITIES.map((severity) => [severity, make(severity)])) as Record<Severity, T>;

/** Topic names in the environment of handlers. */
export const topicEnvironment = (notifications: INotifications | undefined): Record<string, string> =>
  Object.fromEntries(
    SEVERITIES.flatMap((severity) => {
      const topic = notifications?.topic(severity) ?? null;
      return topic === null ? [] : [[`MLP_TOPIC_${severity.toUpperCase()}`, topic]];
    }),
  );

/** Topics that there are, for grants. */
export const topicsOf = (notifications: INotifications | undefined): string[] =>
  SEVERITIES.flatMap((severity) => notifications?.topic(severity) ?? []);

type Channel = Pick<MonitoringNotificationChannelConfig, 'type' | 'labels' | 'sensitiveLabels'>;

const webhook = (url: string): Channel => ({ type: 'webhook_tokenauth', labels: { url } });

function channelConfig({ kind, address }: Contact): Channel {
  switch (kind) {
    case 'email':
      return { type: 'email', labels: { email_address: address } };
    case 'sms':
      return { type: 'sms', labels: { number: address } };
    case 'webhook':
    case 'pagerduty':
      // The address of PagerDuty's integration for Google Cloud Monitoring, whose key is a part of it (docs/google.md).
      return webhook(address);
  }
}
