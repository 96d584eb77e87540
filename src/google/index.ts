export { CanaryEndpoint, type CanaryEndpointProps, type ICanaryEndpoint } from './canary-endpoint/canary-endpoint';
export type { EndpointGrants } from './canary-endpoint/canary-endpoint-grants';
export type { EndpointMetrics } from './canary-endpoint/canary-endpoint-metrics';
export { DriftAlarm, type DriftAlarmProps, type IDriftAlarm } from './drift-alarm/drift-alarm';
export type { DriftMetrics } from './drift-alarm/drift-alarm-metrics';
export {
  EvalGatePipeline,
  type EvalGatePipelineAttributes,
  type EvalGatePipelineProps,
  type IEvalGatePipeline,
} from './eval-gate-pipeline/eval-gate-pipeline';
export type { PipelineGrants } from './eval-gate-pipeline/eval-gate-pipeline-grants';
export type { PipelineMetrics } from './eval-gate-pipeline/eval-gate-pipeline-metrics';
export { AuditTrail } from './ml-platform/audit-trail';
export { Dashboards } from './ml-platform/dashboards';
export { Delivery } from './ml-platform/delivery';
export { EncryptionKey, type IEncryptionKey } from './ml-platform/encryption-key';
export { MlPlatform, type MlPlatformProps } from './ml-platform/ml-platform';
export type { ModelConstructs } from './ml-platform/model-constructs';
export { type INetwork, PrivateNetwork } from './ml-platform/network';
export { type INotifications, Notifications, type NotificationsProps } from './ml-platform/notifications';
export {
  type IModelRegistry,
  ModelRegistry,
  type ModelRegistryAttributes,
  type ModelRegistryProps,
} from './model-registry/model-registry';
export type { RegistryGrants } from './model-registry/model-registry-grants';
export { type IRetrainSchedule, RetrainSchedule, type RetrainScheduleProps } from './retrain-schedule/retrain-schedule';
export { HANDLERS_CONTEXT } from './support/handler';
export { type SynthGoogleOptions, synthGoogle } from './synth';
