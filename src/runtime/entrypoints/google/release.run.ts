import { incidents } from './incidents';
import { httpHandler, listenWhenMain } from './serve';
import { tasks } from './tasks';

/** Steps of a release, the report of what was released, and incidents of page alarms. */
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
  '/incidents': incidents(),
});

listenWhenMain(require.main, module, handler);
