import { type Json, toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

interface Lock {
  /** Name of the release run that holds it; null when it is free. */
  readonly run: string | null;
  readonly version: number | null;
  /** A newer version that waits, and for which the release that goes on is to give way; null for none. */
  readonly supersededBy: number | null;
  /** Run that takes back what the holder has left, which was stopped; null for none. */
  readonly recoveredBy: string | null;
}

const FREE: Lock = { run: null, version: null, supersededBy: null, recoveredBy: null };

/** What became of a request for the lock: it is held now, or others are first, or a newer version has taken this one's place. */
export type LockAnswer =
  | { readonly taken: true }
  | { readonly taken: false; readonly holder: Pick<Lock, 'run' | 'version'>; readonly supersededBy: number | null };

/**
 * Takes the model's release lock for a run; the run that holds it takes it again. With `supersede` a newer version that finds
 * it taken asks the holder to give way.
 */
export async function takeReleaseLock(
  { state, model }: Pick<Ports, 'state' | 'model'>,
  run: string,
  version: number,
  onConcurrent: 'queue' | 'supersede',
): Promise<LockAnswer> {
  return changeDocument<LockAnswer>(state, stateKeys.releaseLock(model), (value) => {
    const lock = lockOf(value);
    if (lock.run === run) return { write: undefined, answer: { taken: true } };
    // Of those who wait, the newest goes first where it supersedes; older ones are not wanted any more.
    const isOutdated = lock.supersededBy !== null && lock.supersededBy > version;
    if (lock.run === null && !isOutdated) {
      return { write: toJson({ ...FREE, run, version }), answer: { taken: true } };
    }
    const supersedes = onConcurrent === 'supersede' && !isOutdated && version > (lock.version ?? 0);
    return {
      write: supersedes && lock.supersededBy !== version ? toJson({ ...lock, supersededBy: version }) : undefined,
      answer: { taken: false, holder: lock, supersededBy: isOutdated ? lock.supersededBy : null },
    };
  });
}

/** A release that has ended, or was stopped, with its lock: what it has left is to be taken back by whoever took it over. */
export interface LeftRelease {
  readonly run: string;
  readonly version: number;
}

/**
 * Takes over the lock of a release that has ended without freeing it. The lock stays that of the release, which is what
 * deployments and records are of; who takes back what it has left is written beside it.
 * @param stopped name of that release, for whoever was told of it and is not to follow one whose roll-back was stopped too;
 *   null to take over whichever there is
 * @returns null when there is none, it goes on, or another run takes it back
 */
export async function takeOverRelease(
  { state, model, workflows }: Pick<Ports, 'state' | 'model' | 'workflows'>,
  run: string,
  stopped: string | null,
): Promise<LeftRelease | null> {
  const key = stateKeys.releaseLock(model);
  const found = lockOf((await state.read(key))?.value);
  const holder = found.recoveredBy ?? found.run;
  if (holder === null || found.run === run || (stopped !== null && found.run !== stopped)) return null;
  if (holder !== run) {
    if (stopped !== null && found.recoveredBy !== null) return null;
    if ((await workflows.status('release', holder)) === 'running') return null;
  }
  return changeDocument<LeftRelease | null>(state, key, (value) => {
    const lock = lockOf(value);
    if (lock.run === null || lock.version === null) return { write: undefined, answer: null };
    const left = { run: lock.run, version: lock.version };
    if (lock.recoveredBy === run) return { write: undefined, answer: left };
    if (lock.run !== found.run || lock.recoveredBy !== found.recoveredBy) return { write: undefined, answer: null };
    return { write: toJson({ ...lock, recoveredBy: run }), answer: left };
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

/**
 * Stopping an execution does not stop the call that it has made: whoever changes what serves or who is said to serve looks
 * first whether the release is still its own.
 * @throws OperationError `releaseTakenOver`
 */
export async function assertHoldsRelease({ state, model }: Pick<Ports, 'state' | 'model'>, run: string): Promise<void> {
  const found = await state.read(stateKeys.releaseLock(model));
  // Where no lock was ever taken nobody can have taken it over.
  if (found === undefined) return;
  const lock = lockOf(found.value);
  if (lock.run === run && lock.recoveredBy === null) return;
  throw new OperationError({
    code: 'releaseTakenOver',
    path: `release/${model}`,
    got: lock.run === run ? `taken back by ${lock.recoveredBy}` : `the lock of ${lock.run ?? 'nobody'}`,
    expected: `the lock of ${run}`,
    fix: 'nothing: the release was stopped, and another run takes back what it has left',
  });
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
