import { httpHandler, listenWhenMain } from './serve';
import { alerts, tasks } from './tasks';

/** The decision to train again: asked by its schedule, by alerts, and by people. */
export const handler = httpHandler({ '/': tasks(['decideRetraining']), '/alerts': alerts() });

listenWhenMain(require.main, module, handler);
