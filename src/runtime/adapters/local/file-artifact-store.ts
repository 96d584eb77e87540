import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { OperationError, show } from '../../../kernel/problem';
import type { ArtifactStore } from '../../ports';
import { createFile, replaceFile, UNFINISHED, type WriteBytes } from './atomic-file';

/** Artifacts as files below a folder: a key is a relative path. */
export class FileArtifactStore implements ArtifactStore {
  readonly root: string;

  constructor(
    root: string,
    private readonly write?: WriteBytes,
    /** False: nobody waits until bytes have reached the disk; for what ends with the process. */
    private readonly durable = true,
  ) {
    this.root = resolve(root);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    try {
      return readFileSync(this.path(key));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
      throw error;
    }
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    if (this.durable) return replaceFile(this.path(key), body, this.write);
    const path = this.path(key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, body);
  }

  async putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return createFile(this.path(key), body, this.write);
  }

  async list(prefix: string): Promise<string[]> {
    // A prefix may end within a name: list its folder, and take what begins like it.
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    return this.below(folder)
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => (a < b ? -1 : 1));
  }

  async digest(key: string): Promise<string | undefined> {
    const path = this.path(key);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    const sum = createHash('sha256');
    for await (const bytes of createReadStream(path)) sum.update(bytes as Uint8Array);
    return `sha256:${sum.digest('hex')}`;
  }

  async copyFrom(uri: string, key: string): Promise<void> {
    await this.put(key, readFileSync(uri));
  }

  uri(key: string): string {
    return this.path(key);
  }

  /** The file of a key. @throws OperationError `badArtifactKey` for a key that leaves the folder */
  path(key: string): string {
    const path = resolve(this.root, ...key.split('/'));
    const inside = path.startsWith(`${this.root}${sep}`) && !key.split('/').some((part) => part.startsWith(UNFINISHED));
    if (key !== '' && inside) return key.endsWith('/') ? `${path}/` : path;
    throw new OperationError({
      code: 'badArtifactKey',
      path: this.root,
      got: show(key),
      expected: 'a relative key with /',
      fix: 'use a key below the model’s prefix',
    });
  }

  private below(folder: string): string[] {
    try {
      return readdirSync(join(this.root, folder), { withFileTypes: true }).flatMap((entry) => {
        if (entry.name.startsWith(UNFINISHED)) return [];
        const key = `${folder}${entry.name}`;
        return entry.isDirectory() ? this.below(`${key}/`) : [key];
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  }
}
