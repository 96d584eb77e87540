import type { Json } from '../../kernel/json';
import { OperationError } from '../../kernel/problem';
import type { StateStore } from '../ports';

const ATTEMPTS = 20;

/** A change of a document: what to write (undefined: leave it), and what to answer. */
export interface Change<T> {
  readonly write: Json | undefined;
  readonly answer: T;
}

/**
 * Reads a document, decides, and writes only when nobody was faster; otherwise it reads and decides again.
 * @param change pure: it is called once an attempt
 * @throws OperationError `stateContended` when others are faster every time
 */
export async function changeDocument<T>(
  state: StateStore,
  key: string,
  change: (value: Json | undefined) => Change<T>,
): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await state.read(key);
    const { write, answer } = change(found?.value);
    if (write === undefined) return answer;
    const written = await state.compareAndSwap(key, found?.version ?? null, write);
    if (written !== undefined) return answer;
  }
  throw new OperationError({
    code: 'stateContended',
    path: key,
    got: `${ATTEMPTS} writes by others, each just before ours`,
    expected: 'a document that changes now and then',
    fix: 'try again; if it stays so, look for a workflow that runs in a loop',
  });
}
