import type { AlarmKind } from '../../kernel/alarm-kinds';
import type { Severity } from '../../kernel/severity';

export interface Notification {
  readonly severity: Severity;
  readonly kind: AlarmKind;
  readonly subject: string;
  readonly text: string;
  readonly runbook: string | null;
}

/** Tells people by severity. */
export interface Notifier {
  notify(notification: Notification): Promise<void>;
}
