import { httpHandler, listenWhenMain } from './serve';
import { tasks } from './tasks';

/** Steps of a release, and the report of what was released. */
export const handler = httpHandler({
  '/': tasks([
    'verifyArtifact',
    'deployShadow',
    'analyseShadow',
    'deployChallenger',
    'shiftTraffic',
    'analyseTraffic',
    'promote',
    'rollBack',
    'recordIncident',
    'escalateIncident',
    'resolveIncident',
    'reportDora',
  ]),
});

listenWhenMain(require.main, module, handler);
