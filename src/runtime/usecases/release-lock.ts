import { type Json, toJson } from '../../kernel/json';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

interface Lock {
  /** Name of the release run that holds it; null when it is free. */
  readonly run: string | null;
  readonly version: number | null;
  /** A newer version that waits, and for which the release that goes on is to give way; null for none. */
  readonly supersededBy: number | null;
}

const FREE: Lock = { run: null, version: null, supersededBy: null };

/** What became of a request for the lock: it is held now, or others are first, or a newer version has taken this one's place. */
export type LockAnswer =
  | { readonly taken: true }
  | { readonly taken: false; readonly holder: Pick<Lock, 'run' | 'version'>; readonly supersededBy: number | null };

/**
 * Takes the model's release lock for a run; the run that holds it takes it again. A lock whose run has ended is free.
 * With `supersede` a newer version that finds it taken asks the holder to give way.
 */
export async function takeReleaseLock(
  { state, model, workflows }: Pick<Ports, 'state' | 'model' | 'workflows'>,
  run: string,
  version: number,
  onConcurrent: 'queue' | 'supersede',
): Promise<LockAnswer> {
  const key = stateKeys.releaseLock(model);
  const found = lockOf((await state.read(key))?.value);
  const abandoned =
    found.run !== null && found.run !== run && (await workflows.status('release', found.run)) !== 'running';
  return changeDocument<LockAnswer>(state, key, (value) => {
    const lock = lockOf(value);
    const isFree = lock.run === null || (abandoned && lock.run === found.run);
    if (lock.run === run) return { write: undefined, answer: { taken: true } };
    // Of those who wait, the newest goes first where it supersedes; older ones are not wanted any more.
    const isOutdated = lock.supersededBy !== null && lock.supersededBy > version;
    if (isFree && !isOutdated) return { write: toJson({ run, version, supersededBy: null }), answer: { taken: true } };
    const supersedes = onConcurrent === 'supersede' && !isOutdated && version > (lock.version ?? 0);
    return {
      write: supersedes && lock.supersededBy !== version ? toJson({ ...lock, supersededBy: version }) : undefined,
      answer: { taken: false, holder: lock, supersededBy: isOutdated ? lock.supersededBy : null },
    };
  });
}

/** The newer version for which a run that holds the lock has to give way; null for none. */
export async function supersededBy(
  { state, model }: Pick<Ports, 'state' | 'model'>,
  run: string,
): Promise<number | null> {
  const lock = lockOf((await state.read(stateKeys.releaseLock(model)))?.value);
  return lock.run === run ? lock.supersededBy : null;
}

/** Frees the lock when this run holds it; who is to follow stays written. */
export async function freeReleaseLock({ state, model }: Pick<Ports, 'state' | 'model'>, run: string): Promise<void> {
  await changeDocument(state, stateKeys.releaseLock(model), (value) => {
    const lock = lockOf(value);
    const write = lock.run === run ? toJson({ ...FREE, supersededBy: lock.supersededBy }) : undefined;
    return { write, answer: undefined };
  });
}

const lockOf = (value: Json | undefined): Lock => ({ ...FREE, ...(value as unknown as Partial<Lock> | undefined) });
