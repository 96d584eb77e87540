import type { IConstruct } from 'constructs';
import { COST_LABEL, costOf } from '../../contract/google';
import { localRunbook, type RunbookLink } from '../../plan/alarm';
import type { INetwork } from '../ml-platform/network';
import { labelsOf } from './labels';
import { standalonePlatform } from './names';
import type { Place } from './places';

/** What the constructs of one platform share without being wired one by one. */
export interface PlatformContext {
  /** The platform's name: in names, labels and metrics. */
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The private network, where the definition asks for one. */
  readonly network: INetwork | null;
  /** Where the runbook of an alarm is that no part of the plan has. */
  readonly runbook: RunbookLink;
  /** Whether this stack has what its project has once: false where an earlier environment is in the same project. */
  readonly ownsProject: boolean;
  /** How versions go from environment to environment. */
  readonly promotion: Promotion;
}

export interface Promotion {
  /** Topic on which promoted versions are offered to the next environment, `projects/…/topics/…`; null where there is none. */
  readonly offersTopic: string | null;
  /** Environment whose champions are taken, and this one; null in a first environment. */
  readonly intake: { readonly from: Place; readonly own: Place } | null;
}

export const NO_PROMOTION: Promotion = { offersTopic: null, intake: null };

const CONTEXTS = new WeakMap<IConstruct, PlatformContext>();

/** Makes a context known to everything below a construct. */
export function providePlatformContext(scope: IConstruct, context: PlatformContext): void {
  CONTEXTS.set(scope, context);
}

/** The context of the nearest platform above, or that of a construct that stands alone. */
export function platformContextOf(scope: IConstruct): PlatformContext {
  for (const ancestor of [...scope.node.scopes].reverse()) {
    const context = CONTEXTS.get(ancestor);
    if (context) return context;
  }
  const platform = standalonePlatform(scope);
  return {
    platform,
    labels: labelsOf({ platform }),
    network: null,
    runbook: localRunbook,
    ownsProject: true,
    promotion: NO_PROMOTION,
  };
}

/** Labels of a model's resources. */
export const modelLabels = (context: PlatformContext, model: string): Record<string, string> => ({
  ...context.labels,
  ...labelsOf({ model, [COST_LABEL]: costOf(context.platform, model) }),
});
