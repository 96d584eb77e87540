export { canonicalJson, type JsonObject } from './canonical-json';
export { LedgerError } from './errors';
export {
  appendRecord,
  GENESIS_HASH,
  headOf,
  type LedgerEntry,
  type LedgerHead,
  type LedgerRecord,
  MAX_RECORD_BYTES,
  recordText,
} from './record';
export {
  type ChainProblem,
  type ChainVerdict,
  parseRecordText,
  type VerifyOptions,
  verifyChain,
  verifyChainText,
} from './verify';
