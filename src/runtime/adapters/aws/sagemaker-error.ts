import { errorMessage, errorName } from './sdk-error';

/** SageMaker names no error of its own for what is not there, or there already. */
export const isMissing = (error: unknown): boolean =>
  errorName(error) === 'ValidationException' && /could not find|does not exist/i.test(errorMessage(error));

/** For `catch`: what is not there needs no deletion. */
export function unlessMissing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

/** For `catch`: what is there already was made by an earlier call. */
export function unlessThere(error: unknown): undefined {
  if (errorName(error) === 'ValidationException' && /already exist/i.test(errorMessage(error))) return undefined;
  throw error;
}
