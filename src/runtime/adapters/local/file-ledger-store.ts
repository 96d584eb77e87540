import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import { type LedgerRecord, parseRecordText, recordText } from '../../core/ledger';
import type { LedgerStore } from '../../ports';
import { createFile, type WriteBytes } from './atomic-file';

const NAME = /^(\d{10})\.json$/;

/** The ledger as files of a folder, one a record, named by its sequence; a file is created once and never replaced. */
export class FileLedgerStore implements LedgerStore {
  /** The last number that was seen; files are only ever added, so a search begins here. */
  private last = 0;

  constructor(
    private readonly folder: string,
    private readonly write?: WriteBytes,
  ) {}

  async read(fromSequence: number): Promise<Json[]> {
    return this.sequences()
      .filter((sequence) => sequence >= fromSequence)
      .map((sequence) => this.record(sequence));
  }

  async head(): Promise<Json | undefined> {
    const last = this.sequences().at(-1);
    return last === undefined ? undefined : this.record(last);
  }

  async append(sequence: number, record: Json): Promise<boolean> {
    if (sequence <= this.last) return false;
    const bytes = new TextEncoder().encode(recordText(record as unknown as LedgerRecord));
    const appended = createFile(this.path(sequence), bytes, this.write);
    this.last = Math.max(this.last, sequence);
    return appended;
  }

  private record(sequence: number): Json {
    const record = parseRecordText(readFileSync(this.path(sequence)));
    if (record !== undefined) return record as unknown as Json;
    throw new OperationError({
      code: 'ledgerBroken',
      path: this.path(sequence),
      got: 'a file that is no record of the chain',
      expected: 'the canonical text of a record',
      fix: 'somebody has changed the file: verify the chain, and restore the file from a copy',
    });
  }

  private sequences(): number[] {
    try {
      return readdirSync(this.folder)
        .flatMap((name) => (NAME.test(name) ? [Number.parseInt(name, 10)] : []))
        .sort((a, b) => a - b);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private path(sequence: number): string {
    return join(this.folder, `${String(sequence).padStart(10, '0')}.json`);
  }
}

/** The stored lines of a ledger's folder, in order, as bytes: what `verifyChainText` reads. */
export function ledgerLines(folder: string): Uint8Array[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .map((name) => readFileSync(join(folder, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
