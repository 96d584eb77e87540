import type { ImageHome } from './container-image';
import type { PlatformNetwork } from './network';
import type { INotifications } from './notifications';

/** What MlPlatform hands to the constructs of a model, so that they render the platform's one plan. */
export interface Wiring<PartPlan> {
  readonly plan: PartPlan;
  readonly network?: PlatformNetwork;
  readonly images?: ImageHome;
  readonly notifications?: INotifications;
  /** Base of runbook links; empty for none. */
  readonly runbooks: string;
}
