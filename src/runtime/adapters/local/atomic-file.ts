import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { OperationError } from '../../../kernel/problem';

/** Marks files that are being written; whoever lists a folder leaves them out, and `sweep` removes what a crash has left. */
export const UNFINISHED = '.unfinished-';

let written = 0;

/** How bytes reach an open file; tests put a full disk here. */
export type WriteBytes = (descriptor: number, bytes: Uint8Array) => void;

const writeAll: WriteBytes = (descriptor, bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
};

/**
 * Replaces a file as a whole: whoever reads sees the bytes before or all of the bytes after, also when the process or the
 * machine dies at any moment.
 * @throws OperationError `diskFull`, `fileNotWritable`; the file is as it was then
 */
export function replaceFile(path: string, bytes: Uint8Array, write: WriteBytes = writeAll): void {
  const temporary = writeBeside(path, bytes, write);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Writes a file only when there is none. @returns false, and changes nothing, when there is one */
export function createFile(path: string, bytes: Uint8Array, write: WriteBytes = writeAll): boolean {
  const temporary = writeBeside(path, bytes, write);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw named(path, error);
  } finally {
    unlinkSync(temporary);
  }
  syncFolder(dirname(path));
  return true;
}

/** A name beside the file that no other writer has. */
export function temporaryBeside(path: string): string {
  written += 1;
  return `${dirname(path)}/${UNFINISHED}${process.pid}-${written}`;
}

function writeBeside(path: string, bytes: Uint8Array, write: WriteBytes): string {
  const temporary = temporaryBeside(path);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(temporary, 'wx');
    try {
      write(descriptor, bytes);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return temporary;
  } catch (error) {
    rmSync(temporary, { force: true });
    throw named(path, error);
  }
}

/** A rename is only certain when its folder has reached the disk. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Windows cannot open folders.
    if (process.platform !== 'win32') throw named(folder, error);
  }
}

/** The error of a file operation, with what to do. */
export function named(path: string, error: unknown): Error {
  if (error instanceof OperationError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new OperationError({
    code: full ? 'diskFull' : 'fileNotWritable',
    path,
    got: full ? 'no space left on the device' : code,
    expected: full ? 'room for the file' : 'a file that this process may write',
    fix: full
      ? 'make room, or choose another folder with --data; run again: finished steps are kept'
      : 'check the folder and its permissions, or choose another one with --data',
  });
}
