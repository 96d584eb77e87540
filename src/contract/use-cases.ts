/** Every use case: one exported function in src/runtime/usecases, called by an entrypoint on each cloud and by the local engine. */
export const USE_CASES = [
  // pipeline
  'checkData',
  'prepareEvaluation',
  'decideGate',
  'registerVersion',
  'requestRelease',
  'decideApproval',
  'importVersion',
  'recordFailure',
  // release
  'verifyArtifact',
  'deployShadow',
  'analyseShadow',
  'deployChallenger',
  'shiftTraffic',
  'analyseTraffic',
  'promote',
  'rollBack',
  'rejectRelease',
  // monitoring and retraining
  'monitorDrift',
  'monitorQuality',
  'decideRetraining',
  'recordSpend',
  'reportDora',
  'recordDelivery',
  'recordIncident',
  'escalateIncident',
  'resolveIncident',
] as const;
export type UseCase = (typeof USE_CASES)[number];
