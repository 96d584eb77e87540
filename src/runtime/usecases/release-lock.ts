import { toJson } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import { changeDocument } from './compare-and-swap';
import { stateKeys } from './keys';
import type { Ports } from './ports';

interface Lock {
  /** Name of the release run that holds it; null when it is free. */
  readonly run: string | null;
  readonly version: number | null;
}

const FREE: Lock = { run: null, version: null };

/**
 * Takes the model's release lock for a run; the run that holds it takes it again. A lock whose run has ended is free.
 * @throws OperationError `releaseInProgress`
 */
export async function takeReleaseLock(
  { state, model, workflows }: Pick<Ports, 'state' | 'model' | 'workflows'>,
  run: string,
  version: number,
): Promise<void> {
  const key = stateKeys.releaseLock(model);
  const found = ((await state.read(key))?.value ?? FREE) as unknown as Lock;
  const abandoned =
    found.run !== null && found.run !== run && (await workflows.status('release', found.run)) !== 'running';
  const holder = await changeDocument(state, key, (value) => {
    const lock = (value ?? FREE) as unknown as Lock;
    const mine = lock.run === null || lock.run === run || (abandoned && lock.run === found.run);
    return mine ? { write: toJson({ run, version }), answer: null } : { write: undefined, answer: lock };
  });
  if (holder === null) return;
  throw new OperationError({
    code: 'releaseInProgress',
    path: key,
    got: `version ${holder.version}, held by release ${holder.run}`,
    expected: 'one release of a model at a time',
    fix: 'wait for the release that goes on, or stop it',
  });
}

/** Frees the lock when this run holds it. */
export async function freeReleaseLock({ state, model }: Pick<Ports, 'state' | 'model'>, run: string): Promise<void> {
  await changeDocument(state, stateKeys.releaseLock(model), (value) => {
    const lock = (value ?? FREE) as unknown as Lock;
    return { write: lock.run === run ? toJson(FREE) : undefined, answer: undefined };
  });
}
