import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Severity } from '../../../kernel/severity';
import type { Notification, Notifier } from '../../ports';

/** Longest subject that SNS takes. */
const MAX_SUBJECT = 100;

/** Tells people over the topic of a severity; a severity without a topic tells nobody. */
export class SnsNotifier implements Notifier {
  constructor(
    private readonly client: SNSClient,
    private readonly topics: Readonly<Record<Severity, string>>,
    /** Base of runbook links; empty for none. */
    private readonly runbooks: string,
  ) {}

  async notify({ severity, kind, subject, text, runbook }: Notification): Promise<void> {
    const topic = this.topics[severity];
    if (topic === '') return;
    const link = runbook ?? (this.runbooks === '' ? null : `${this.runbooks.replace(/\/+$/, '')}/${kind}`);
    await this.client.send(
      new PublishCommand({
        TopicArn: topic,
        // SNS refuses control characters and anything but ASCII in a subject.
        Subject: subject.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_SUBJECT),
        Message: [text, ...(link === null ? [] : [`Runbook: ${link}`])].join('\n\n'),
        MessageAttributes: {
          severity: { DataType: 'String', StringValue: severity },
          kind: { DataType: 'String', StringValue: kind },
        },
      }),
    );
  }
}
