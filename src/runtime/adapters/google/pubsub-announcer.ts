import type { OfferMessage } from '../../../contract/google';
import type { PromotedVersion, VersionAnnouncer } from '../../ports';
import type { GoogleApi } from './google-api';

export interface PubsubAnnouncerOptions {
  readonly platform: string;
  readonly model: string;
  /** Bucket of the artifacts. */
  readonly artifacts: string;
  /** `projects/…/topics/…`. */
  readonly topic: string;
}

/** Promoted versions as messages, by which the next environment takes them. */
export class PubsubAnnouncer implements VersionAnnouncer {
  constructor(
    private readonly api: GoogleApi,
    private readonly options: PubsubAnnouncerOptions,
  ) {}

  async promoted({ version, artifactDigest, replaces }: PromotedVersion): Promise<void> {
    const { platform, model, artifacts, topic } = this.options;
    const offer: OfferMessage = { platform, model, artifacts, version, artifactDigest, replaces };
    await this.api.call('POST', 'pubsub', `${topic}:publish`, {
      messages: [{ data: Buffer.from(JSON.stringify(offer)).toString('base64'), attributes: { platform, model } }],
    });
  }
}
