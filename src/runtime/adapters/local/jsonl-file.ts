import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Json } from '../../../kernel/json';
import { named, replaceFile } from './atomic-file';

/** A file of JSON lines that only grows; a line that a crash has cut off is left out when it is read. */
export class JsonlFile {
  private pending = '';

  constructor(
    readonly path: string,
    /** Characters that are kept in memory before they are written. */
    private readonly bufferSize = 0,
  ) {}

  append(values: readonly unknown[]): void {
    this.pending += values.map((value) => `${JSON.stringify(value)}\n`).join('');
    if (this.pending.length > this.bufferSize) this.flush();
  }

  flush(): void {
    if (this.pending === '') return;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      appendFileSync(this.path, this.pending);
    } catch (error) {
      throw named(this.path, error);
    }
    this.pending = '';
  }

  read(): Json[] {
    this.flush();
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Json];
      } catch {
        return [];
      }
    });
  }

  /** Keeps the lines that `keep` wants, in one write. */
  retain(keep: (value: Json) => boolean): void {
    const lines = this.read()
      .filter(keep)
      .map((value) => `${JSON.stringify(value)}\n`);
    replaceFile(this.path, new TextEncoder().encode(lines.join('')));
  }
}
