import type { PlatformDefinition } from '../../definition/platform';
import type { LocalEvent } from '../report/progress-events';
import type { DrillRecord } from './drill-record';
import type { Mechanism } from './mechanisms';
import type { Scenario } from './schema';

export interface DrillOptions {
  /** Switch this mechanism off. */
  readonly without?: Mechanism;
  /** Stops the drill between two steps. */
  readonly signal?: AbortSignal;
  /** Folder in which the drill’s state is kept; it is removed at the end without it. */
  readonly keep?: string;
  readonly onEvent?: (event: LocalEvent) => void;
}

/** Rehearses a scenario. @throws DefinitionError; OperationError, `cancelled` when it was stopped */
export type RunDrill = (
  definition: PlatformDefinition,
  scenario: Scenario,
  options?: DrillOptions,
) => Promise<DrillRecord>;
