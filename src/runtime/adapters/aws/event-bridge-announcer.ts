import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EVENT_SOURCE, PROMOTED } from '../../../contract/aws';
import type { PromotedVersion, VersionAnnouncer } from '../../ports';

export interface EventBridgeAnnouncerOptions {
  readonly platform: string;
  readonly model: string;
  /** Bucket of the artifacts. */
  readonly artifacts: string;
}

/** Promoted versions as events on the account's default bus. @throws Error when EventBridge does not take one */
export class EventBridgeAnnouncer implements VersionAnnouncer {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly options: EventBridgeAnnouncerOptions,
  ) {}

  async promoted(version: PromotedVersion): Promise<void> {
    const { FailedEntryCount, Entries } = await this.client.send(
      new PutEventsCommand({
        Entries: [
          { Source: EVENT_SOURCE, DetailType: PROMOTED, Detail: JSON.stringify({ ...this.options, ...version }) },
        ],
      }),
    );
    if ((FailedEntryCount ?? 0) > 0)
      throw new Error(`EventBridge refused: ${Entries?.[0]?.ErrorMessage ?? 'no reason'}`);
  }
}
