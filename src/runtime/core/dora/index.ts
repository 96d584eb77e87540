export { type DoraReport, doraReport, type FrequencyBand } from './dora';
export { type Figure, type KpiUnit, type KpiWindow, MIN_FOR_MEDIAN, MIN_FOR_SHARE } from './figure';
export {
  type AlarmRecord,
  type KpiInput,
  type KpiReport,
  kpiReport,
  type MonitoringRecord,
  type PipelineRecord,
  type ServingTotals,
} from './ml-kpis';
export { KpiRecordError } from './record-check';
export {
  type ChangeRecord,
  type DeploymentRecord,
  INCIDENT_LINK_SECONDS,
  type IncidentRecord,
  type JudgedDeployment,
  judgeDeployments,
} from './records';
