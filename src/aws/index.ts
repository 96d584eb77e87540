export {
  CanaryEndpoint,
  type CanaryEndpointProps,
} from './canary-endpoint/canary-endpoint';
export type { EndpointGrants } from './canary-endpoint/endpoint-grants';
export type { ICanaryEndpoint } from './canary-endpoint/endpoint-interface';
export type { EndpointMetrics } from './canary-endpoint/endpoint-metrics';
export type { CanaryEndpointAttributes } from './canary-endpoint/imported-endpoint';
export { PublicFront, type PublicFrontProps } from './canary-endpoint/public-front';
export { DriftAlarm, type DriftAlarmProps, type IDriftAlarm } from './drift-alarm/drift-alarm';
export type { DriftMetrics } from './drift-alarm/drift-metrics';
export { EvalGatePipeline, type EvalGatePipelineProps } from './eval-gate-pipeline/eval-gate-pipeline';
export type { PipelineGrants } from './eval-gate-pipeline/pipeline-grants';
export type { IEvalGatePipeline } from './eval-gate-pipeline/pipeline-interface';
export type { PipelineMetrics } from './eval-gate-pipeline/pipeline-metrics';
export { AuditTrail } from './ml-platform/audit-trail';
export { Delivery } from './ml-platform/delivery';
export { MlPlatform, type MlPlatformProps } from './ml-platform/ml-platform';
export type { ModelConstructs } from './ml-platform/model-constructs';
export type { ModelRegistryAttributes } from './model-registry/imported-registry';
export { ModelRegistry, type ModelRegistryProps } from './model-registry/model-registry';
export type { IModelRegistry } from './model-registry/model-registry-interface';
export type { RegistryGrants } from './model-registry/registry-grants';
export {
  type IRetrainSchedule,
  RetrainSchedule,
  type RetrainScheduleProps,
} from './retrain-schedule/retrain-schedule';
export type { AlarmReference, RenderedAlarm } from './support/alarm-renderer';
export type { ContainerImage } from './support/container-image';
export type { PlatformNetwork } from './support/network';
export { type INotifications, Notifications, type NotificationsProps } from './support/notifications';
export { synthAws } from './synth';
