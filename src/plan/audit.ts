import { parsePlatformOrThrow } from '../definition/parse';
import type { PlatformDefinition } from '../definition/platform';
import type { Stage } from '../kernel/stages';
import { AUDIT_ROWS, type AuditGroup, type AuditRowId } from './audit-rows';
import type { ModelPlan, Plan } from './plan';
import { planPlatform } from './plan-platform';

export type AuditStatus = 'covered' | 'partial' | 'missing';

/** One building block of the roadmap, and what of the plan implements it. */
export interface AuditRow {
  readonly id: AuditRowId;
  readonly group: AuditGroup;
  readonly status: AuditStatus;
  /** Plan elements that implement it, e.g. `models.demand.endpoint.graph.shift1`; empty when it is missing. */
  readonly evidence: readonly string[];
  /** The next step; null when it is covered. */
  readonly next: string | null;
}

export interface Audit {
  readonly stage: Stage;
  readonly rows: readonly AuditRow[];
  readonly score: { readonly covered: number; readonly partial: number; readonly missing: number };
}

/** What an auditor of a row says of one model or of the platform. */
export interface Evidence {
  /** Names of what is there. */
  readonly found: readonly string[];
  /** What is missing, as a step to take; empty when nothing is. */
  readonly lacking: readonly string[];
}

export interface AuditInput {
  readonly platform: PlatformDefinition;
  readonly plan: Plan;
  readonly models: readonly ModelPlan[];
}

/**
 * The lifecycle audit: every building block as covered, partial or missing, with its evidence. A row is covered only
 * when the plan holds what implements it, for every model.
 *
 * @param definition parsed, or raw input
 * @throws DefinitionError when raw input is not valid
 */
export function auditPlatform(definition: PlatformDefinition | unknown): Audit {
  const platform = parsePlatformOrThrow(definition);
  const plan = planPlatform(platform);
  const input: AuditInput = { platform, plan, models: Object.values(plan.models) };
  const rows = AUDIT_ROWS.map(({ id, group, evidence }): AuditRow => {
    const { found, lacking } = evidence(input);
    const status: AuditStatus = found.length === 0 ? 'missing' : lacking.length === 0 ? 'covered' : 'partial';
    return { id, group, status, evidence: found, next: status === 'covered' ? null : lacking.join('; ') };
  });
  const count = (status: AuditStatus): number => rows.filter((row) => row.status === status).length;
  return {
    stage: platform.stage,
    rows,
    score: { covered: count('covered'), partial: count('partial'), missing: count('missing') },
  };
}
