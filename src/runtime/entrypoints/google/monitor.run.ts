import { httpHandler, listenWhenMain } from './serve';
import { tasks } from './tasks';

/** Monitoring jobs, called by their schedules. */
export const handler = httpHandler({ '/': tasks(['monitorDrift', 'monitorQuality']) });

listenWhenMain(require.main, module, handler);
