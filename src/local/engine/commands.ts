import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ModelDefinition } from '../../definition/platform';
import { OperationError } from '../../kernel/problem';

export interface ServerCommand {
  readonly command: readonly string[];
  readonly cwd: string;
}

/** Files by which a server's folder starts without its image, and how. */
const SERVERS = [
  ['server.mjs', 'node'],
  ['server.js', 'node'],
  ['server.py', 'python3'],
] as const;

/** How the trainer runs here: `training.local.command`, in the folder of the definition. */
export function trainCommand(model: string, { training }: ModelDefinition): readonly string[] {
  if (training.local !== undefined) return training.local.command;
  throw new OperationError({
    code: 'noLocalTrainer',
    path: `models.${model}.training.local.command`,
    got: 'nothing',
    expected: 'the command that trains on this machine, such as [node, trainer/train.mjs]',
    fix: 'add training.local; the command gets the same MLP_* variables as the image',
  });
}

/** How the server runs here: `server.mjs`, `server.js` or `server.py` in the folder that its image is built from. */
export function serverCommand(model: string, { serving }: ModelDefinition, baseDir: string): ServerCommand {
  const folder = 'build' in serving.image ? resolve(baseDir, serving.image.build) : null;
  const found = folder === null ? undefined : SERVERS.find(([file]) => existsSync(join(folder, file)));
  if (folder !== null && found !== undefined) return { command: [found[1], join(folder, found[0])], cwd: folder };
  throw new OperationError({
    code: 'noLocalServer',
    path: `models.${model}.serving.image.build`,
    got: folder === null ? 'an image that exists elsewhere' : `no server in ${folder}`,
    expected: SERVERS.map(([file]) => file).join(', '),
    fix: 'put a server into the folder that the image is built from',
  });
}
