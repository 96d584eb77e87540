import { OperationError } from '../../kernel/problem';

/** What a person decides of a version. */
export interface VersionDecision {
  readonly version: number;
  readonly decision: 'approve' | 'reject';
  /** The person: nobody on one machine checks it, the registry's rules do. */
  readonly by: string;
  readonly reason?: string;
}

/** What became of a decision. */
export interface VersionDecided {
  readonly version: number;
  /** `refused` by the registry's rules; `settled` when there was nothing to decide any more. */
  readonly decision: 'approved' | 'rejected' | 'refused' | 'settled';
  /** Code of the rule that refuses, reason of a no, or state of a settled version. */
  readonly reason: string | null;
  /** Name of the release that follows. */
  readonly release: string | null;
}

export const unknownVersion = (model: string, version: number, known: readonly string[]): OperationError =>
  new OperationError({
    code: 'unknownVersion',
    path: `models.${model}.versions`,
    got: String(version),
    expected: known.length === 0 ? 'a version; none is registered yet' : `one of ${known.join(', ')}`,
    fix: 'name a version of the registry',
  });
