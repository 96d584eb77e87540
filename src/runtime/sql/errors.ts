import { OperationError, show } from '../../kernel/problem';

/** A name that cannot be an identifier in any of the engines. */
export function badIdentifier(name: string): OperationError {
  return new OperationError({
    code: 'sqlIdentifier',
    path: 'identifier',
    got: show(name),
    expected: 'a name of at least one character without NUL',
    fix: 'rename the column or the table',
  });
}

/** A value that cannot be written as a literal. */
export function badLiteral(kind: string, value: unknown, expected: string): OperationError {
  return new OperationError({
    code: 'sqlLiteral',
    path: kind,
    got: show(value),
    expected,
    fix: 'change the value in the definition, or clean it where the data is written',
  });
}

/** A request that cannot be made into a statement. */
export function badRequest(path: string, got: unknown, expected: string, fix: string): OperationError {
  return new OperationError({ code: 'sqlRequest', path, got: show(got), expected, fix });
}

/** A reply that is not what the statement asks for. */
export function badReply(path: string, got: unknown, expected: string): OperationError {
  return new OperationError({
    code: 'sqlReply',
    path,
    got: show(got),
    expected,
    fix: 'check that the reply belongs to the statement that was made, and that the adapter passes values on unchanged',
  });
}
