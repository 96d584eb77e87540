import { TARGET_CHANGING } from '../../../contract/aws';

/** Thrown while the endpoint changes; the state machine makes the same call again. */
export class TargetChangingError extends Error {
  constructor(endpoint: string) {
    super(`the endpoint ${endpoint} still changes; the call is made again`);
    this.name = TARGET_CHANGING;
  }
}
