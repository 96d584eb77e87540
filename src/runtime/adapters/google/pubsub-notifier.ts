import { NOTIFICATION_LOG_FIELD } from '../../../contract/google';
import type { Severity } from '../../../kernel/severity';
import type { Notification, Notifier } from '../../ports';
import type { GoogleApi } from './google-api';

export interface PubsubNotifierOptions {
  readonly platform: string;
  readonly model: string;
  /** Topic's name by severity; empty where nobody listens. */
  readonly topics: Readonly<Record<Severity, string>>;
  /** Writes one line of the function's log. */
  readonly log: (line: string) => void;
}

const LOG_SEVERITY = { page: 'CRITICAL', ticket: 'ERROR', info: 'WARNING' } as const satisfies Record<Severity, string>;

/** Tells people by a log line, which an alert policy sends to their channels, and machines by a topic. */
export class PubsubNotifier implements Notifier {
  constructor(
    private readonly api: GoogleApi,
    private readonly options: PubsubNotifierOptions,
  ) {}

  async notify(notification: Notification): Promise<void> {
    const { platform, model, topics, log } = this.options;
    const notice = { platform, model, ...notification, runbook: notification.runbook ?? '' };
    log(
      JSON.stringify({
        severity: LOG_SEVERITY[notification.severity],
        message: notification.subject,
        [NOTIFICATION_LOG_FIELD]: notice,
      }),
    );
    const topic = topics[notification.severity];
    if (topic === '') return;
    const path = topic.startsWith('projects/') ? topic : `projects/${this.api.project}/topics/${topic}`;
    await this.api.call('POST', 'pubsub', `${path}:publish`, {
      messages: [
        {
          data: Buffer.from(JSON.stringify(notice)).toString('base64'),
          attributes: { severity: notification.severity, kind: notification.kind, model },
        },
      ],
    });
  }
}
