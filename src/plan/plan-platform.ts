import { parsePlatformOrThrow } from '../definition/parse';
import type { PlatformDefinition } from '../definition/platform';
import { durationSeconds } from '../kernel/duration';
import { toJson } from '../kernel/json';
import { planDashboards } from './dashboards';
import { planDelivery } from './delivery';
import { findingsOf } from './findings';
import { planIncidents, runbookLinks } from './incidents';
import { planModel } from './model';
import type { Plan } from './plan';

export interface PlanOptions {
  /** Day (YYYY-MM-DD) at which acknowledgements with `until` are judged; without it they hold. */
  readonly asOf?: string;
}

/**
 * The cloud-neutral plan of a definition: pure, JSON-safe, the same bytes for the same input.
 *
 * @param definition parsed, or raw input
 * @throws DefinitionError when raw input is not valid
 */
export function planPlatform(definition: PlatformDefinition | unknown, options: PlanOptions = {}): Plan {
  const platform = parsePlatformOrThrow(definition);
  const runbook = runbookLinks(platform.incidents.runbooks);
  const withoutFindings: Omit<Plan, 'findings'> = {
    planVersion: 1,
    platform: {
      name: platform.name,
      owner: platform.owner,
      stage: platform.stage,
      currency: platform.currency,
      tags: platform.tags,
    },
    environments: platform.environments,
    delivery: planDelivery(platform),
    incidents: planIncidents(platform.incidents),
    governance: {
      auditRetentionSeconds: durationSeconds(platform.governance.auditRetention),
      approvers: platform.governance.approvers,
      separationOfDuties: platform.governance.separationOfDuties,
    },
    security: platform.security,
    budget: platform.budget
      ? {
          monthly: platform.budget.monthly,
          currency: platform.currency,
          alertAtPercent: platform.budget.alertAtPercent,
          trainingRun: null,
          onExceeded: 'alert',
        }
      : null,
    dashboards: [],
    models: Object.fromEntries(
      Object.entries(platform.models).map(([name, model]) => [name, planModel(name, model, platform, runbook)]),
    ),
  };
  const plan = { ...withoutFindings, dashboards: planDashboards(withoutFindings.models) };
  // Through JSON once, so that a plan in memory is exactly what a plan in a file is.
  return toJson({ ...plan, findings: findingsOf(platform, plan, options.asOf) }) as unknown as Plan;
}
