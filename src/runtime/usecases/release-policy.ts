import type { PromotionPolicy } from '../core/promotion';

/**
 * The policy of events that the release controller makes: it never approves, so only the digest matters, and that is
 * always compared.
 */
export const RELEASE_POLICY: PromotionPolicy = {
  approval: 'manual',
  approvers: [],
  separationOfDuties: true,
  modelIntegrity: true,
};
