import type { Json } from '../../../kernel/json';
import type { LedgerStore } from '../../ports';
import type { GcsBucket } from './gcs-bucket';

/** Digits of a sequence number in a key, so that keys sort as numbers do. */
const DIGITS = 12;
const keyOf = (sequence: number): string => `${String(sequence).padStart(DIGITS, '0')}.json`;

/** The audit ledger in a bucket with a retention policy: one object a record, written only where its number is free. */
export class GcsLedgerStore implements LedgerStore {
  constructor(private readonly bucket: GcsBucket) {}

  async read(fromSequence: number): Promise<Json[]> {
    const keys = await this.bucket.list('', keyOf(fromSequence));
    const records = await Promise.all(keys.map((key) => this.record(key)));
    return records.filter((record): record is Json => record !== undefined);
  }

  /** Numbers have no gaps: doubling finds a free one, halving the last that is taken. */
  async head(): Promise<Json | undefined> {
    let free = 1;
    while ((await this.bucket.read(keyOf(free))) !== undefined) free *= 2;
    let taken = Math.floor(free / 2);
    while (free - taken > 1) {
      const middle = Math.floor((free + taken) / 2);
      if ((await this.bucket.read(keyOf(middle))) === undefined) free = middle;
      else taken = middle;
    }
    return taken === 0 ? undefined : this.record(keyOf(taken));
  }

  async append(sequence: number, record: Json): Promise<boolean> {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    return (await this.bucket.write(keyOf(sequence), line, '0')) !== undefined;
  }

  private async record(key: string): Promise<Json | undefined> {
    const found = await this.bucket.read(key);
    return found && (JSON.parse(Buffer.from(found.body).toString('utf8')) as Json);
  }
}
