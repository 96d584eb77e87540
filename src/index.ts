export { METRIC_NAMESPACE, METRICS, type MetricName } from './contract/metrics';
export { definePlatform } from './definition/define';
export type {
  ColumnInput,
  EvaluationInput,
  ModelInput,
  MonitoringInput,
  PlatformInput,
  QualityInput,
} from './definition/input';
export { platformJsonSchema } from './definition/json-schema';
export { loadPlatform } from './definition/load';
export { type ParseResult, parsePlatform } from './definition/parse';
export type { ModelDefinition, PlatformDefinition } from './definition/platform';
export { ALARM_KINDS, type AlarmKind } from './kernel/alarm-kinds';
export type { Duration } from './kernel/duration';
export { DefinitionError, formatProblem, OperationError, type Problem, ProblemsError } from './kernel/problem';
export type { Schedule } from './kernel/schedule';
export type { Severity } from './kernel/severity';
export type { Stage } from './kernel/stages';
export { type Audit, type AuditRow, type AuditStatus, auditPlatform } from './plan/audit';
export { type Change, type ChangeClass, diffPlatforms } from './plan/diff';
export type { Finding } from './plan/findings/finding';
export { type Parity, type ParityGap, type ParityRow, parityOf } from './plan/parity';
export type * from './plan/plan';
export { type PlanOptions, planPlatform } from './plan/plan-platform';
export { renderPostmortem, renderRunbook } from './plan/runbooks';
export type { ChoiceStep, EndStep, JobStep, Step, StepGraph, TaskStep, WaitStep } from './plan/step-graph';
