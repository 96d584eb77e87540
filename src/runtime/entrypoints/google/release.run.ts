import { deliveries } from './deliveries';
import { incidents } from './incidents';
import { httpHandler, listenWhenMain } from './serve';
import { stoppedReleases } from './stopped';
import { tasks } from './tasks';

/** Steps of a release, the report of what was released, incidents of page alarms, and deliveries of code. */
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
    'rejectRelease',
    'recordIncident',
    'escalateIncident',
    'resolveIncident',
    'reportDora',
  ]),
  '/incidents': incidents(),
  '/deliveries': deliveries(),
  '/stopped': stoppedReleases(),
});

listenWhenMain(require.main, module, handler);
