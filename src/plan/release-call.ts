import { TASK_RETRY, type TaskStep } from './step-graph';

/** A change of what serves: endpoints take minutes. */
export const DEPLOY_TIMEOUT = 3600;
const CALL_TIMEOUT = 300;

/** A call of a release: what fails for good is taken back, unless the step says otherwise. */
export const releaseCall = (
  step: Omit<TaskStep, 'kind' | 'retry' | 'timeoutSeconds' | 'onError'> &
    Partial<Pick<TaskStep, 'onError' | 'timeoutSeconds'>>,
): TaskStep => ({
  kind: 'task',
  retry: TASK_RETRY,
  timeoutSeconds: CALL_TIMEOUT,
  onError: 'rollBack',
  ...step,
});
