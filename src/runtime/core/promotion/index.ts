export { applyPromotionEvent } from './apply-event';
export type { PromotionProblemCode } from './errors';
export type { PromotionEvent, PromotionPolicy } from './events';
export type { PromotionOutcome } from './outcome';
export { promotionEntry } from './promotion-entry';
export {
  type Alias,
  aliasesOf,
  emptyRegistry,
  type RegistryState,
  type VersionRecord,
  type VersionState,
} from './registry-state';
