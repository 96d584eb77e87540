import { handleTask } from './handle-task';

/** Steps of the release controller, the daily report on releases, deliveries of code, and incidents of page alarms. */
export const handler = handleTask([
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
  'recordDelivery',
]);
