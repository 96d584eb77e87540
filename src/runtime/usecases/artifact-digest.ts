import { createHash } from 'node:crypto';
import { OperationError } from '../../kernel/problem';
import type { ArtifactStore } from '../ports';
import { artifactKeys } from './keys';

/** `sha256:` and the hex digest of bytes. */
export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * The digest of a run's model: of the archive, or of the sorted list of the folder's files with the digest of each, so
 * that a file that is added, changed, renamed or gone changes it.
 * @throws OperationError `modelMissing` when the trainer has left no file
 */
export async function modelDigest(artifacts: ArtifactStore, run: string): Promise<string> {
  const archive = await artifacts.digest(artifactKeys.modelArchive(run));
  if (archive !== undefined) return archive;
  const prefix = artifactKeys.model(run);
  const lines: string[] = [];
  for (const key of await artifacts.list(prefix)) {
    const digest = await artifacts.digest(key);
    if (digest !== undefined) lines.push(`${digest}  ${key.slice(prefix.length)}\n`);
  }
  if (lines.length === 0) {
    throw new OperationError({
      code: 'modelMissing',
      path: artifacts.uri(prefix),
      got: 'no file',
      expected: 'at least one file in the model folder',
      fix: 'let the trainer write the model into the folder that MLP_MODEL_DIR names',
    });
  }
  return digestOf(lines.join(''));
}
