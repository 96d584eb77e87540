import type { TaskEvent } from '../../contract/events';
import type { Json } from '../../kernel/json';
import type {
  ArtifactStore,
  Clock,
  DataSource,
  ExperimentTracker,
  IncidentTracker,
  LedgerStore,
  MetricSink,
  ModelCatalogue,
  Notifier,
  ServingTarget,
  SqlEngine,
  StateStore,
  TrafficTelemetry,
  VersionAnnouncer,
  WorkflowStarter,
} from '../ports';
import type { SqlDialect } from '../sql/dialect';

/** Everything a use case can need of the outside; each names what it uses with `Pick`. */
export interface Ports {
  readonly platform: string;
  readonly model: string;
  readonly artifacts: ArtifactStore;
  readonly state: StateStore;
  readonly ledger: LedgerStore;
  readonly catalogue: ModelCatalogue;
  readonly serving: ServingTarget;
  readonly telemetry: TrafficTelemetry;
  readonly metrics: MetricSink;
  readonly notifier: Notifier;
  readonly workflows: WorkflowStarter;
  /** Where the target has one; elsewhere the record of the run is all there is. */
  readonly experiments?: ExperimentTracker;
  /** Where the target has one; elsewhere the ledger and the notifications are all there is. */
  readonly incidents?: IncidentTracker;
  /** Where there are later environments or other systems that listen. */
  readonly announcer?: VersionAnnouncer;
  /** Artifacts of the environment before this one; undefined where there is none. */
  readonly origin?: ArtifactStore;
  readonly data: DataSource;
  readonly sql: SqlEngine;
  readonly dialect: SqlDialect;
  readonly clock: Clock;
}

/**
 * A use case: one exported function a file, the same on every target. What it answers is stored in the run's state at
 * the step's output. It throws only for what a retry or a person has to mend; a verdict is an answer.
 */
export type UseCaseFunction<Needs extends keyof Ports = keyof Ports> = (
  event: TaskEvent,
  ports: Pick<Ports, Needs>,
) => Promise<{ readonly [key: string]: Json }>;
