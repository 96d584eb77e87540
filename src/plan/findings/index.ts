import type { PlatformDefinition } from '../../definition/platform';
import type { Plan } from '../plan';
import { acknowledged, strayAcknowledgements } from './acknowledge';
import type { Finding } from './finding';
import { FINDING_RULES } from './rules';

/**
 * All findings of a definition, in the order of their paths.
 * @param asOf day (YYYY-MM-DD) at which acknowledgements with `until` are judged; without it they hold
 */
export function findingsOf(platform: PlatformDefinition, plan: Omit<Plan, 'findings'>, asOf?: string): Finding[] {
  const found = FINDING_RULES.flatMap((rule): Finding[] => {
    const hits = rule.check({ platform, plan });
    if (hits === 'notApplicable') return [];
    return hits.map((hit) => ({
      id: rule.id,
      severity: rule.severity,
      ...hit,
      acknowledged: acknowledged(platform, rule.id, asOf),
    }));
  });
  return [...found, ...strayAcknowledgements(platform, found, asOf)].sort(
    (a, b) => compare(a.path, b.path) || compare(a.id, b.id),
  );
}

/** Findings that stop a check or a synthesis. */
export const blocking = (findings: readonly Finding[]): Finding[] =>
  findings.filter((finding) => finding.severity === 'error' && finding.acknowledged === null);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
