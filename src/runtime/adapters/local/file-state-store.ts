import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';
import { createFile, type WriteBytes } from './atomic-file';

/** Old versions that stay, so that a writer that sleeps between looking and writing finds its number taken. */
const KEPT = 16;

/**
 * State documents as files: each version of a document is a file of its own, `<key>/<number>.json`, created exclusively.
 * So compare-and-swap needs no lock that a killed process could leave behind.
 */
export class FileStateStore implements StateStore {
  constructor(
    private readonly root: string,
    private readonly write?: WriteBytes,
  ) {}

  async read(key: string): Promise<Versioned | undefined> {
    for (;;) {
      const newest = this.newest(key);
      if (newest === 0) return undefined;
      const text = readIfThere(this.path(key, newest));
      // Gone: somebody has written a newer version in between.
      if (text !== undefined) return { value: JSON.parse(text) as Json, version: String(newest) };
    }
  }

  async compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    const before = expected === null ? 0 : Number(expected);
    if (!Number.isSafeInteger(before) || this.newest(key) !== before) return undefined;
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    if (!createFile(this.path(key, before + 1), bytes, this.write)) return undefined;
    if (before >= KEPT) rmSync(this.path(key, before + 1 - KEPT), { force: true });
    return String(before + 1);
  }

  private newest(key: string): number {
    return this.numbers(key).at(-1) ?? 0;
  }

  private numbers(key: string): number[] {
    try {
      return readdirSync(join(this.root, ...key.split('/')))
        .flatMap((name) => (/^[1-9]\d*\.json$/.test(name) ? [Number.parseInt(name, 10)] : []))
        .sort((a, b) => a - b);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private path(key: string, number: number): string {
    return join(this.root, ...key.split('/'), `${number}.json`);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
