export { evaluateGate, verdictOf } from './evaluate-gate';
export { askRows, NOT_LOADED, p99 } from './smoke';
export type {
  CheckKind,
  Comparator,
  CustomMetricValue,
  GateCheck,
  GateInput,
  GateResult,
  Interval,
  IntervalMethod,
  ScoredRow,
  ServingSmokeResult,
  SliceId,
  Verdict,
} from './types';
