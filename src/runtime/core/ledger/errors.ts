import { OperationError, type Problem, show } from '../../../kernel/problem';

/** Something that cannot be a record of the ledger; `problems[0].code` names it. */
export class LedgerError extends OperationError {}

/** A value that JSON cannot hold without loss (RFC 8785 is defined on I-JSON alone). */
export function notCanonicalizable(path: string, got: string, expected: string): LedgerError {
  return new LedgerError({
    code: 'notCanonicalizable',
    path,
    got,
    expected,
    fix: 'leave the field out, or write it as a text that everybody reads alike',
  });
}

/** A record that is too big to be one line of an audit trail. */
export function recordTooLarge(bytes: number, maxBytes: number): LedgerError {
  return new LedgerError({
    code: 'recordTooLarge',
    path: 'details',
    got: `${bytes} bytes`,
    expected: `at most ${maxBytes} bytes`,
    fix: 'store the evidence as an object of its own and record its address and digest',
  });
}

/** A field of an entry that does not have its form. */
export function invalidEntry(path: string, got: unknown, expected: string): LedgerError {
  const problem: Problem = {
    code: 'invalidEntry',
    path,
    got: show(got),
    expected,
    fix: 'mend the caller: an entry says who, what and when in plain texts',
  };
  return new LedgerError(problem);
}
