export type { CheckStatus, CheckVerdict } from './check-verdict';
export { NO_EVIDENCE, type ReleaseEvidence } from './evidence';
export { analyseLook, type LookInput, type LookStatus, type LookVerdict } from './look';
export { alphaPerCheck, CANARY_CHECKS, type CanaryCheck, checksOf, type ReleasePhase } from './policy';
export { countDisagreements, predictionEdges, predictionProfile } from './predictions';
export {
  type ArmSample,
  LATENCY_EDGES_MS,
  type LatencyHistogram,
  latencyHistogram,
  NO_TRAFFIC,
  type Observation,
  type PredictionProfile,
  type ReleaseSample,
} from './sample';
export {
  type CanaryDecision,
  type CanaryState,
  decideByPerson,
  enterStage,
  judgeStep,
  livePercent,
  type PersonsDecision,
  type ReleaseStage,
} from './step';
