export { evaluateGate, verdictOf } from './evaluate-gate';
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
