import type { UseCase } from '../../contract/use-cases';
import { analyseShadow } from './analyse-shadow';
import { analyseTraffic } from './analyse-traffic';
import { checkData } from './check-data';
import { decideApproval } from './decide-approval';
import { decideGate } from './decide-gate';
import { decideRetraining } from './decide-retraining';
import { deployChallenger } from './deploy-challenger';
import { deployShadow } from './deploy-shadow';
import { escalateIncident } from './escalate-incident';
import { importVersion } from './import-version';
import { monitorDrift } from './monitor-drift';
import { monitorQuality } from './monitor-quality';
import type { UseCaseFunction } from './ports';
import { prepareEvaluation } from './prepare-evaluation';
import { promote } from './promote';
import { recordDelivery } from './record-delivery';
import { recordFailure } from './record-failure';
import { recordIncident } from './record-incident';
import { recordSpend } from './record-spend';
import { registerVersion } from './register-version';
import { rejectRelease } from './reject-release';
import { reportDora } from './report-dora';
import { requestRelease } from './request-release';
import { resolveIncident } from './resolve-incident';
import { rollBack } from './roll-back';
import { shiftTraffic } from './shift-traffic';
import { verifyArtifact } from './verify-artifact';

/** Every use case by its name: what handlers on each cloud and the local engine call. */
export const USE_CASE_FUNCTIONS: Readonly<Record<UseCase, UseCaseFunction>> = {
  checkData,
  prepareEvaluation,
  decideGate,
  registerVersion,
  requestRelease,
  decideApproval,
  importVersion,
  recordFailure,
  verifyArtifact,
  deployShadow,
  analyseShadow,
  deployChallenger,
  shiftTraffic,
  analyseTraffic,
  promote,
  rollBack,
  rejectRelease,
  monitorDrift,
  monitorQuality,
  decideRetraining,
  recordSpend,
  reportDora,
  recordDelivery,
  recordIncident,
  escalateIncident,
  resolveIncident,
};

export { isInLedger } from './append-ledger';
export { CAPTURE_COLUMNS } from './capture-columns';
export { finishRetraining } from './finish-retraining';
export { artifactKeys, stateKeys } from './keys';
export { type MetricValue, measureMetrics } from './measure';
export type { Ports, UseCaseFunction } from './ports';
export { type MaturedRow, maturedRows } from './quality-rows';
export { readRegistry } from './registry-document';
export { readRetraining } from './retraining-document';
export { keyOf, predictionOf, readTestRows, watchedAnswer } from './scored-rows';
export { readTrainingBlock } from './training-block-document';
export { readVersion, type VersionRecord } from './version-record';
