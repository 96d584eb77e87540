import { type AuditRow, auditPlatform } from '../plan/audit';
import { blocking } from '../plan/findings';
import type { Finding } from '../plan/findings/finding';
import { planPlatform } from '../plan/plan-platform';

interface Result {
  readonly pass: boolean;
  readonly message: () => string;
}

const list = (findings: readonly Finding[]): string =>
  findings.map((one) => `  ${one.severity} ${one.id} ${one.path}: ${one.message}`).join('\n') || '  none';

/** Matchers on definitions (parsed or raw), for `expect.extend(mlPlatformMatchers)`. */
export const mlPlatformMatchers = {
  /** Valid, and without an error-level finding that nobody acknowledged: what `mlp check` accepts. */
  toPassCheck(definition: unknown): Result {
    const stopping = blocking(planPlatform(definition).findings);
    return { pass: stopping.length === 0, message: () => `findings that stop a check:\n${list(stopping)}` };
  },

  /** Has a finding of this id, acknowledged or not. */
  toHaveFinding(definition: unknown, id: string): Result {
    const { findings } = planPlatform(definition);
    return {
      pass: findings.some((finding) => finding.id === id),
      message: () => `looked for the finding ${id}; findings:\n${list(findings)}`,
    };
  },

  /** Covers a row of the lifecycle audit. */
  toCoverAuditRow(definition: unknown, id: AuditRow['id']): Result {
    const { rows } = auditPlatform(definition);
    const row = rows.find((one) => one.id === id);
    if (row === undefined)
      return {
        pass: false,
        message: () => `there is no audit row ${id}; rows: ${rows.map((one) => one.id).join(', ')}`,
      };
    return {
      pass: row.status === 'covered',
      message: () =>
        `row ${id} is ${row.status}${row.next === null ? '' : `: ${row.next}`}; evidence: ${row.evidence.join(', ') || 'none'}`,
    };
  },
};
