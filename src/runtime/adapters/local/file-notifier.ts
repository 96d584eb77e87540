import type { Clock, Notification, Notifier } from '../../ports';
import type { JsonlFile } from './jsonl-file';

/** A notification as it is stored: `at` in epoch seconds. */
export interface StoredNotification extends Notification {
  readonly at: number;
}

/** Notifications as lines of a file; on one machine nobody is paged. */
export class FileNotifier implements Notifier {
  constructor(
    private readonly file: JsonlFile,
    private readonly clock: Clock,
    private readonly listen: (notification: StoredNotification) => void = () => undefined,
  ) {}

  async notify(notification: Notification): Promise<void> {
    const stored = { at: this.clock.now(), ...notification };
    this.file.append([stored]);
    this.listen(stored);
  }
}
