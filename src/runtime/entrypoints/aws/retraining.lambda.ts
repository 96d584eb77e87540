import { handleTask } from './handle-task';

/** The retraining decision, called by its schedule and by alarms. */
export const handler = handleTask(['decideRetraining']);
