import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EXAMPLE } from '../definition';

const run = promisify(execFile);

export type Files = Readonly<Record<string, Uint8Array>>;

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), body);
  }
}

/** All files below a folder, by their paths in it. */
export function readFiles(folder: string): Files {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1), readFileSync(path)];
      }),
  );
}

/**
 * The trainer's image as a process: the command of the definition, with the variables that the platform gives the container.
 * @throws Error with what it said, when it fails
 */
export async function runTrainer(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const [program = '', ...args] = command;
  await run(program, args, { cwd: EXAMPLE, env: { PATH: process.env['PATH'], ...environment } });
}
