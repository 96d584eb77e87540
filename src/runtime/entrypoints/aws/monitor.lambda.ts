import { handleTask } from './handle-task';

/** Monitoring jobs, called by their schedules. */
export const handler = handleTask(['monitorDrift', 'monitorQuality']);
