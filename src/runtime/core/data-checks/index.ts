export type { DataRow } from './cells';
export type { DataCheck, DataCheckLimit, DataCheckVerdict } from './check';
export type { FoundColumn, StorageFamily } from './columns';
export { type DataDecision, type DataVerdict, decideDataChecks } from './decide';
export {
  type DataContext,
  type DataFacts,
  type DistributionFacts,
  type IdentityFacts,
  type LabelCount,
  MAX_KEYS,
  type SplitFacts,
} from './facts';
export { factsOfRows, type RowFactsOptions } from './facts-of-rows';
export { type QuarantineCounts, type QuarantinePlan, quarantinePlan, settleQuarantine } from './quarantine';
