import type { Governance } from '../definition/governance';
import type { Security } from '../definition/security';
import { durationSeconds } from '../kernel/duration';
import type { RegistryPlan } from './plan';

export interface RegistryInput {
  readonly model: string;
  readonly governance: Governance;
  readonly security: Security;
  /** From `release.keepPrevious`. */
  readonly keepPrevious: number;
}

/** Artifacts, versions, aliases and the audit ledger of one model. */
export function planRegistry({ model, governance, security, keepPrevious }: RegistryInput): RegistryPlan {
  const ledgerRetentionSeconds = durationSeconds(governance.auditRetention);
  return {
    model,
    aliases: ['champion', 'challenger', 'previous'],
    keepPrevious,
    approvers: governance.approvers,
    separationOfDuties: governance.separationOfDuties,
    verifyDigest: security.modelIntegrity,
    encryption: security.encryption,
    deletionProtection: security.deletionProtection,
    ledgerRetentionSeconds,
    alarms: [],
    metrics: [],
    schedules: [],
    permissions: [],
    retention: [
      // Versions stay as long as the records that name them.
      { what: 'artifacts', seconds: ledgerRetentionSeconds, locked: false },
      { what: 'ledger', seconds: ledgerRetentionSeconds, locked: true },
    ],
  };
}
