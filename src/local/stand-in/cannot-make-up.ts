import { OperationError } from '../../kernel/problem';

/** The data contract asks for something that cannot be made up. */
export const cannotMakeUp = (path: string, got: string, expected: string, fix: string): OperationError =>
  new OperationError({ code: 'cannotMakeUp', path, got, expected, fix });
