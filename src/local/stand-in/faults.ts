import { durationSeconds } from '../../kernel/duration';
import { OperationError } from '../../kernel/problem';
import type { ArtifactStore } from '../../runtime/ports';
import { artifactKeys } from '../../runtime/usecases';
import type { Fault, FaultKind, Scenario } from '../scenario/schema';

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** When a fault begins and ends, epoch seconds; infinity where nothing is said. @param start of the scenario */
export function faultSpan(fault: Fault, start: number): { readonly from: number; readonly to: number } {
  const from = start + durationSeconds(fault.at);
  return { from, to: fault.for === undefined ? Number.POSITIVE_INFINITY : from + durationSeconds(fault.for) };
}

/**
 * The faults of a kind that a scenario has at an instant, in the scenario's order.
 * @param start of the scenario, epoch seconds
 * @param at epoch seconds; a fault is there from its begin on, and at its end no more
 */
export function activeFaults<K extends FaultKind>(
  scenario: Pick<Scenario, 'faults'>,
  start: number,
  at: number,
  kind: K,
): FaultOf<K>[] {
  return scenario.faults.filter((fault): fault is FaultOf<K> => {
    if (fault.kind !== kind) return false;
    const { from, to } = faultSpan(fault, start);
    return from <= at && at < to;
  });
}

/** Percents of faults that strike independently of each other, together. */
export const togetherPercent = (percents: readonly number[]): number =>
  100 * (1 - percents.reduce((left, percent) => left * (1 - percent / 100), 1));

const ZERO = '0'.charCodeAt(0);
const POINT = '.'.charCodeAt(0);

/**
 * Changes one byte of a run's model, as somebody would who has access to the store: the tenths of the last number of the
 * first file, so that the model still loads and answers a little otherwise; of a file without such a number its last byte.
 * @returns the key of the file
 * @throws OperationError `modelMissing`
 */
export async function tamper(artifacts: ArtifactStore, run: string): Promise<string> {
  const [key] = await artifacts.list(artifactKeys.model(run));
  const body = key === undefined ? undefined : await artifacts.get(key);
  if (key === undefined || body === undefined || body.length === 0) {
    throw new OperationError({
      code: 'modelMissing',
      path: artifacts.uri(artifactKeys.model(run)),
      got: 'no file that could be changed',
      expected: 'the model of the run',
      fix: 'let the run train before its artifact is tampered with',
    });
  }
  const changed = Uint8Array.from(body);
  const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
  const digit = changed.findLastIndex((byte, at) => isDigit(byte) && changed[at - 1] === POINT);
  if (digit === -1) changed[changed.length - 1]! ^= 1;
  else changed[digit] = ZERO + ((changed[digit]! - ZERO + 1) % 10);
  await artifacts.put(key, changed);
  return key;
}
